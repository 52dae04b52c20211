"""Finds and replaces the characters of a text that cannot be shown to people."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def can_be_shown(text: str) -> bool:
    """Returns False for text with invisible characters, or with characters that reverse the direction of the text after
    them; True for any other text."""
    return _CONTROL.search(text) is None


def shown(text: str) -> str:
    """Returns the text with a replacement character in place of each character that cannot be shown."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
