"""Jinja statements around rows, items, quotations and paragraphs: whole elements, whatever the condition."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import ContentError
from sitegen.site.markup import convert

HEAD = "| Who | What |\n|-----|------|\n"
TABLE = "<table><thead><tr><th>Who</th><th>What</th></tr></thead><tbody>{}</tbody></table>"
EACH = '{% for x in ["p", "q"] %}'


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def rendered(text: str, yes: bool = True) -> str:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = environment.from_string(convert(text).template).render(yes=yes, no=not yes)
    balanced(html)
    return re.sub(r"\s*(</?[a-z]\w*[^>]*>)\s*", r"\1", html)


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in {"br", "hr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def balanced(html: str) -> None:
    parser = _Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_loop_around_rows(gap: str) -> None:
    text = f"{HEAD}{gap}{EACH}\n{gap}| {{{{ x }}}} | {{{{ x | upper }}}} |\n{gap}{{% endfor %}}\n{gap}"
    assert rendered(text) == TABLE.format(row("p", "P") + row("q", "Q"))
    assert rendered(f"{text}| z | Z |\n\nText") == TABLE.format(row("p", "P") + row("q", "Q") + row("z", "Z")) + (
        "<p>Text</p>"
    )


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize(
    "middle",
    [
        "{% if yes %}\n| 1 | 2 |\n{% else %}\n| 3 | 4 |\n{% endif %}",
        "{% if yes %}| 1 | 2 |{% else %}| 3 | 4 |{% endif %}",
        "{% if yes %}\n  | 1 | 2 |\n{% elif no %}\n  | 3 | 4 |\n{% endif %}",
        "| {% if yes %}1{% else %}3{% endif %} | {{ 2 if yes else 4 }} |",
        "{% set n = 2 if yes else 4 %}\n| {{ n - 1 }} | {{ n }} |",
        "{# note #}\n{% if yes %}\n{% for x in [1] %}\n| {{ x }} | 2 |\n{% endfor %}\n"
        "{% else %}\n| 3 | 4 |\n{% endif %}",
    ],
)
def test_conditions_around_rows(middle: str, yes: bool) -> None:
    expected = row("a", "b") + (row("1", "2") if yes else row("3", "4")) + row("c", "d")
    assert rendered(f"{HEAD}| a | b |\n{middle}\n| c | d |", yes) == TABLE.format(expected)


@pytest.mark.parametrize("yes", [True, False])
def test_a_condition_around_a_table(yes: bool) -> None:
    html = rendered(f"{{% if yes %}}\n{HEAD}| a | b |\n{{% endif %}}\nText", yes)
    assert html == (TABLE.format(row("a", "b")) if yes else "") + "<p>Text</p>"


def test_a_table_right_below_a_line_of_text() -> None:
    rows = f"{HEAD}| a | b |"
    table = TABLE.format(row("a", "b"))
    assert rendered(f"Text:\n{rows}") == f"<p>Text:</p>{table}"
    indented = "\n".join(f"  {line}" for line in rows.split("\n"))
    assert rendered(f"- item\n{indented}") == f"<ul><li><p>item</p>{table}</li></ul>"
    assert rendered("Dash\n---\n\n| not | one") == '<h2 id="dash">Dash</h2><p>| not | one</p>'


@pytest.mark.parametrize("mark", ["-", "*", "1."])
def test_loops_around_items(mark: str) -> None:
    tag = "ol" if mark == "1." else "ul"
    loop = f"{EACH}\n{mark} {{{{ x }}}}\n{{% endfor %}}"
    items = "<li>p</li><li>q</li>"
    assert rendered(loop) == f"<{tag}>{items}</{tag}>"
    assert rendered(f"Text:\n{loop}\nText") == f"<p>Text:</p><{tag}>{items}</{tag}><p>Text</p>"
    assert rendered(f"{mark} a\n{loop}\n{mark} z") == f"<{tag}><li>a</li>{items}<li>z</li></{tag}>"
    assert rendered(f"{EACH}{mark} {{{{ x }}}}{{% endfor %}}") == f"<{tag}>{items}</{tag}>"


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize(
    "middle",
    [
        "{% if yes %}\n- b\n{% else %}\n- c\n{% endif %}",
        "{% if yes %}- b{% else %}- c{% endif %}",
        "- {% if yes %}b{% else %}c{% endif %}",
        "  {% if yes %}\n- b\n  {% else %}\n- c\n  {% endif %}",
        "{% if yes %}\n{% for x in ['b'] %}\n- {{ x }}\n{% endfor %}\n{% else %}\n- c\n{% endif %}",
    ],
)
def test_conditions_around_items(middle: str, yes: bool) -> None:
    expected = f"<ul><li>a</li><li>{'b' if yes else 'c'}</li><li>d</li></ul>"
    assert rendered(f"- a\n{middle}\n- d", yes) == expected


@pytest.mark.parametrize("yes", [True, False])
def test_a_condition_around_a_list_leaves_no_empty_one(yes: bool) -> None:
    assert rendered("Text\n{% if yes %}\n- a\n- b\n{% endif %}\nText", yes) == (
        "<p>Text</p><ul><li>a</li><li>b</li></ul><p>Text</p>" if yes else "<p>Text</p><p>Text</p>"
    )
    nested = "- a\n  {% if yes %}\n  - b\n  {% endif %}\n- c"
    assert rendered(nested, yes) == f"<ul><li>a{'<ul><li>b</li></ul>' if yes else ''}</li><li>c</li></ul>"


@pytest.mark.parametrize("yes", [True, False])
def test_lists_of_two_kinds(yes: bool) -> None:
    expected = "<ul><li>a</li></ul>" if yes else "<ol><li>b</li></ol>"
    assert rendered("{% if yes %}\n- a\n{% else %}\n1. b\n{% endif %}", yes) == expected
    both = "<ul><li>a</li></ul><ol><li>b</li></ol>" if yes else ""
    assert rendered("{% if yes %}\n- a\n1. b\n{% endif %}\nText", yes) == f"{both}<p>Text</p>"


def test_nested_lists() -> None:
    text = f'1. a\n{EACH}\n2. {{{{ x }}}}\n   {{% if x == "p" %}}\n   - n\n   {{% endif %}}\n{{% endfor %}}\n3. z'
    assert rendered(text) == "<ol><li>a</li><li>p<ul><li>n</li></ul></li><li>q</li><li>z</li></ol>"
    inner = f"- a\n  {EACH}\n  - {{{{ x }}}}\n  {{% endfor %}}\n- b"
    assert rendered(inner) == "<ul><li>a<ul><li>p</li><li>q</li></ul></li><li>b</li></ul>"


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("- a\n  {% if yes %}\n  more\n  {% endif %}\n- b", "a\nmore", "a"),
        ("- a\n{% if yes %}\n  more\n{% endif %}\n- b", "a\nmore", "a"),
        ("- a {% if yes %}more{% endif %}\n- b", "a more", "a"),
    ],
)
def test_text_of_an_item(text: str, true: str, false: str, yes: bool) -> None:
    assert rendered(text, yes) == f"<ul><li>{true if yes else false}</li><li>b</li></ul>"


@pytest.mark.parametrize("yes", [True, False])
def test_quotations(yes: bool) -> None:
    assert rendered("> one\n{% if yes %}\n> two\n{% endif %}\n> three", yes) == (
        f"<blockquote><p>one</p>{'<p>two</p>' if yes else ''}<p>three</p></blockquote>"
    )
    assert rendered("> {% if yes %}\n> - a\n> {% endif %}\n> - b", yes) == (
        f"<blockquote><ul>{'<li>a</li>' if yes else ''}<li>b</li></ul></blockquote>"
    )
    quoted = "".join(f"> {line}\n" for line in f"{HEAD}{EACH}\n| {{{{ x }}}} | y |\n{{% endfor %}}".split("\n"))
    assert rendered(quoted, yes) == f"<blockquote>{TABLE.format(row('p', 'y') + row('q', 'y'))}</blockquote>"
    assert rendered("{% if yes %}\n> a\n{% else %}\n> b\n{% endif %}", yes) == (
        f"<blockquote><p>{'a' if yes else 'b'}</p></blockquote>"
    )


@pytest.mark.parametrize("yes", [True, False])
def test_definition_lists(yes: bool) -> None:
    first, second = "<dt>A</dt><dd>x</dd>", "<dt>B</dt><dd>y</dd>"
    assert rendered("A\n:   x\n{% if yes %}\nB\n:   y\n{% endif %}", yes) == (
        f"<dl>{first}</dl>{f'<dl>{second}</dl>' if yes else ''}"
    )
    assert rendered("A\n:   {% if yes %}x{% else %}z{% endif %}", yes) == f"<dl><dt>A</dt><dd>{'xz'[not yes]}</dd></dl>"
    assert rendered("A\n:   x\n    {% if yes %}\n    more\n    {% endif %}", yes) == (
        f"<dl><dt>A</dt><dd>x{chr(10) + 'more' if yes else ''}</dd></dl>"
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- {% if yes %}a\n- b{% endif %}", 5, "begins and ends in different places"),
        ("- a\n- {% if yes %}b\n{% endif %}\n\nText", 6, "begins and ends in different places"),
        (f"{HEAD}| {{% if yes %}}a | b{{% endif %}} |", 7, "begins and ends in different places"),
        (f"{HEAD}| a | b | {{% if yes %}}c{{% endif %}} |", 7, "this row has 3 cells"),
        (f"{EACH}\n| {{{{ x }}}} | y | z |\n{{% endfor %}}", 6, "a row outside a table"),
        (f"{HEAD}| a | b |\n\n| c | d |", 9, "a row outside a table"),
        ("> Text\n>\n> | a | b | c |", 7, "a row outside a table"),
        ("Text {% if yes %}\n\n- a\n- b {% endif %}", 5, "begins and ends in different places"),
    ],
)
def test_what_cannot_be_is_a_fault(text: str, line: int, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        convert(text, first_line=5)
    fault = caught.value.faults[0]
    assert (fault.line, message in fault.message) == (line, True), str(fault)
    assert fault.hint


@pytest.mark.parametrize("yes", [True, False])
def test_html_of_the_author_s_is_theirs(yes: bool) -> None:
    text = '{% if yes %}\n<div class="a">\n{% else %}\n<div class="b">\n{% endif %}\n\nText\n\n</div>'
    assert rendered(text, yes) == f'<div class="{"a" if yes else "b"}">Text</div>'
    loop = f"<ul>\n{EACH}\n<li>{{{{ x }}}}</li>\n{{% endfor %}}\n</ul>"
    assert rendered(loop, yes) == "<ul><li>p</li><li>q</li></ul>"


@pytest.mark.parametrize("yes", [True, False])
def test_a_block_may_reach_over_paragraphs(yes: bool) -> None:
    text = "Text {% if yes %}a\n\nb{% endif %} c"
    assert rendered(text, yes) == ("<p>Text a</p><p>b c</p>" if yes else "<p>Text  c</p>")


def test_lines_are_still_traced() -> None:
    body = convert(f"{HEAD}{EACH}\n| {{{{ x.nothing }}}} | y |\n{{% endfor %}}\n\n{{{{ z }}}}", first_line=11)
    for name, line in (("x.nothing", 14), ("{{ z }}", 17), ("{% for", 13)):
        at = next(number for number, text in enumerate(body.template.split("\n"), 1) if name in text)
        assert body.markdown_line(at) == line


_LINES = [
    "- aa",
    "1. bb",
    "  - cc",
    "Dd",
    "  ee",
    "",
    "> ff",
    "| gg | hh |",
    "- ii\n\n  jj",
    "# Kk",
    "  > ll",
    "    mm",
]


@given(st.lists(st.sampled_from(_LINES), max_size=3), st.lists(st.sampled_from(_LINES), max_size=4), st.booleans())
def test_whatever_stands_around_a_condition(around: list[str], within: list[str], yes: bool) -> None:
    parts = ["| xx | yy |\n|---|---|", *around[:2], "{% if yes %}", *within, "{% endif %}", *around[2:]]
    try:
        html = rendered("\n".join(parts), yes)
    except ContentError:
        return  # told, with its line: see above
    shown = [*around, *(within if yes else [])]
    assert sorted(_words(unescape(re.sub("<[^>]*>", " ", html)))) == sorted(["xx", "yy", *_words("\n".join(shown))])


def _words(text: str) -> list[str]:
    return re.findall(r"[a-zA-Z]{2}", text)
