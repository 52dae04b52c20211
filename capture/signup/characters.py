"""Decides which characters a name or a campaign parameter may contain: only those that people can see."""

from __future__ import annotations

import unicodedata

_CANNOT_BE_SHOWN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""The Unicode categories that are refused: controls, surrogates, private use, unassigned, line and paragraph
separators."""

_CANNOT_BE_SEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd")
"""Invisible letters and signs, by which two names that look equal would differ; and U+FFFD, which replaces bytes that
cannot be decoded."""

_JOINERS = frozenset("\u200c\u200d")
"""The only formatting characters of Unicode that are allowed, because Persian and Hindi names need them. All others are
refused: direction marks and overrides, blanks of no width, tags …"""


def is_visible(character: str) -> bool:
    """Returns True for a character that people can see, and for the two invisible joiners that some names need."""
    if character in _CANNOT_BE_SEEN:
        return False
    category = unicodedata.category(character)
    return category not in _CANNOT_BE_SHOWN and (category != "Cf" or character in _JOINERS)
