"""The form in which the office searches leads: what people type and what is stored are made alike.

Both databases compare letters in their own way, and SQLite only those of English without regard to case. So the text is
folded here, stored, and compared character by character.
"""

from __future__ import annotations

import unicodedata

LONGEST = 600
"""The most characters that are stored for searching. PostgreSQL's indexes take no value of more than 2,700 bytes."""

_APOSTROPHES = "’‘‛ʼʻʹ′‵`´ˈ＇׳"
_DASHES = "‐‑‒–—−﹣－"
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
"""Letters whose stroke or joint is no mark that Unicode could take off."""

_SIGNS = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_DASHES, "-"))
_SIMPLE = str.maketrans(_LETTERS)
_SILENT = {"Mn", "Me", "Cf", "Cc"}
"""Categories of characters that do not count: marks above and below letters, joiners, controls."""


def fold_text(text: str) -> str:
    """Returns a text as searches compare it: without regard to case, accents and other marks, kinds of apostrophes,
    dashes and blanks, and the several forms of one character (NFKC)."""
    signs = " ".join(text.split()).translate(_SIGNS)
    if signs.isascii():
        return "".join(filter(str.isprintable, signs)).lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", signs).casefold())
    shown = "".join(each for each in plain if unicodedata.category(each) not in _SILENT)
    return " ".join(unicodedata.normalize("NFKC", shown.translate(_SIGNS).translate(_SIMPLE)).split())


def search_text(email: str, first_name: str | None) -> str:
    """Returns what is stored for searching a lead: the folded address, and the folded name in a line of its own."""
    return f"{fold_text(email)}\n{fold_text(first_name or '')}"[:LONGEST]
