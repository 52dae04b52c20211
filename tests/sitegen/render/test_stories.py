"""Members' stories as HTML: what people write, what is cleaned, and what bounds their time."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from sitegen.render.stories import TAGS, is_plain, parsed_html, plain_html, story_html
from sitegen.render.text_cache import TextCache
from sitegen.roster import values
from sitegen.roster.fields import RowFields
from sitegen.roster.story_lists import depth
from sitegen.roster.values import MOST_LEVELS


def directed(html: str) -> str:
    """Lets every block take its direction from its own words."""
    return re.sub("<(p|ul|ol|blockquote|pre)>", r'<\1 dir="auto">', html)


@pytest.mark.parametrize(
    ("story", "html"),
    [
        ("One.\n\nTwo & three.", "<p>One.</p>\n<p>Two &amp; three.</p>"),
        ("# Hello\n\nText", "<p><strong>Hello</strong></p>\n<p>Text</p>"),
        ("Big\n===", "<p><strong>Big</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "[me](https://example.com)",
            '<p><a href="https://example.com" rel="nofollow ugc noopener">me</a></p>',
        ),
        ("![cat](https://example.com/cat.png)", "<p></p>"),
        ("One\ntwo", "<p>One<br>\ntwo</p>"),
        ("*One*\ntwo", "<p><em>One</em><br>\ntwo</p>"),
        ("Tea:\n- a\n- b", "<p>Tea:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("Tea:\n1. a\n2. b", "<p>Tea:</p>\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("~~old~~ #tag\n#tag", "<p><s>old</s> #tag<br>\n#tag</p>"),
        ("- [ ] to do\n- [x] done", "<ul>\n<li>☐ to do</li>\n<li>☑ done</li>\n</ul>"),
        ("    four blanks *here*", "<p>four blanks <em>here</em></p>"),
        ("| a | b |\n|---|---|", "<p>| a | b |<br>\n|---|---|</p>"),
        ("```\n- a\n  - b\n```", "<pre><code>- a\n  - b\n</code></pre>"),
        (
            "See https://example.com/a_(b), please.",
            '<p>See <a href="https://example.com/a_(b)" rel="nofollow ugc noopener">https://example.com/a_(b)</a>,'
            " please.</p>",
        ),
        (
            "(www.example.com)",
            '<p>(<a href="https://www.example.com" rel="nofollow ugc noopener">www.example.com</a>)</p>',
        ),
        ("me@example.com", '<p><a href="mailto:me@example.com" rel="nofollow ugc noopener">me@example.com</a></p>'),
        ("I like tea.It is good", "<p>I like tea.It is good</p>"),
        ("a <b onclick='x()'>b</b>", "<p>a <b>b</b></p>"),
        ("a<script>alert(1)</script>b", "<p>ab</p>"),
        ('<iframe src="https://example.com"></iframe>x', "<p>x</p>"),
        ("{{ member.email }} {% raw %}", "<p>{{ member.email }} {% raw %}</p>"),
    ],
)
def test_stories(story: str, html: str) -> None:
    assert str(story_html(story)) == directed(html)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http://x.example",
        "//x.example",
        "/ana/",
        "signup",
        "?c=x",
        "#x",
        "0 on0=",
    ],
)
def test_links_to_nothing_but_the_safe_web(address: str) -> None:
    html = story_html(f"[x]({address}) <a href='{address}'>y</a> {address}")
    assert "href" not in html and "<a" not in html


@settings(max_examples=300)
@given(st.text(alphabet="ab AB.,'\"\n1-!?—é王ل()\u00a0#*", max_size=60) | st.text(max_size=60))
def test_the_short_way_for_plain_stories_gives_what_markdown_gives(story: str) -> None:
    story = story.strip().replace("\r", "")
    if story and is_plain(story):
        assert plain_html(story) == parsed_html(story)


@given(
    st.text(max_size=100)
    | st.lists(
        st.sampled_from(
            [
                "<h1>",
                "<img src=x onerror=y>",
                "</p>",
                "<a href=",
                "'",
                '"',
                "javascript:",
                "[",
                "](",
                ")",
                "<svg>",
                "# ",
            ]
        ),
        max_size=12,
    ).map("".join)
)
@example("[](0 on0=)")
@example("<h1><a href=<h1>")  # nh3 before 0.3.7 left the < in the address
def test_no_story_brings_more_than_text_markup(story: str) -> None:
    html = str(story_html(story))
    tags = re.findall(r"<\s*/?\s*([a-zA-Z][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", html)
    assert {tag.lower() for tag, _ in tags} <= TAGS
    assert html.count("<") == len(tags)
    for _, attributes in tags:
        names = re.sub(r"\"[^\"]*\"|'[^']*'", "", attributes)
        assert set(names.split()) <= {"href=", "rel=", "dir="}
        assert all(each.startswith(("https://", "mailto:")) for each in re.findall(r'href="([^"]*)"', attributes))


INNER = "<ul>\n<li>inner</li>\n</ul>"


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
@pytest.mark.parametrize("mark", ["-", "*", "1.", "2)", "10."])
def test_an_indented_item_is_an_inner_one_however_it_is_indented(mark: str, indent: str) -> None:
    html = str(story_html(f"{mark} outer\n{indent}- inner\n{mark} outer again"))
    assert html.count(directed(f"<li>outer\n{INNER}\n</li>")) == 1
    assert html.count("<li>outer again</li>") == 1


def test_lists_of_three_levels_and_text_below_an_item() -> None:
    html = str(story_html("1. a\n  - b\n    - c\n  - d\n2. e\n\n  more of e\n\nafter"))
    assert html == directed(
        "<ol>\n<li>\n<p>a</p>\n<ul>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n<li>d</li>\n</ul>\n</li>\n"
        "<li>\n<p>e</p>\n<p>more of e</p>\n</li>\n</ol>\n<p>after</p>"
    )


# -- bounds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "levels"),
    [
        ("text", 0),
        ("a\n- b", 1),
        ("- a\n  - b\n    - c\n- d", 3),
        ("> > quoted\n>>> more", 3),
        ("- > - a", 3),
        ("- - - -", 0),
        ("* * *\n---", 0),
        ("            far to the right - said he", 0),
        ("".join(f"{'  ' * level}- a\n" for level in range(12)), 12),
    ],
)
def test_how_deep_a_story_is_nested(story: str, levels: int) -> None:
    assert depth(story) == levels


def test_a_story_nested_too_deep_costs_the_story_alone() -> None:
    rules = values.Rules(frozenset({"en"}), frozenset(), None)
    story = "".join(f"{'  ' * level}- a\n" for level in range(MOST_LEVELS + 1))
    read = RowFields(rules).read({"id": "m-1", "name": "Ana", "story": story})
    assert read.row is not None and read.row.story is None
    ((message, hint),) = read.problems
    assert message.endswith(": lists and quotations within each other 9 deep") and hint == "at most 8"
    allowed = story[: story.rstrip().rindex("\n")]
    assert RowFields(rules).read({"id": "m-1", "name": "Ana", "story": allowed}).row == read.row._replace(story=allowed)
    assert story_html(allowed).count("<li>") == MOST_LEVELS


def test_what_was_made_of_a_text_is_kept_within_bounds() -> None:
    made: list[str] = []

    def make(text: str) -> Markup:
        made.append(text)
        return Markup(text)

    cache = TextCache(make, most_bytes=1_000)
    texts = [str(number) * 100 for number in range(9)]
    for text in [*texts, *texts[-2:], texts[-1]]:
        assert cache.get(text) == text
    assert made == texts
    assert 500 < cache.size <= 1_000
    cache.get(texts[0])
    assert made == [*texts, texts[0]]
    cache.get("x" * 2_000)
    cache.get("x" * 2_000)
    assert made[-2:] == ["x" * 2_000] * 2 and cache.size == 0


def test_a_story_is_parsed_once() -> None:
    assert story_html("*Kept* since") is story_html("*Kept* since")
