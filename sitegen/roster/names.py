"""Reads names as people and programs write them: what a page shows, and what a friendly page calls the person.

Titles and suffixes of names that are written ``family, given`` are parted by nameparser; the rest are a few rules of
ours. Whatever is read here is a guess, and the column ``first_name`` decides against it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from sitegen.roster import commas, customs

_WHOLE = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
"""Scripts in which the family name comes first and people are called by their whole name: Han, kana, Hangul."""

_COUPLE = re.compile(r"\s+(?:&|\+|and|und)\s+")
_INITIAL = re.compile(r"\w\.?\Z|(?:\w\.){2,3}\Z")
TITLES = frozenset(
    {"dr", "prof", "rev", "ing", "mr", "mrs", "ms", "miss", "mx", "sr", "sra", "srta", "don", "doña"}
    | {"herr", "frau", "mme", "mlle"}
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "dds", "rn", "mba", "cpa", "ifj", "id"})
_JOINED = frozenset(["abd", "abdel", "abdul", "abu", "umm", "عبد", "أبو", "ابو", "أم", "ام"])
"""First halves of Arabic given names, which are not names by themselves."""


_PARTICLES = frozenset(
    {"de", "del", "della", "di", "da", "do", "dos", "das", "du", "van", "von", "vom", "zu", "zum", "der", "den"}
    | {"ten", "ter", "af", "av", "le", "la", "bin", "ibn", "Freiherr", "Graf"}
)
"""Small words with which family names begin."""


class Order(StrEnum):
    """How the family name of somebody was found, where it is not simply the end of their name."""

    TURNED = "turned"
    """Written ``family, given`` and shown turned round."""
    FAMILY_FIRST = "family first"
    """Written with the family name first, as is the custom in their market."""


class Called(NamedTuple):
    """``shown``: the name on pages. ``first``: what a friendly page calls them. ``order``: what was guessed of it."""

    shown: str
    first: str
    order: Order | None = None


def called(name: str, first: str | None = None, market: str | None = None) -> Called:
    """Returns how somebody is called whom a roster names ``name``.

    ``first``: the roster's first name, which decides. ``market``: the country they work in, whose custom tells which
    part of a name is the family's. ``Lopez, Ana`` is shown as Ana Lopez; ``Nagy Péter`` in Hungary is Péter.
    """
    if "," in name and (parted := commas.part(name)) is not None and not (first and parted.contradicts(first)):
        return _turned(parted, first, market)
    if first is not None:
        return Called(name, first)
    if market in customs.MARKETS and not _WHOLE.search(name) and not _COUPLE.search(name):
        given = customs.given(words(name), market)
        if given is not None:
            return Called(name, given, Order.FAMILY_FIRST)
    return Called(name, first_name(name))


def _turned(parted: commas.Parted, first: str | None, market: str | None) -> Called:
    if _WHOLE.search(parted.family + parted.given):
        whole = parted.family + parted.given
        shown = " ".join(filter(None, (parted.title, whole, parted.suffix)))
        return Called(shown, first or whole, Order.TURNED)
    if customs.writes_family_first(market):
        shown = parted.in_order(family_first=True)
        return Called(shown, first or customs.given(words(shown), market) or first_name(parted.given), Order.TURNED)
    shown = parted.in_order(family_first=False)
    return Called(shown, first or first_name(shown), Order.TURNED)


def couple(name: str) -> tuple[str, str] | None:
    """Splits a couple's name in two: ``Rosa & Tom Keller`` gives Rosa and Tom Keller. Returns None for one person."""
    joint = _COUPLE.search(name)
    return (name[: joint.start()], name[joint.end() :]) if joint else None


def words(name: str) -> list[str]:
    """Returns the words of one person's name without titles: ``Dr. Ana Ruiz`` gives Ana and Ruiz.

    Words without a letter or digit are left out.
    """
    found = [word for word in name.split() if any(map(str.isalnum, word))]
    while len(found) > 1 and found[0].rstrip(".").casefold() in TITLES:
        found = found[1:]
    return found


def first_name(name: str) -> str:
    """Returns the name by which a friendly page calls the person (or couple) named ``name``, given name first.

    ``Ana López`` is Ana; ``Rosa & Tom Keller`` are Rosa & Tom; ``Dr. J. Robert Meyer`` is J. Robert; ``王小明``
    and one-word names stay whole.
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


class CardName(NamedTuple):
    """The parts of a name as a contact card has them (RFC 2426, 3.1.2). Everything that is not known to be a family
    name, a title or a suffix is ``given``."""

    family: str
    given: str
    prefix: str = ""
    suffix: str = ""


def for_card(name: str, first: str) -> CardName:
    """Returns the parts of a shown name: the family name is what is left beside the first name, at either end."""
    own = name.split()
    start = 0
    while start < len(own) - 1 and own[start].rstrip(".").casefold() in TITLES:
        start += 1
    end = len(own)
    while end - 1 > start and own[end - 1].rstrip(",").replace(".", "").casefold() in _SUFFIXES:
        end -= 1
    middle, called_by = [each.rstrip(",") for each in own[start:end]], first.split()
    if len(called_by) < len(middle):
        prefix, suffix = " ".join(own[:start]), " ".join(own[end:])
        if middle[: len(called_by)] == called_by:
            start = len(called_by)
            # What comes before "de la" or "van" is one more given name.
            family = next((place for place in range(start, len(middle)) if middle[place] in _PARTICLES), start)
            return CardName(" ".join(middle[family:]), " ".join(middle[:family]), prefix, suffix)
        if middle[-len(called_by) :] == called_by:
            return CardName(" ".join(middle[: -len(called_by)]), first, prefix, suffix)
    return CardName("", name)
