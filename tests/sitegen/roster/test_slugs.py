"""Slugs: always a DNS label, always the same, readable."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.roster.slugs import LONGEST, RESERVED, is_slug, numbered, slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ana López", "ana-lopez"),
        ("Siân O'Brien", "sian-obrien"),
        ("D’Arcy Penhaligon", "darcy-penhaligon"),
        ("Rosa & Tom Keller", "rosa-tom-keller"),
        ("Ærøskøbing Łódź Straße", "aeroskobing-lodz-strasse"),
        ("王小明", "wang-xiao-ming"),
        ("Иван Петров", "ivan-petrov"),
        ("Nguyễn Thị Hòa", "nguyen-thi-hoa"),
        ("  --Ana__Ruiz--  ", "ana-ruiz"),
        ("AT&amp;T", "at-amp-t"),
        ("../../etc/passwd", "etc-passwd"),
        ("🌿", ""),
        ("", ""),
    ],
)
def test_slugs_of_names(name: str, slug: str) -> None:
    assert slugify(name) == slug


@given(st.text(max_size=200))
@example("a" * 62 + " b")
@example("a" * 63 + " b")
@example(" " + "a" * 100)
@example("xn--mnchen-3ya")
def test_a_slug_is_valid_and_its_own_slug(text: str) -> None:
    slug = slugify(text)
    assert slug == "" or is_slug(slug)
    assert slugify(slug) == slug


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True).filter(is_slug), st.integers(2, 10**9))
def test_a_numbered_slug_is_valid(base: str, number: int) -> None:
    slug = numbered(base, number)
    assert len(slug) <= LONGEST
    assert slug.endswith(f"-{number}")
    assert is_slug(slug) or base[2:4] == "--"


@pytest.mark.parametrize(
    "text", ["", "-a", "a-", "A", "a_b", "a.b", "a/b", "..", "é", "a" * 64, "xn--a", "ab--c", "a\n", "a b"]
)
def test_what_no_address_can_hold(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize("text", ["a", "7", "a-b", "a--b", "a" * 63, "abc--d"])
def test_what_an_address_can_hold(text: str) -> None:
    assert is_slug(text)


def test_the_words_of_the_trade_are_reserved() -> None:
    assert {"admin", "api", "www", "assets", "c", "m", "mail", "signup", "static"} <= RESERVED
    assert all(word == word.lower() for word in RESERVED)
