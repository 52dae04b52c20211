"""Lists as people write them, in pages and in members' stories."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.render.member_views import story_html
from sitegen.site.dialect.lists import laid_out
from sitegen.site.markup import convert

CASE = "What I love:\n- tea\n- candles\n  - beeswax\n1. a\n2. b\n   - c"


def compact(html: str) -> str:
    return re.sub(r">\s+<", "><", html.strip())


def page(text: str) -> str:
    return compact(convert(text).template)


def test_a_page_and_a_story_have_the_same_lists() -> None:
    expected = (
        "<p>What I love:</p><ul><li>tea</li><li>candles<ul><li>beeswax</li></ul></li></ul>"
        "<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>"
    )
    assert page(CASE) == expected
    assert re.sub(r"\s+<", "<", compact(str(story_html(CASE)).replace(' dir="auto"', ""))) == expected


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n  - b\n    - c\n- d", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"),
        ("* a\n   * b\n* c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("+ a\n    + b\n+ c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("- a\n\t- b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("1. a\n  - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("10. a\n    1. b\n11. c", '<ol start="10"><li>a<ol><li>b</li></ol></li><li>c</li></ol>'),
        ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        (" - a\n - b", "<ul><li>a</li><li>b</li></ul>"),
        ("- a\nlazy\n- b\n  more", "<ul><li>a\nlazy</li><li>b\nmore</li></ul>"),
        ("- a\n\n  more\n\n- b", "<ul><li><p>a</p><p>more</p></li><li><p>b</p></li></ul>"),
        ("- a\n  - b\n\n    more\n- c", None),
        ("> Note:\n> - a\n>   - b", "<blockquote><p>Note:</p><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>"),
        ("- a\n# H", '<ul><li>a</li></ul><h1 id="h">H</h1>'),
        ("- a\n---\nText", "<ul><li>a</li></ul><hr><p>Text</p>"),
        ("- a\n- b\n\n---\n\n- c", "<ul><li>a</li><li>b</li></ul><hr><ul><li>c</li></ul>"),
        ("# H\n- a", '<h1 id="h">H</h1><ul><li>a</li></ul>'),
        ("Text\n- a\n\nText", "<p>Text</p><ul><li>a</li></ul><p>Text</p>"),
        ('<div markdown="1">\nText:\n- a\n</div>', "<div><p>Text:</p><ul><li>a</li></ul></div>"),
        ("- a\n  ```\n  x\n    y\n  ```\n- b", None),
    ],
)
def test_lists(text: str, html: str | None) -> None:
    if html is not None:
        assert page(text) == html
    else:
        assert page(text).count("<li>") == text.count("- ")


@pytest.mark.parametrize(
    "text",
    [
        "In\n2024. It was",
        "a\n-\nb",
        "a - b\nc",
        "-a\n-b",
        "1.5 litres\n2.5 litres",
        "    - code",
        "* * *",
        "- - -",
        "---",
    ],
)
def test_what_is_no_list(text: str) -> None:
    assert "<li>" not in page(text)


def test_code_within_items_is_kept() -> None:
    html = convert("- a\n  ```\n  x\n    y\n  - z\n  ```\n- b").template
    assert "<code>x\n  y\n- z</code>" in html
    assert "<p>b</p>" in html


def test_fences_stand_between_paragraphs() -> None:
    html = page("Text:\n```\n- a\n1) b\n```\n~~~\nc\n~~~\nMore")
    assert html == (
        '<p>Text:</p><pre class="highlight"><code>- a\n1) b</code></pre>'
        '<pre class="highlight"><code>c</code></pre><p>More</p>'
    )


@pytest.mark.parametrize(
    ("text", "tag"), [("> q", "blockquote"), ("# h", 'h1 id="h"'), ("- l", "ul"), ("```\nc\n```", "pre")]
)
def test_what_ends_a_table(text: str, tag: str) -> None:
    html = page(f"| a | b |\n|---|---|\n| c | d |\n{text}")
    assert f"</table><{tag}" in html


def test_html_is_left_alone() -> None:
    for html in ("<pre>\n1) a\n  - b\n</pre>", "<!-- 1) a\n  - b -->", "<script>\nx\n  - 1) y\n</script>"):
        assert laid_out(html) == html
        assert page(html).replace("\n", "") == compact(html).replace("\n", "")


@given(st.text(alphabet="ab -*1.)>#`\n\t|", max_size=80))
def test_laying_out_twice_is_laying_out_once(text: str) -> None:
    once = laid_out(text)
    assert once.replace("\n", "").split() == laid_out(once).replace("\n", "").split()


@pytest.mark.parametrize(
    "text", [">" * 5000, "> " * 3000 + "- a", "- " * 3000, "\n".join(" " * n + "- a" for n in range(300))]
)
def test_what_is_nested_without_end_is_still_read(text: str) -> None:
    assert laid_out(text)
    assert story_html(text) is not None
    assert convert(text).template
