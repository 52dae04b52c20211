"""Telephone numbers of countries that have renumbered since."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.roster import phones
from sitegen.roster.renumbering import RENUMBERINGS, Renumbering, renumbered


@pytest.mark.parametrize(
    ("written", "market", "today"),
    [
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("+5215512345678", None, "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("01 55 1234 5678", "MX", "+525512345678"),
        ("+229 97 12 34 56", None, "+2290197123456"),
        ("97123456", "BJ", "+2290197123456"),
        ("+22507123456", None, "+2250707123456"),
        ("04 12 34 56", "CI", "+2250504123456"),
        ("+22541123456", None, "+2250141123456"),
        ("+22520312345", None, "+2252720312345"),
        ("+22521812345", None, "+2252121812345"),
        ("+22520001234", None, "+2252520001234"),
        ("+841201234567", None, "+84701234567"),
        ("0121 123 4567", "VN", "+84791234567"),
        ("0122 123 4567", "VN", "+84771234567"),
        ("0167 123 4567", "VN", "+84371234567"),
        ("+5711234567", None, "+576011234567"),
        ("(11) 8765-4321", "BR", "+5511987654321"),
        ("+23777123456", None, "+237677123456"),
        ("22 12 34 56", "CM", "+237222123456"),
        ("+2307123456", None, "+23057123456"),
        # Argentina's 9 and 15 are two ways to write one number, which the library knows.
        ("+54 11 15 2345-6789", None, "+5491123456789"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
    ],
)
def test_an_old_number_becomes_the_one_that_reaches_them(written: str, market: str | None, today: str) -> None:
    assert phones.read(written, market) == today
    assert phones.read(today, market) == today


@pytest.mark.parametrize(
    "valid", ["+525512345678", "+2290197123456", "+2250707123456", "+84701234567", "+576011234567", "+551131234567"]
)
def test_a_number_of_today_stays(valid: str) -> None:
    assert phones.read(valid, None) == valid


@given(st.sampled_from(RENUMBERINGS), st.data())
def test_only_what_cannot_be_dialled_is_moved_and_only_to_what_can(rule: Renumbering, data: st.DataObject) -> None:
    national = data.draw(st.from_regex(rule.old.replace(r"\d", "[0-9]"), fullmatch=True))
    written = phonenumbers.parse(f"+{rule.code}{national}")
    moved = renumbered(written)
    if phonenumbers.is_valid_number(written):
        assert moved == written
    else:
        assert moved == written or phonenumbers.is_possible_number(moved)


@pytest.mark.parametrize("rule", RENUMBERINGS, ids=lambda rule: f"{rule.code} {rule.old}")
def test_every_rule_says_who_decreed_it_and_its_numbers_can_be_dialled(rule: Renumbering) -> None:
    assert rule.source and rule.since.year >= 2012
    assert 1 <= len(str(rule.code)) <= 3


def test_a_number_that_no_rule_reaches_is_refused_as_before() -> None:
    with pytest.raises(Exception, match="too short or too long"):
        phones.read("+52 15", None)
