"""Which characters texts may hold, and what is taken out of them unasked."""

from __future__ import annotations

import unicodedata

import pytest

from sitegen.roster.characters import is_visible, shown, tidied, unseen

HIDDEN = "\x00\x07\n\x85\u2028\u115f\u3164\u2800\ufffd\ue000\u202e\U000e0061\u0378\uffff"


@pytest.mark.parametrize(
    "text",
    [
        "Ana Núñez",
        "Z\u0308oe",
        "王小明",
        "رضا",
        "ر\u200cضا",  # Persian parts letters without a blank
        "क्\u200dष",  # Hindi joins them
        "a\u00a0b",
        "👩\u200d🚒",
        "❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        chr(0x1FAFF),
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert (tidied(text), unseen(text)) == (text, None)


@pytest.mark.parametrize(
    ("copied", "kept"),
    [
        ("\u202a+34 600 111 222\u202c", "+34 600 111 222"),
        ("\u202d+34 600 111 222\u202c", "+34 600 111 222"),
        ("\u200fDana\u200f", "Dana"),
        ("\ufeffAna", "Ana"),
        ("Kil\u00adbram\u00adble", "Kilbramble"),
        ("a\u200bb\u2060c\u2066d\u2069", "abcd"),
        ("x\u200c", "x"),
        ("\u200b", ""),
    ],
)
def test_what_copying_leaves_behind_is_taken_out(copied: str, kept: str) -> None:
    assert (tidied(copied), unseen(tidied(copied))) == (kept, None)


@pytest.mark.parametrize("hidden", list(HIDDEN))
def test_what_nobody_sees_is_found(hidden: str) -> None:
    text = f"Pat{hidden}gpj"
    assert unseen(tidied(text)) == hidden
    assert not is_visible(hidden)
    assert shown(text) == "Pat\ufffdgpj"


def test_line_ends_may_be_allowed() -> None:
    assert unseen("a\n\tb\x07", allowed="\n\t") == "\x07"
    assert unseen("a\n\tb", allowed="\n\t") is None


def test_every_letter_and_digit_of_unicode_but_fillers_is_seen() -> None:
    letters = [chr(each) for each in range(0x110000) if unicodedata.category(chr(each))[0] in "LN"]
    assert {each for each in letters if not is_visible(each)} == set("\u115f\u1160\u3164\uffa0")
