"""Which characters a name or a campaign parameter may hold: those that people can see."""

from __future__ import annotations

import unicodedata

_CANNOT_BE_SHOWN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: controls, surrogates, private use, unassigned, line and paragraph separators."""

_CANNOT_BE_SEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd")
"""Letters, signs and marks that show nothing, which make two equal names differ; and the mark of undecodable bytes."""

_JOINERS = frozenset("\u200c\u200d")
"""Of Unicode's formatting characters (direction marks and overrides, blanks of no width, tags …) only these stay:
Persian and Hindi names need them."""


def is_visible(character: str) -> bool:
    """Returns True for characters that show something, and for joiners, which some names need."""
    if character in _CANNOT_BE_SEEN:
        return False
    category = unicodedata.category(character)
    return category not in _CANNOT_BE_SHOWN and (category != "Cf" or character in _JOINERS)
