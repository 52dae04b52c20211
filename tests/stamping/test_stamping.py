"""Stamping: the same bytes and errors as plain Jinja, and a word for what cannot be stamped."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from operator import attrgetter
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, pass_context

from sitegen.stamping import Press, Program


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    name: str = "Ana & Co"
    bio: str | None = None
    age: int | None = 7
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    sponsor: Member | None = None
    layout: str = "a.html"

    def greeting(self) -> str:
        return f"Hi, {self.name}"


CAST: list[Member | None] = [
    Member(),
    Member("<Ben>", "a <b>long</b> story", None, ("x",), (Link("one"), Link("<two>", "see"))),
    Member("Zoë", "", 0, ("b", "a", "b"), (Link("l"),), Member("boss", "boss's bio"), "b.html"),
    Member("", "short", 3, ("1", "2"), (Link("p", ""), Link("q", "n"), Link("r"))),
    Member("Ana & Co", "another", 7, (), (Link("z", "z"),), None, "b.html"),
]
CAST += [
    Member(f"m{n}", bio, age, tags, links)
    for n, (bio, age, tags, links) in enumerate(
        product((None, "bio"), (None, 4), ((), ("t", "<u>")), ((), (Link("k"),), (Link("k", "v"), Link("w"))))
    )
]
ROOTS: dict[str, Callable[[Any], Any]] = {"member": lambda member: member, "sponsor": attrgetter("sponsor")}
SHARED = {"site": {"name": "Root & Leaf"}, "numbers": [1, 2, 3]}


def url(member: Member | None, page: str = "home") -> str:
    return f"/{member.name if member else ''}/{page}"


def make(templates: dict[str, str] | str, **globals_: Any) -> Environment:
    pages = {"page.html": templates} if isinstance(templates, str) else templates
    environment = Environment(
        loader=DictLoader(pages),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    environment.globals.update(url=url, **globals_)
    return environment


def plain(environment: Environment, member: Any) -> bytes:
    context = {**SHARED, "member": member, "sponsor": member and member.sponsor}
    return environment.get_template("page.html").render(context).encode()


def check(templates: dict[str, str] | str, cast: list[Any] | None = None, **globals_: Any) -> Program:
    """Stamp the cast twice, the second time with shapes known; every page must be plain Jinja's."""
    environment = make(templates, **globals_)
    press = Press(environment, roots=ROOTS, pure=[url, Member.greeting])
    program = press.program("page.html", SHARED)
    for _ in range(2):
        for member in CAST if cast is None else cast:
            assert program.stamp(press.sheet(member)) == plain(environment, member)
    return program


STAMPED = {
    "attributes": "{{ member.name }} {{ sponsor.name if sponsor else 'none' }} {{ site.name }}",
    "escaping": "{{ member.name }}{{ member.name|safe }}{{ member.name|e|e }}{{ '<b>'|safe ~ member.name }}",
    "autoescape off": "{% autoescape false %}{{ member.name }}{{ [member.name] }}{% endautoescape %}",
    "autoescape by a member": "{% autoescape member.bio %}{{ '<' }}{{ member.name }}{% endautoescape %}",
    "if": "{% if member.bio %}{{ member.bio }}{% elif member.age %}{{ member.age }}{% else %}-{% endif %}",
    "or, and, not": "{{ member.bio or 'x' }}{{ member.bio and member.age }}{{ not member.tags }}",
    "inline if": "{{ 'a' if member.bio else member.name|upper }}{{ 'b' if member.age }}",
    "comparison": "{{ member.age == 7 }}{% if 'a' in member.tags %}in{% endif %}{{ member.name < 'b' }}",
    "chain": "{{ 1 < (member.age or 0) < 5 }}",
    "for": "{% for l in member.links %}{{ loop.index }}/{{ loop.length }}{{ l.label }}{% if l.note %}!"
    "{% endif %}"
    "{{ ',' if not loop.last }}{{ ';' if not loop.last }}{% else %}empty{% endfor %}",
    "for with a test": "{% for l in member.links if l.note %}{{ l.label }}{{ loop.last }}{% endfor %}",
    "for with a jump": "{% for t in member.tags %}{% if t == 'b' %}{% continue %}{% endif %}{{ t }}{% endfor %}",
    "jump through with": "{% for t in member.tags %}{% if t %}{% with u = t %}{% break %}{% endwith %}"
    "{% endif %}{{ t }}"
    "{% endfor %}",
    "jump out of an else": "{% for n in numbers %}{% for t in member.tags %}{{ t }}{% else %}"
    "{% break %}{% endfor %}"
    "{{ n }}{% endfor %}",
    "loop neighbours": "{% for l in member.links %}{{ loop.previtem.label if not loop.first }}{{ l.label }}"
    "{{ loop.nextitem.label if not loop.last }}{% endfor %}",
    "loop changed": "{% for t in member.tags %}{% if loop.changed(t) %}{{ t }}{% endif %}{% endfor %}",
    "recursion": "{% for l in [member.tags, numbers] recursive %}"
    "[{{ loop(l) if loop.depth0 == 0 else l }}]{% endfor %}",
    "set": "{% set x = member.bio or member.name %}{{ x|length }}{{ x }}",
    "set in a branch": "{% set x = 1 %}{% if member.bio %}{% set x = member.age %}{% endif %}{{ x }}",
    "set block": "{% set x %}<i>{{ member.name }}{% if member.bio %}b{% endif %}</i>{% endset %}{{ x }}{{ x|length }}",
    "set block, used in one branch": "{% set x %}{% if member.bio %}{{ member.bio }}{% endif %}{% endset %}"
    "{% if member.age %}{{ x }}{% endif %}",
    "namespace": "{% set ns = namespace(n=0) %}{% for t in member.tags %}{% if t %}"
    "{% set ns.n = ns.n + 1 %}{% endif %}"
    "{% endfor %}{{ ns.n }}",
    "namespace written by a macro": "{% set ns = namespace(t='') %}{% macro note(a) %}"
    "{% set ns.t = a %}{% endmacro %}"
    "{% if member.bio %}{{ note(member.bio) }}{% endif %}{{ ns.t }}",
    "macro": "{% macro card(p, c='x') %}<b class={{ c }}>{{ p.name }}</b>{% if p.bio %}{{ p.bio }}{% endif %}"
    "{% endmacro %}{{ card(member) }}{{ card(member, member.name) }}{% if sponsor %}{{ card(sponsor) }}"
    "{% endif %}",
    "macro, inspected": "{% macro m(a) %} {% if a %}{{ a }}{% endif %} {% endmacro %}{{ m(member.bio)|trim }}"
    "{% if m(member.bio) %}y{% endif %}",
    "call block": "{% macro box() %}<div>{{ caller(member.name) }}</div>{% endmacro %}"
    "{% call(n) box() %}{{ n }}{% if member.bio %}b{% endif %}{% endcall %}",
    "filter block": "{% filter upper %}{{ member.name }}{% if member.bio %}b{% endif %}{% endfilter %}",
    "methods": "{{ member.name.upper() }}{{ '{0}!'.format(member.name) }}{{ member.greeting() }}",
    "functions": "{{ url(member) }}{{ url(member, page=member.name) }}{{ range(member.tags|length)|list }}",
    "slices": "{{ member.name[:2] }}{{ member.tags[1:]|join }}{{ 'abcdef'[:member.tags|length] }}",
    "lists": "{{ [member.name, 'x']|join('-') }}{{ {'k': member.name}|tojson }}{{ (member.name, 1)[0] }}",
    "list filters": "{{ member.tags|sort|unique|join }}{{ member.links|map(attribute='label')|join(', ') }}"
    "{{ member.links|selectattr('note')|list|length }}{{ member.tags|map('upper')|first|default('-') }}",
    "groupby": "{% for n, ls in member.links|groupby('label') %}{{ n }}{{ ls|length }}{% endfor %}",
    "dictionary": "{% for k, v in {'a': member.name, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}",
    "formatting": "{{ '%s <%s>'|format(member.name, 1) }}{{ '%s' % member.name }}",
    "striptags": "{{ (member.bio or '<i>x</i> y')|striptags|truncate(4, true, '…') }}",
    "undefined": "{{ member.missing is defined }}{{ member.missing|default('d') }}{{ nothing is defined }}",
    "iterator read once": "{% set g = member.tags|map('upper') %}{% for t in g %}{{ t }}{% endfor %}",
    "whole member": "{{ member }}",
    "unprinted text": "{% set x %}{% if member.bio %}{{ member.age }}{% endif %}{% endset %}",
}


@pytest.mark.parametrize("name", STAMPED)
def test_is_stamped(name: str) -> None:
    program = check(STAMPED[name])
    assert program.reason is None
    figures = program.figures
    assert figures.stamps >= len(CAST), "the second pass needs no plain rendering"
    assert figures.stamps + figures.plain == 2 * len(CAST)


def test_inheritance_includes_and_imports() -> None:
    program = check(
        {
            "base.html": "<{% block one %}base {{ member.name }}{% endblock %}>{% block two %}{% endblock %}"
            "{{ self.one() }}",
            "middle.html": "{% extends 'base.html' %}{% block one %}middle {{ super() }}{% endblock %}",
            "lib.html": "{% set c = '<c>' %}{% macro tag(t) %}<em>{{ t }}{% if t %}!{% endif %}</em>{% endmacro %}",
            "a.html": "A{{ member.name }}",
            "b.html": "B{% if member.bio %}{{ member.bio }}{% endif %}",
            "page.html": "{% extends 'base.html' if member.age else 'middle.html' %}"
            "{% import 'lib.html' as lib %}"
            "{% from 'lib.html' import tag with context %}{% block two %}{% include member.layout %}"
            "{% include ['none.html', 'a.html'] %}{% include 'none.html' ignore missing %}{{ super() }}"
            "{% import 'lib.html' as l %}{{ l.tag(member.bio) }}{{ l.c }}{% endblock %}",
        }
    )
    assert program.reason is None


def test_company_page_has_no_member() -> None:
    check(
        "{% if member %}{{ member.name }}{{ sponsor.name if sponsor }}{% else %}company{% endif %}",
        [None, *CAST],
    )


PLAIN: dict[str, tuple[str, str]] = {
    "unknown function": ("\n{{ clock() }}", "page.html:2: calls clock, which is not registered as pure"),
    "unknown function with a slot": (
        "{{ clock(member.name) }}",
        "page.html:1: calls clock, which is not registered as pure",
    ),
    "random": (
        "{{ member.tags|list|random if false }}{{ [1]|random }}",
        "page.html:1: filter 'random' is not",
    ),
    "random by name": ("{{ [[member.name]]|map('random')|list }}", "page.html:1: filter 'random' is not"),
    "context": ("{{ spy() }}", "page.html:1: spy reads the context"),
    "effect": (
        "{% set l = [] %}{% do l.append(member.name) %}{{ l|join }}",
        "page.html:1: calls list.append",
    ),
    "iterator read twice": (
        "{% set g = member.tags|map('upper') %}{{ g|join }}{% if g|list %}y{% endif %}",
        "page.html:1: the iterator member.tags|map is read twice",
    ),
    "state between pages": (
        "{% import 'lib.html' as lib %}{{ lib.count() }}{{ member.name }}",
        "lib.html:1: an imported template keeps state from page to page",
    ),
}


@pytest.mark.parametrize("name", PLAIN)
def test_is_plain_and_says_why(name: str) -> None:
    source, reason = PLAIN[name]

    def clock(*args: Any) -> str:
        return "noon"

    @pass_context
    def spy(context: Any) -> str:
        return str(sorted(context.vars))

    library = "{% set ns = namespace(n=0) %}{% macro count() %}{% set ns.n = 1 %}{{ ns.n }}{% endmacro %}"
    environment = make({"page.html": source, "lib.html": library}, clock=clock, spy=spy)
    clock.__qualname__, spy.__qualname__ = "clock", "spy"
    press = Press(environment, roots=ROOTS, pure=[spy])
    program = press.program("page.html", SHARED)
    for member in CAST:
        assert program.stamp(press.sheet(member)) == plain(environment, member) or name == "random"
    assert program.reason is not None
    assert program.reason.startswith(reason)
    assert program.figures.stamps == 0


ERRORS = [
    "{{ member.name }}\n{% if member.bio %}{{ member.typo }}{% endif %}",
    "{{ member.bio|upper|length }}\n{{ 10 // (member.age or 0) }}",
    "\n{% set unused = member.links[0].label %}{% if member.links %}{{ member.links[1].label }}{% endif %}",
    "{% macro m(x) %}\n{{ x + 1 }}{% endmacro %}{{ member.name }}{{ m(member.bio) }}",
    "{% set x = member.bio + 'a' %}never printed",
    "{% include member.name %}",
    "{{ member.name.nothing() }}",
    "{% if member.bio %}{{ undefined_function() }}{% endif %}",
    "{{ member.name }}{% if %}",
]


@pytest.mark.parametrize("source", ERRORS)
def test_raises_what_plain_jinja_raises_where_it_does(source: str) -> None:
    environment = make(source)
    press = Press(environment, roots=ROOTS, pure=[url])
    program = press.program("page.html", SHARED)

    def outcome(render: Callable[[], bytes]) -> Any:
        try:
            return render()
        except Exception as error:
            places = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__) if "<" in f.filename]
            assert error.__context__ is None or "sitegen" not in repr(error.__context__)
            return type(error), str(error), places

    raised = 0
    for member in CAST * 2:
        expected = outcome(lambda member=member: plain(environment, member))  # type: ignore[misc]
        raised += isinstance(expected, tuple)
        assert outcome(lambda member=member: program.stamp(press.sheet(member))) == expected  # type: ignore[misc]
    assert raised


def test_pages_of_a_member_share_what_they_compute() -> None:
    calls = []

    def token(member: Member) -> str:
        calls.append(member)
        return f"t-{member.name}"

    environment = make(
        {"a.html": "{{ token(member) }}", "b.html": "b{% if token(member) %}{{ token(member) }}{% endif %}"}
    )
    environment.globals["token"] = token
    press = Press(environment, roots=ROOTS, pure=[token])
    programs = [press.program(name, SHARED) for name in ("a.html", "b.html")]
    for program in programs:
        program.stamp(press.sheet(Member()))
    calls.clear()
    sheet = press.sheet(Member("Ben"))
    assert [program.stamp(sheet) for program in programs] == [b"t-Ben", b"bt-Ben"]
    assert len(calls) == 1


def test_regions_add_instead_of_multiplying() -> None:
    fields = ("bio", "age", "tags", "links")
    program = check("".join(f"{{% if member.{name} %}}<{name}>{{% endif %}}" for name in fields))
    assert program.figures.shapes <= 2 * len(fields) + 1
    assert program.figures.traces <= 4


def test_what_one_page_dissolved_no_other_page_tries_again() -> None:
    macro = (
        "{% set ns = namespace(n=0) %}{% macro note(a) %}{% if a %}{% set ns.n = ns.n + 1 %}{% endif %}{% endmacro %}"
    )
    part = macro + "{% if member.bio %}{{ note(member.age) }}{% endif %}{{ ns.n }}"
    environment = make(
        {"part.html": part, "a.html": "A {% include 'part.html' %}", "b.html": "B {% include 'part.html' %}"}
    )
    press = Press(environment, roots=ROOTS)
    first, second = (press.program(name, SHARED) for name in ("a.html", "b.html"))
    for program in (first, second):
        template = environment.get_template(program.template)
        for member in filter(None, CAST):
            expected = template.render(member=member, sponsor=member.sponsor, **SHARED)
            assert program.stamp(press.sheet(member)) == expected.encode()
    assert (first.reason, second.reason) == (None, None)
    assert first.figures.traces > first.figures.plain
    assert second.figures.traces == second.figures.plain


def test_memory_does_not_grow_with_members() -> None:
    environment = make(STAMPED["for"] + STAMPED["macro"] + STAMPED["or, and, not"])
    press = Press(environment, roots=ROOTS)
    program = press.program("page.html", SHARED)
    for member in CAST:
        program.stamp(press.sheet(member))
    places, traces = len(press._table.blank), program.figures.traces
    for n in range(300):
        program.stamp(press.sheet(Member(f"other {n}", f"bio {n}", n, tuple("ab"[: n % 3]))))
    assert len(press._table.blank) == places
    assert program.figures.traces == traces


def test_traces_are_capped_and_reported() -> None:
    environment = make("{% for t in member.tags %}{% if member.age == t|length %}{{ t }}{% endif %}{% endfor %}")
    press = Press(environment, roots=ROOTS, most_traces=5)
    program = press.program("page.html", SHARED)
    for number in range(30):
        member = Member(tags=("x",) * number, age=1)
        assert program.stamp(press.sheet(member)) == plain(environment, member)
    assert program.figures.traces <= 5
    assert program.reason is not None
    assert "more shapes than 5" in program.reason
    stamps = program.figures.stamps
    program.stamp(press.sheet(Member(tags=("x",), age=1)))
    assert program.figures.stamps == stamps + 1, "known shapes are stamped all the same"


def test_guards_that_multiply_are_named() -> None:
    source = "{% set n = namespace(a=0) %}{% for t in member.tags %}"
    source += "{% if t %}{% set n.a = 1 %}{% endif %}{% endfor %}"
    program = check(source + "{{ n.a }}", [Member(tags=tags) for tags in product(("", "a"), repeat=3)])
    assert dict(program.figures.guards)["member.tags[2]?"] > 1


def test_the_environment_is_not_changed() -> None:
    environment = make(STAMPED["macro"])
    before = {name: dict(value) if isinstance(value, dict) else value for name, value in vars(environment).items()}
    press = Press(environment, roots=ROOTS)
    press.program("page.html", SHARED).stamp(press.sheet(Member()))
    after = vars(environment)
    assert {name for name in after if name != "cache" and after[name] != before[name]} == set()
    assert type(environment) is Environment


def test_two_programs_of_one_template_differ_by_what_is_shared() -> None:
    environment = make("{% if member.bio %}{{ site.name }}{% endif %}{{ member.name }}")
    press = Press(environment, roots=ROOTS)
    programs = [press.program("page.html", {"site": {"name": name}}) for name in ("one", "two")]
    for member in (Member(), Member(bio="b"), Member("c", "d")):
        sheet = press.sheet(member)
        for program, name in zip(programs, ("one", "two"), strict=True):
            assert program.stamp(sheet).decode() == (name if member.bio else "") + member.name.replace("&", "&amp;")


def test_threads_share_a_press() -> None:
    environment = make(STAMPED["for"] + STAMPED["macro"])
    press = Press(environment, roots=ROOTS)
    programs = [press.program("page.html", SHARED) for _ in range(3)]
    expected = {id(member): plain(environment, member) for member in CAST}
    wrong: list[Any] = []

    def work() -> None:
        for member in CAST * 4:
            sheet = press.sheet(member)
            wrong.extend(member for program in programs if program.stamp(sheet) != expected[id(member)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_environment_that_stamping_does_not_know_is_plain() -> None:
    environment = make("{{ member.name }}")
    environment.finalize = lambda value: value
    press = Press(environment, roots=ROOTS)
    program = press.program("page.html", SHARED)
    assert program.stamp(press.sheet(Member())) == b"Ana &amp; Co"
    assert program.reason == "the environment has a finalize function"
