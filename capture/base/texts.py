"""Finds and replaces the characters of a text that cannot be shown to people."""

from __future__ import annotations

import re

_DIRECTIONS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    r"|[\u200c\u200d](?![^\W\d_])|(?<![^\W\d_])(?<![\u0300-\u036f\u0900-\u0dff])[\u200c\u200d]"
)
"""Characters that cannot be shown. U+200C and U+200D join or part the letters of Persian, Hindi and other languages and
are part of names there, so they may stand between letters."""


def unwrapped(text: str) -> str:
    """Returns the text without blanks and marks of writing direction at its ends; those within it stay, since they
    could make an address look like another."""
    return text.strip(" \t\r\n\u00a0\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def without_directions(text: str) -> str:
    """Returns the text without the marks of writing direction that address books and spreadsheets put around numbers
    and names."""
    return _DIRECTIONS.sub("", text)


def can_be_shown(text: str) -> bool:
    """Returns False for text with invisible characters, or with characters that reverse the direction of the text after
    them; True for any other text."""
    return _CONTROL.search(text) is None


def shown(text: str) -> str:
    """Returns the text with a replacement character in place of each character that cannot be shown."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
