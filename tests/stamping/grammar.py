"""Random templates for the fuzzer: every feature of Jinja that a theme may use, put together by chance."""

from __future__ import annotations

from collections.abc import Callable

from tests.stamping.expressions import Expressions

#: Statements with a place BODY for others; NEW is a fresh name, SAME the last fresh one.
_STATEMENTS = (
    *["<{{ TEXT }}>\n"] * 3,
    *["{% if TRUTH %}BODY{% endif %}", "{% if TRUTH %}BODY{% else %}BODY{% endif %}"] * 2,
    "{% if TRUTH %}BODY{% elif TRUTH %}BODY{% else %}BODY{% endif %}",
    "{% with w = TEXT, x = NUMBER %}{{ w }}BODY{{ x }}{% endwith %}",
    "{% filter FLOW %}BODY{% endfilter %}",
    "{% autoescape SWITCH %}BODY{% endautoescape %}",
    "<p>fixed & firm</p>\n",
    "{# remark #}{% raw %}{{ raw }}{% endraw %}é\n",
    # text that is captured, printed here and there or never, and perhaps inspected
    "{% set NEW %}BODY{% endset %}USE",
    "{% set NEW %}BODY{% endset %}USE USE",
    "{% set NEW | upper %}BODY{% endset %}USE",
    # iterators, which can be read but once
    "{% set NEW = LIST|map('string') %}READ",
    "{% set NEW = LINKS|map(attribute='label') %}READ",
    # state that passes from iteration to iteration, or out of a branch
    "{% set NEW = namespace(n=0, t=TEXT) %}{% for q in LIST %}{% if TRUTH %}"
    "{% set SAME.n = SAME.n + 1 %}{% endif %}"
    "{{ SAME.n }}{% endfor %}{{ SAME.n }}{{ SAME.t }}{% if SAME.n > 1 %}many{% endif %}",
    "{% set NEW = namespace(t='') %}{% macro note(a) %}{% set SAME.t = a %}{% endmacro %}"
    "{% if TRUTH %}{{ note(TEXT) }}{% endif %}{{ SAME.t }}",
    "{% set NEW = joiner(', ') %}{% for q in member.tags %}{% if q %}{{ SAME() }}{% endif %}{{ q }}{% endfor %}",
    "{% set NEW = cycler('a', member.name) %}{% for q in LINKS %}{% if q.url %}{{ SAME.next() }}{% endif %}"
    "{% endfor %}{{ SAME.current }}",
    "{% for q in LIST %}{% if TRUTH %}{% JUMP %}{% endif %}[{{ q }}]{% endfor %}",
    "{% for q in LIST %}{% with w = q %}{% if w %}{% JUMP %}{% endif %}{{ w }}{% endwith %}{% else %}none{% endfor %}",
    "{% for k, w in ({'a': TEXT, 'b': NUMBER})ITEMS %}{{ k }}={{ w }};{% endfor %}",
    "{% for rank, group in LINKS|groupby('rank') %}{{ rank }}:"
    "{% for g in group %}{{ g.label }}{{ loop.last }}"
    "{% endfor %}{% endfor %}",
    "{% for q in [member.links, pages] recursive %}{% if q is string %}{{ q }}{% elif q is iterable %}"
    "<{{ loop(q|map(attribute='label')) if loop.depth0 == 0 else q|join }}>{{ loop.index }}{% endif %}"
    "{% endfor %}",
    "{% set p, q = (member.name, member.age) %}{{ p }}{{ q }}{% do member.tags|list %}",
    "{% for p, q in member.tags|map('length')|batch(2, 0) %}{{ p }}{{ q }}{% endfor %}",
    "{% set parts = member.name.split() %}{{ parts|length }}{{ parts[0] if parts }}",
    "{% set first = member.links|first %}{{ first.label if first is defined }}",
    '{% include "a.html" %}{% include "b.html" without context %}',
    "{% include member.layout %}",
    '{% include ["none.html", "a.html"] %}{% include "none.html" ignore missing %}',
    '{% include [member.layout, "a.html"] %}{% include ("a.html" if member.active else "b.html") %}',
    '{% import "lib.html" as lib %}{{ lib.tag(member.name) }}{{ lib.constant }}',
    '{% from "lib.html" import tag as t, wrap with context %}{{ t(member.nick) }}{{ wrap(number) }}',
    '{% from "lib.html" import wrap %}{% call wrap(member.name) %}inner {{ member.bio }}BODY{% endcall %}',
    '{% from "lib.html" import tag %}{{ tag(member.name)|trim }}{% if tag(member.nick) %}t{% endif %}',
)
_SMALL = {
    "USE": (
        "",
        "{{ SAME }}",
        "{% if SAME %}y{% endif %}",
        "{{ SAME|length }}",
        "{% if member.nick %}{{ SAME }}{% endif %}",
    ),
    "READ": (
        *["{{ SAME|join('.') }}", "{% for q in SAME %}({{ q }}){% endfor %}", "{{ SAME|list|length }}"] * 3,
        "{% if TRUTH %}{{ SAME|join }}{% endif %}{{ SAME|join('+') }}",
        "{% for q in SAME %}{% if loop.last %}{{ SAME|join }}{% endif %}{{ q }}{% endfor %}",
    ),
    "FLOW": ("upper", "trim", "replace('a', 'b')", "indent(2)", "striptags", "e"),
    "SWITCH": ("true", "false", "false", "member.active"),
    "JUMP": ("break", "continue"),
    "ITEMS": (".items()", "|dictsort", "|items"),
}
_LIBRARY = """{% macro tag(t) %}<em>{{ t }}{% if t %}!{% endif %}</em>{% endmacro %}
{% macro wrap(x, y='&') %}<div>{{ x }}{{ y }}{{ caller() if caller is defined else '-' }}</div>{% endmacro %}
{% set constant = '<c>' %}"""


class Grammar(Expressions):
    """One bundle's templates."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.names = 0
        self.last = ""

    def word(self, kind: str, depth: int) -> str:
        if kind == "BODY":
            kept = self.last
            made = self.scoped(lambda: self.body(depth))
            self.last = kept
            return made
        if kind == "NEW":
            self.last = self.name()
            return self.last
        if kind == "SAME":
            return self.last
        if kind in _SMALL:
            return self.fill(self.random.choice(_SMALL[kind]), depth)
        # expressions in statements are of the same size at every depth
        return super().word(kind, min(3, depth + 2) if kind in ("TEXT", "TRUTH") else depth)

    def name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def body(self, depth: int, least: int = 1) -> str:
        return "".join(self.statement(depth) for _ in range(self.random.randint(least, 3)))

    def scoped(self, make: Callable[[], str]) -> str:
        """Names made inside stay inside."""
        kept = [list(names) for names in (self.texts, self.link_names, self.macros)]
        made = make()
        self.texts, self.link_names, self.macros = kept
        return made

    def statement(self, depth: int) -> str:
        if depth <= 0 or self.chance(0.3):
            return self.fill("<{{ TEXT }}>\n", 1)
        special = (self.loop, self.loop, self.link_loop, self.link_loop, self.assign, self.macro, self.call)
        if self.chance(0.35):
            return self.random.choice(special)(depth - 1)
        return self.fill(self.random.choice(_STATEMENTS), depth - 1)

    def loop(self, depth: int) -> str:
        name = self.name()
        test = f" if {self.random.choice((name, f'{name} != member.name', 'member.active'))}"
        return self._loop(name, f"{name} in {self.word('LIST', 2)}", test, "texts", depth)

    def link_loop(self, depth: int) -> str:
        name = self.name()
        test = f" if {self.random.choice((f'{name}.url', f'{name}.rank > 1', 'member.active'))}"
        return self._loop(name, f"{name} in {self.word('LINKS', 2)}", test, "link_names", depth)

    def _loop(self, name: str, head: str, test: str, names: str, depth: int) -> str:
        def inside() -> str:
            getattr(self, names).append(name)
            self.in_loop += 1
            made = self.body(depth) + (self.fill("{{ LOOP }}", 1) if self.chance(0.5) else "")
            made += self.fill("{% set NEW = TEXT %}{{ SAME }}", 1) if self.chance(0.2) else ""
            self.in_loop -= 1
            return made

        made = f"{{% for {head}{test if self.chance(0.3) else ''} %}}{self.scoped(inside)}"
        if self.chance(0.3):
            made += self.fill("{% else %}BODY", depth - 1)
        return made + "{% endfor %}\n"

    def assign(self, depth: int) -> str:
        made = self.fill("{% set NEW = TEXT %}", 2)
        self.texts.append(self.last)
        return made

    def macro(self, depth: int) -> str:
        name = f"m{self.name()}"

        def inside() -> str:
            head = self.fill(f"{{% macro {name}(a, b=TEXT, c=none) %}}", 1)
            self.texts.extend(("a", "b"))
            tail = "{{ varargs|length }}{{ kwargs|length }}" if self.chance(0.3) else ""
            return head + self.body(depth) + tail + "{% endmacro %}"

        made = self.outside_loops(lambda: self.scoped(inside))
        self.macros.append(name)
        return made + self.fill(f"{{{{ {name}(TEXT) }}}}", 2)

    def call(self, depth: int) -> str:
        uses = (
            "{{ caller() }}",
            "{{ caller()|trim }}",
            "{% if TRUTH %}{{ caller() }}{% endif %}",
            "{{ caller() ~ a }}",
        )
        use, name = self.random.choice(uses), f"c{self.name()}"
        head = f"{{% macro {name}(a) %}}[BODY{use}]{{% endmacro %}}"
        pattern = f"{head}{{% call {name}(TEXT) %}}BODY{{% endcall %}}\n"
        return self.outside_loops(lambda: self.fill(pattern, depth - 1))

    def outside_loops(self, make: Callable[[], str]) -> str:
        """A macro's body does not see the `loop` around it."""
        kept, self.in_loop = self.in_loop, 0
        made = make()
        self.in_loop = kept
        return made

    def included(self) -> str:
        """A template that includes no other, for that might be itself."""
        while True:
            made = self.fill("A{% if member is defined and member %}BODY{% endif %}", 1)
            if "include" not in made:
                return made

    def page(self) -> dict[str, str]:
        """The bundle."""
        base = "<html>BODY{% block one %}BODY{% endblock %}{% block two scoped %}BODY{% endblock %}</html>"
        base += "{{ self.one() }}"
        templates = {
            "lib.html": _LIBRARY,
            "base.html": self.fill(base, 2),
            "middle.html": self.fill("{% extends 'base.html' %}{% block one %}BODY{{ super() }}{% endblock %}", 2),
            "a.html": self.included(),
            "b.html": "B{{ site is defined }}",
        }
        content = self.body(3, least=2)
        if self.chance(0.5):
            parents = ("'base.html'", "'middle.html'", "('base.html' if member.active else 'middle.html')")
            head = f"{{% extends {self.random.choice(parents)} %}}{self.assign(0)}"
            content = f"{head}{{% block two %}}{{{{ super() }}}}{content}{{% endblock %}}"
        return templates | {"page.html": content}


def bundle(seed: int) -> dict[str, str]:
    """The templates of a seed, by name; `page.html` is the one to render."""
    return Grammar(seed).page()
