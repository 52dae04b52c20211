"""Guesses first names from whole names, for rosters without a column of first names."""

from __future__ import annotations

import re

_WHOLE = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
"""Scripts in which the family name comes first and people are called by their whole name: Han, kana, Hangul."""

_COUPLE = re.compile(r"\s+(?:&|\+|and|und)\s+")
_INITIAL = re.compile(r"\w\.?\Z|(?:\w\.){2,3}\Z")
_TITLES = frozenset(
    {"dr", "prof", "rev", "ing", "mr", "mrs", "ms", "miss", "mx", "sr", "sra", "srta", "don", "doña"}
    | {"herr", "frau", "mme", "mlle"}
)
_JOINED = frozenset(["abd", "abdel", "abdul", "abu", "umm", "عبد", "أبو", "ابو", "أم", "ام"])
"""First halves of Arabic given names, which are not names by themselves."""


def couple(name: str) -> tuple[str, str] | None:
    """Splits a couple's name in two: ``Rosa & Tom Keller`` gives Rosa and Tom Keller. Returns None for one person."""
    joint = _COUPLE.search(name)
    return (name[: joint.start()], name[joint.end() :]) if joint else None


def words(name: str) -> list[str]:
    """Returns the words of one person's name without titles: ``Dr. Ana Ruiz`` gives Ana and Ruiz.

    Words without a letter or digit are left out.
    """
    found = [word for word in name.split() if any(map(str.isalnum, word))]
    while len(found) > 1 and found[0].rstrip(".").casefold() in _TITLES:
        found = found[1:]
    return found


def first_name(name: str) -> str:
    """Returns the name by which a friendly page calls the person (or couple) named ``name``.

    ``Ana López`` is Ana; ``Rosa & Tom Keller`` are Rosa & Tom; ``Dr. J. Robert Meyer`` is J. Robert; ``王小明``
    and one-word names stay whole. This is a guess: a first name in the roster is used instead.
    """
    if _WHOLE.search(name):
        return name
    joint = _COUPLE.search(name)
    if joint:
        return _of_one(name[: joint.start()]) + joint[0] + first_name(name[joint.end() :])
    return _of_one(name)


def _of_one(name: str) -> str:
    own = words(name)
    if len(own) < 2:
        # Also "Mr Keller", who is not called Keller.
        return name
    taken = 2 if own[0].casefold() in _JOINED else 1
    while taken < len(own) - 1 and _INITIAL.match(own[taken - 1]):
        taken += 1
    return " ".join(own[:taken]).rstrip(",")
