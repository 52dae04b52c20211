"""Markdown as people write it, besides lists: in pages, and in members' stories as far as these may."""

from __future__ import annotations

import jinja2
import pytest

from sitegen.render.member_views import story_html
from sitegen.site.markup import convert

OUT = 'referrerpolicy="strict-origin"'


def page(text: str, **names: object) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(convert(text).template).render(**names).strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("~~old~~ new", "<p><del>old</del> new</p>"),
        ("about ~5 and ~6", "<p>about ~5 and ~6</p>"),
        ("#tag", "<p>#tag</p>"),
        ("text\n#tag more", "<p>text\n#tag more</p>"),
        ("https://a.example/x?b=1.", f'<p><a href="https://a.example/x?b=1" {OUT}>https://a.example/x?b=1</a>.</p>'),
        ("(https://a.example)", f'<p>(<a href="https://a.example" {OUT}>https://a.example</a>)</p>'),
        ("`https://a.example`", "<p><code>https://a.example</code></p>"),
        ("[x](https://a.example)", f'<p><a href="https://a.example" {OUT}>x</a></p>'),
        ("a_b_c and 2 * 3 * 4", "<p>a_b_c and 2 * 3 * 4</p>"),
        ("one\\\ntwo", "<p>one<br>\ntwo</p>"),
        ("- one\\\n  two", "<ul>\n<li>one<br>\ntwo</li>\n</ul>"),
        ("one\\\\\ntwo", "<p>one\\\ntwo</p>"),
        ("one\\", "<p>one\\</p>"),
        (r"\< \> \" \' \~ \| \^ \$ \% \: \#", "<p>&lt; &gt; \" ' ~ | ^ $ % : #</p>"),
        (r"C:\Users\new", r"<p>C:\Users\new</p>"),
        (r"`a\<b` \~~x\~~", r"<p><code>a\&lt;b</code> ~~x~~</p>"),
    ],
)
def test_what_people_write(text: str, html: str) -> None:
    assert page(text) == html


def test_task_boxes() -> None:
    assert page("- [ ] a\n- [x] b\n- [X] c\n- [y] d").replace("\n", "") == (
        '<ul><li class="task">☐ a</li><li class="task">☑ b</li><li class="task">☑ c</li><li>[y] d</li></ul>'
    )
    assert "☑" in story_html("- [x] done")


def test_footnotes() -> None:
    html = page("Results vary.[^1] So{{ '.' }}[^the law]\n\n[^1]: Fewer than {{ n }} in ten.\n[^the law]: B", n=1)
    assert '<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>' in html
    assert '<li id="fn:1">\n<p>Fewer than 1 in ten.' in html
    assert '<li id="fn:the-law">' in html
    assert 'href="#fnref:the-law"' in html
    assert "title=" not in html, "it would be in English on every page"


def test_tables_of_a_story_stay_text() -> None:
    assert "<t" not in story_html("| a | b |\n|---|---|\n| 1 | 2 |")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\nTwo\n\nThree", '<p dir="auto">One<br>\nTwo</p>\n<p dir="auto">Three</p>'),
        ("One:\nTwo *three*\nFour", '<p dir="auto">One:<br>\nTwo <em>three</em><br>\nFour</p>'),
        ("~~old~~", '<p dir="auto"><s>old</s></p>'),
        ("#tag", '<p dir="auto">#tag</p>'),
        ("```\na\n  b\n```", '<pre dir="auto"><code>a\n  b\n</code></pre>'),
        ("see https://a.example", '<a href="https://a.example" rel="nofollow ugc noopener">https://a.example</a>'),
        ("see http://a.example now", '<p dir="auto">see http://a.example now</p>'),
        (
            "write to <a@b.example>",
            '<a href="mailto:a@b.example" rel="nofollow ugc noopener">a@b.example</a>',
        ),
    ],
)
def test_stories(text: str, html: str) -> None:
    assert html in str(story_html(text))
