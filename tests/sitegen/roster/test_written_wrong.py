"""Names and lines that programs wrote."""

from __future__ import annotations

import pytest

from sitegen.roster import written_wrong
from sitegen.roster.characters import is_plain
from sitegen.roster.fields import RowFields
from sitegen.roster.values import Rules

RULES = Rules(frozenset({"en"}), frozenset(), None)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("3", "only digits or signs"),
        ("---", "only digits or signs"),
        ("#REF!", "what a program writes for nothing"),
        ("#N/A", "what a program writes for nothing"),
        ("NULL", "what a program writes for nothing"),
        ("ana@example.com", "an e-mail address"),
        ("Ana <ana@example.com>", "an e-mail address"),
        ("Ana L&oacute;pez", "holds codes of HTML"),
        ("Ana L\u00c3\u00b3pez", "wrong encoding"),
        ("Zo\u00c3\u00ab O\u00e2\u20ac\u2122Neil", "wrong encoding"),
    ],
)
def test_what_is_no_name_is_not_published(written: str, told: str) -> None:
    row, problems = RowFields(RULES).read({"id": "m1", "name": written})
    assert row is None
    assert [told in message for message, _ in problems] == [True]


def test_the_hint_tells_the_name_that_was_meant() -> None:
    for written in ("Ana L&oacute;pez", "Ana L\u00c3\u00b3pez"):
        _, [(_, hint)] = RowFields(RULES).read({"id": "m1", "name": written})
        assert hint is not None and '"Ana L\u00f3pez" would do' in hint


@pytest.mark.parametrize(
    "name",
    [
        *("Nan Null", "Null", "Nan", "Tom & Jo", "Team #1", "4 Friends", "A@home", "R&D; Co", "\U0001f33f", "\u738b"),
        *("S\u00c3O Paulo", "\u00c2nia B", "M\u00fcller & S\u00f6hne", "\u00c9v\u00e9 \u00c0\u00ab"),
    ],
)
def test_names_that_only_look_odd_are_names(name: str) -> None:
    assert RowFields(RULES).read({"id": "m1", "name": name}).problems == ()


def test_other_lines_are_left_out() -> None:
    row, problems = RowFields(RULES).read({"id": "m1", "name": "Ana", "place": "#REF!", "tagline": "Caf\u00c3\u00a9"})
    assert row is not None and (row.place, row.tagline) == (None, None)
    assert len(problems) == 2
    # An address in a tagline is somebody's own word.
    assert RowFields(RULES).read({"id": "m1", "name": "Ana", "tagline": "Write to ana@example.com"}).problems == ()


def test_the_quick_answer_about_names_is_that_of_the_rules() -> None:
    known = ("null", "NULL", "undefined", "None", "NaN", "nan", "Ana", "Ana\n", "Jo-Ann O'Hara", "\u00c2")
    quick = [*known, *(f"{first}{chr(last)}" for first in ("", "A", "\u00c2") for last in range(0x2200))]
    plain = [name for name in quick if written_wrong.is_plain_name(name)]
    assert {"Ana", "Jo-Ann O'Hara", "\u00c2"} < set(plain)
    assert [name for name in plain if written_wrong.in_name(name) or not is_plain(name)] == []
