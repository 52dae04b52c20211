"""Random expressions for the fuzzer.

Rules are patterns in which a word in capitals stands for a random expression of that kind (TEXT, NUMBER,
TRUTH, LIST, LINKS) or for a random choice (FILTER, TEST …). Kinds are kept apart so that most of what is made
can be rendered; now and then something undefined slips in on purpose.
"""

from __future__ import annotations

import random
import re

_WORD = re.compile(r"\b[A-Z]{2,}\b")

_CHOICES = {
    "CONSTANT": """ "" | "x" | "<i>&</i>" | 'a,b,c' | "O'Neil" | "%s" | "ß" """,
    "FILTER": """
        upper | lower | title | capitalize | trim | striptags | e | escape | safe | forceescape | string
        truncate(7)
        truncate(12, true, '..') | replace('a', '<') | replace('<', member.name) | urlencode | shout
        default('none')
        default(member.name, true) | center(9) | wordwrap(6) | indent(2) | tojson | urlize | reverse | pprint
        first!default('z') | list!join('-') | upper!lower!title | wordcount | length
    """,
    "REFINE": """
        sort | unique!list | reverse!list | map('upper')!list | select!list
        reject('equalto', 'a')!list | list
        select('in', ['a', 'Ana', member.name])!list | sort(reverse=true)
        batch(2, 'f')!map('join', '+')!list
        slice(2)!map('first')!select('defined')!list | map('replace', 'a', member.name)!list
        map('length')!list
    """,
    "SIFT": """
        sort(attribute='rank') | list | selectattr('url')!list | rejectattr('url', 'none')!list | reverse!list
        selectattr('rank', 'gt', 1)!list | sort(attribute='label,rank') | unique(attribute='rank')!list
        selectattr('label', 'equalto', member.name)!list
    """,
    "METHOD": """
        upper() | strip() | replace('a', 'b') | title() | split(',')!join('/') | center(7) | format(1)
        zfill(5)
        join(['1', member.name]) | partition('a')[0] | split()!first!default('n') | replace('a', TEXT!string)
    """,
    "LISTEND": """
        join(', ') | first!default('-') | list!last!default('-') | list!length | join(member.name) | tojson
    """,
    "DICTEND": """
        ['k'] | .k | !tojson | !dictsort!join | .items()!list!length | !xmlattr | !items!list | .get('l')
    """,
    "SLICE": ":1 | 1: | -2: | ::2 | :member.name!length | ::-1",
    "COMPARE": "== | != | < | >= | > | <=",
    "TEST": """
        string | none | defined | mapping | iterable | upper | in member.tags | sequence | eq 'a'
        escaped | sameas none
    """,
    "LOGIC": "and | or",
    "WITHIN": "in | not in",
}

_RULES = {
    "TEXT": """
        (TEXT)!string!FILTER | (TEXT or 'o')!FILTER | (TEXT or 'o')!FILTER | (TEXT)!FILTER
        (TEXT ~ TEXT ~ CONSTANT) | (TEXT if TRUTH else TEXT) | (TEXT LOGIC TEXT) | (TEXT!string).METHOD
        (TEXT!string)[SLICE] | CALL | CALL | (LIST)!LISTEND | (NUMBER) | (NUMBER)!string | (NUMBER)!float
        (NUMBER)!filesizeformat | "%s and %s"!format(TEXT, NUMBER) | "<%s>" % (TEXT,)
        (TEXT!string + TEXT!string)
        LOOP | LOOP | {'k': TEXT, 'l': NUMBER}DICTEND | member['name'] | member!attr('nick')
        site[('name' if member.active else 'year')] | (LIST!list + ['end'])[0]
        (member.tags!first!default('none'))
        dict(a=member.name)['a'] | {'a.html': 'first', 'b.html': 'second'}[member.layout]
        (pages!map(attribute='label')!list)[1] | (member.links!map(attribute='label')!join('; '))
        member.links!sum(attribute='rank') | (member.links!groupby('rank')!map(attribute='grouper')!join)
        (boss.name if boss else '') | (TEXT if TRUTH) | (LINKS)!map(attribute='url')!select!join(TEXT!string)
    """,
    "NUMBER": """
        (NUMBER + NUMBER) | (NUMBER - NUMBER) | (NUMBER * 2) | (NUMBER // 3) | (-(NUMBER))!abs
        (TEXT)!string!length
        (TEXT)!string!wordcount | (TEXT)!int(3) | (LIST)!list!length | (NUMBER % 4)!round(1)
        [NUMBER, NUMBER]!max | [NUMBER, NUMBER]!min | [NUMBER, NUMBER]!sum | (NUMBER if TRUTH else NUMBER)
    """,
    "TRUTH": """
        (NUMBER COMPARE NUMBER) | (1 < NUMBER < 9) | (TEXT == TEXT) | (TEXT!string WITHIN TEXT!string)
        (member.name WITHIN LIST) | (member.layout in ('a.html', TEXT)) | (not TRUTH) | (TRUTH LOGIC TRUTH)
        (TEXT is TEST) | (TEXT is not TEST) | (NUMBER is odd) | (NUMBER is divisibleby 3)
        (member.nick is defined) | (member.missing is defined) | (LIST) | LINKS
    """,
    "LIST": """
        LIST!map('string')!REFINE | LIST!REFINE | [TEXT, TEXT] | (TEXT!string).split(',') | (LIST!list)[1:]
        (LIST!list)[:number] | (LIST!list)[::-1] | LINKS!map(attribute='label')!list | range(NUMBER % 5)!list
        (LIST!list + [TEXT]) | (LIST or [TEXT]) | LIST!map('string') | LIST!reverse
        (LIST if TRUTH else LIST)
    """,
    "LINKS": "LINKS!SIFT | LINKS!SIFT | (LINKS or pages)",
}

_SIMPLE = {
    "NUMBER": "number | 7 | (member.age or 0) | member.name!length | member.links!length",
    "TRUTH": "member.active | member.nick | member.tags | member.links | boss | true",
}

_CALLS = """url(member) | url(member, "join") | url(none, page=member.name!default('x')) | url(boss)"""
_LOOPS = """
    loop.index | loop.revindex | loop.length | (',' if not loop.last) | (';' if not loop.last) | loop.first
    loop.depth0 | loop.cycle('odd', TEXT) | (loop.previtem!string if not loop.first else 'p') | loop.last
    ('n' if loop.last else loop.nextitem!string) | loop.changed(member.nick)
        ('c' if loop.changed(TEXT) else 's')
    ('l' if loop.length > 1) | ('r' if loop.revindex0 == 1)
"""


def options(table: str) -> list[str]:
    """The patterns of a table: one a line or set apart by bars; `!` stands for the filter's bar."""
    cells = (cell.strip() for line in table.strip().splitlines() for cell in line.split(" | "))
    return [cell.replace("!", "|").replace("|=", "!=") for cell in cells if cell]


_TABLES = {name: options(table) for name, table in (_CHOICES | _RULES).items()}
_ENDS = {name: options(table) for name, table in _SIMPLE.items()}
_CALL_TABLE, _LOOP_TABLE = options(_CALLS), options(_LOOPS)


class Expressions:
    """Random expressions; `texts`, `lists`, `links`, `link_names` and `macros` are the variables in scope."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.texts = [
            "member.name",
            "member.nick",
            "member.bio",
            "site.name",
            "member.initials",
            "member.layout",
        ]
        self.lists = ["member.tags", "site.langs"]
        self.links = ["member.links", "pages"]
        self.link_names: list[str] = []
        self.macros: list[str] = []
        self.in_loop = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def fill(self, pattern: str, depth: int) -> str:
        """The pattern with its words in capitals replaced, each anew."""
        return _WORD.sub(lambda found: self.word(found[0], depth), pattern)

    def word(self, kind: str, depth: int) -> str:
        """A random expression or choice of that kind."""
        if kind == "CALL":
            return self.fill(self.random.choice(_CALL_TABLE + self._macro_calls()), depth - 1)
        if kind == "LOOP":
            return self.fill(self.random.choice(_LOOP_TABLE), 0) if self.in_loop else self.simple("TEXT")
        if kind in _CHOICES:
            return self.fill(self.random.choice(_TABLES[kind]), depth - 1)
        if kind not in _RULES:
            return kind
        if depth <= 0 or self.chance(0.25):
            return self.simple(kind)
        return self.fill(self.random.choice(_TABLES[kind]), depth - 1)

    def simple(self, kind: str) -> str:
        """An expression of that kind that holds no other."""
        if kind == "LIST":
            return self.random.choice(self.lists)
        if kind == "LINKS":
            return self.random.choice(self.links)
        if kind in _ENDS:
            return self.random.choice(_ENDS[kind])
        if self.link_names and self.chance(0.4):
            name = self.random.choice(self.link_names)
            return f"{name}.{self.random.choice(('label', 'label', 'url', 'rank'))}"
        if self.chance(0.2):
            return self.random.choice(_TABLES["CONSTANT"])
        if self.chance(0.003):
            return self.random.choice(("member.missing", "undefined_name", "boss.name"))
        return self.random.choice(self.texts)

    def _macro_calls(self) -> list[str]:
        return [f"{macro}({given})" for macro in self.macros for given in ("TEXT", "a=TEXT, b=TRUTH")]
