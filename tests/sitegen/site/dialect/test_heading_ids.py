"""Ids of headings: in their own letters, apart from the theme's, and stable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.site.dialect.heading_ids import slug
from sitegen.site.markup import convert


def ids(text: str, *theme: str) -> list[str]:
    return re.findall(r"<h\d id=\"([^\"]+)\"", convert(text, theme_ids=set(theme)).template)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("¿Cuánto cuesta?", "cuánto-cuesta"),
        ("Año nuevo", "año-nuevo"),
        ("مرحبا بك!", "مرحبا-بك"),
        ("产品 和 价格", "产品-和-价格"),
        ("हिन्दी में", "हिन्दी-में"),
        ("Straße & Weg", "straße-weg"),
        ("What's new", "whats-new"),
        ("Co-op – now/later", "co-op-now-later"),
        ("12.50 EUR", "1250-eur"),
        ("a_b", "a-b"),
        ("Cafe\u0301", "café"),
        ("👍", "section"),
        ("...", "section"),
    ],
)
def test_the_heading_s_own_letters(text: str, name: str) -> None:
    assert slug(text) == name


def test_what_is_in_a_heading() -> None:
    assert ids("## `code` *it* [link](https://a.example) A\\*b & <b>x</b> {{ y }}[^1]\n\n[^1]: n") == [
        "code-it-link-ab-x"
    ]
    assert ids("## {{ a }}\n\n## Hello {{ b }}\n\nText {{ c }}") == ["section", "hello"]
    assert ids("{{ z }}\n\n## {{ a }}\n\n## Hello {{ b }}") == ["section", "hello"]


def test_the_theme_s_ids_are_its_own() -> None:
    assert ids("## Signup\n\n## Menu\n\n## Content\n\n## Costs", "signup", "menu", "content") == [
        "text-signup",
        "text-menu",
        "text-content",
        "costs",
    ]
    assert ids("## Here {#signup}", "signup") == ["signup"], "the author's own; check tells of it"


def test_repeated_headings() -> None:
    text = "## Tea\n\n### Costs\n\n## Soap\n\n### Costs\n\n### Costs"
    assert ids(text) == ["tea", "costs", "soap", "soap-costs", "costs-2"]
    assert ids("## Costs\n\n## Why {#costs}") == ["costs-2", "costs"]


@given(st.integers(0, 4), st.sampled_from(["New", "Tea", "Other costs", "{{ x }}"]), st.integers(1, 6))
def test_no_id_moves_when_another_heading_is_added(at: int, text: str, level: int) -> None:
    headings = ["## First", "### Costs", "## Second", "#### Prices", "### Costs"]
    before = ids("\n\n".join(headings))
    after = ids("\n\n".join([*headings[:at], f"{'#' * level} {text}", *headings[at:]]))
    del after[at]
    if at in {3, 4} and level < 3:  # a repeated heading is named after the one above it, which is another now
        del before[-1], after[-1]
    assert after == before


def test_links_in_the_page_and_from_others() -> None:
    body = convert("[a](#cuánto) [b](page:home#مرحبا)\n\n## Cuánto", first_line=1)
    assert '<a href="#cuánto">' in body.template
    assert "#مرحبا" in body.template
    assert 'id="cuánto"' in body.template
