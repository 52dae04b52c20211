"""What was meant as Markdown or Jinja and would be published as signs."""

from __future__ import annotations

import pytest

from sitegen.errors import ContentError
from sitegen.site.markup import convert


def faults(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        convert(text, first_line=5)
    assert all(each.hint for each in caught.value.faults)
    return [f"{each.line}: {each.message}" for each in caught.value.faults]


def test_notes_and_texts_that_do_not_meet() -> None:
    assert faults("a[^1] b[^law]\n\n[^1]: note") == ['5: there is no note "[^law]:" on this page']
    assert faults("a[^1]\n\n[^1]: note\n[^2]: more") == ['8: no text refers to the note "[^2]:"']
    assert faults("a[^1]\n\n[^1]: note\n\n[^1]: more") == ['9: the note "[^1]:" stands here twice, first on line 7']


@pytest.mark.parametrize(
    "text",
    [
        "a[^1]\n\n[^1]: note with [^2]\n[^2]: more",
        "- a[^1]\n\n    [^1]: note",
        "`[^0-9]` and \\[^x]\n\n```\n[^1]\n```",
        "| a[^1] |\n|---|\n\n[^1]: note",
        "a[^1] and[^1]\n\n[^1]: note",
    ],
)
def test_notes_that_meet(text: str) -> None:
    assert convert(text).template


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Text {#costs}", '5: "{#costs}"'),
        ("a\n\na {#x} b", '7: "{#x}"'),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n{: .wide}", '8: "{: .wide}"'),
        ("{: .lead}\ntext", '5: "{: .lead}"'),
        ("## A {#a} B", '5: "{#a}"'),
    ],
)
def test_ids_that_nothing_can_have(text: str, found: str) -> None:
    assert faults(text) == [f"{found} stands where nothing can have it, and would be seen"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "## A {#a}",
            "## A {#a} ##",
            "A {#a}\n===",
            "## A {: #a .b }",
            "text\n{: .lead}",
            "- a\n{: .b}",
            "[x](y){#a}",
        ),
        *("`{#a}`", "```\n{#a}\n```", "> ## A {#a}", "**a**{: .b}", "{# a comment #}", "a {# b #}"),
    ],
)
def test_ids_in_their_places(text: str) -> None:
    assert convert(text).template


def test_code_may_show_an_id() -> None:
    assert convert("`{#a}`").template == "<p><code>&#123;#a}</code></p>"


def test_a_comment_that_is_not_closed() -> None:
    assert faults("a\n\nb {# to do") == ['7: "{#" without "#}" after it']


def test_a_backslash_before_jinja() -> None:
    assert faults(r"a \{{ member.name }}") == ["5: a backslash does not keep Jinja from being read"]
    assert convert(r"a \\{{ member.name }}").template == r"<p>a \{{ member.name }}</p>"


@pytest.mark.parametrize("line", ["a **bold** b", "- item", "1. item", "see [x](page:faq)", "## H", "> a"])
@pytest.mark.parametrize("tag", ["details", "div", "section"])
def test_markdown_within_html(tag: str, line: str) -> None:
    text = f"<{tag} class='a'>\n<b>x</b>\n\n{line}\n\n</{tag}>"
    assert faults(text) == [f"8: Markdown is not read within <{tag}>, which begins on line 5"]
    assert convert(text.replace(f"<{tag}", f'<{tag} markdown="1"')).template


@pytest.mark.parametrize(
    "text",
    [
        "<div>\n<p>a</p>\n\n<p>b * c</p>\n</div>\n\n**d**",
        "<div>a</div>\n\n**d**",
        "<p>Hello *x*</p>\n\n- a",
        "<table>\n<tr><td>a</td></tr>\n\n<tr><td>- b</td></tr>\n</table>",
        "<br>\n\n- a",
        '<div>\n\n<div markdown="1">\n- a\n</div>\n</div>',
    ],
)
def test_html_that_is_right(text: str) -> None:
    assert convert(text).template


def test_abbreviations() -> None:
    assert (
        '<abbr title="Annual percentage rate">APR</abbr>'
        in convert("The APR.\n\n*[APR]: Annual percentage rate").template
    )
