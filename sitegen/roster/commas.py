"""Parts names that are written ``family, given``, as many programs export them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nameparser import ParsedName

_FORMS = frozenset(
    """
    inc llc llp ltd limited corp corporation co company plc gmbh ug ag kg ohg gbr ev bv nv sa sas sarl sl slu
    srl spa oy ab as aps lda ltda eirl pty pte kft bt zrt sro doo
    """.split()  # noqa: SIM905
)
"""The forms of companies, which come after a comma as well."""
_TITLES = frozenset({"dr", "prof", "rev", "mr", "mrs", "ms", "miss", "mx", "herr", "frau", "sir", "dame", "lady"})
"""Titles that also count without a full stop. nameparser knows far more, and takes names such as Wing for some."""
_COUPLE = re.compile(r"\s(?:&|\+|and|und)\s", re.IGNORECASE)
_SIGNS = re.compile(r"[@/\\|<>{}\[\]=_*#]")
"""Signs that no name has."""
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[-'’.·]|\N{COMBINING ACUTE ACCENT})*\Z")


class Parted(NamedTuple):
    """The parts of a name that was written ``family, given``."""

    family: str
    given: str
    title: str = ""
    suffix: str = ""

    def in_order(self, *, family_first: bool) -> str:
        """Returns the name as it is read: ``Dr. Hans Müller-Lüdenscheidt``."""
        names = (self.family, self.given) if family_first else (self.given, self.family)
        return " ".join(filter(None, (self.title, *names, self.suffix)))

    def contradicts(self, first: str) -> bool:
        """Returns whether a first name that the roster gives is the part before the comma and not the one after it."""
        own, before, after = (f" {part} ".casefold() for part in (first, self.family, self.given))
        return own in before and own not in after


def part(name: str) -> Parted | None:
    """Returns the parts of a name that is written ``family, given``.

    Returns None for a name whose comma means something else: a company's form, a suffix alone (``John Smith, Jr.``), a
    list of people, or what nobody can tell.
    """
    pieces = [piece.strip() for piece in name.split(",")]
    suffixes = [piece for piece in pieces[1:] if piece and all(map(_is_suffix, piece.split()))]
    names = [piece for piece in pieces if piece not in suffixes]
    if len(names) != 2 or not all(map(_may_be_names, names)) or _is_company(pieces) or _COUPLE.search(names[0]):
        return None
    family, given = names
    plain = Parted(family, given, suffix=" ".join(suffixes))
    return plain if _is_simple(family) and _is_simple(given) else _by_library(family, given, suffixes) or plain


def _by_library(family: str, given: str, suffixes: list[str]) -> Parted | None:
    """Moves titles and suffixes to their places; returns None if the library takes a name for one of them."""
    from nameparser import parse

    found = parse(f"{family}, {given}")
    inner = " ".join(filter(None, (found.given, found.middle)))
    titled = all(word.endswith(".") or word.casefold() in _TITLES for word in found.title.split())
    if not titled or found.nickname or found.maiden or not found.family or not inner:
        return None
    ends = " ".join(filter(None, (found.suffix.replace(",", ""), *suffixes)))
    parted = Parted(found.family, inner, found.title, ends)
    return parted if _same_words(parted, found, [family, given, *suffixes]) else None


def _same_words(parted: Parted, found: ParsedName, pieces: list[str]) -> bool:
    """Returns whether no word was lost or taken for another."""
    before = sorted(" ".join(pieces).replace(",", " ").split())
    return sorted(" ".join(parted).split()) == before and all(map(_is_suffix, found.suffix.replace(",", " ").split()))


def _may_be_names(text: str) -> bool:
    return any(map(str.isalpha, text)) and not any(map(str.isdigit, text)) and not _SIGNS.search(text)


def _is_simple(text: str) -> bool:
    """Returns whether a part is made up of nothing but names, so that the comma alone tells which is which."""
    return all(_NAME.match(word) and word.rstrip(".").casefold() not in _vocabulary() for word in text.split())


def _is_suffix(word: str) -> bool:
    bare = word.replace(".", "").casefold()
    return bare in _suffixes() and (word != word.capitalize() or word.endswith(".") or bare in _SURE)


_SURE = frozenset({"jr", "sr", "esq", "ii", "iii", "iv"})


def _is_company(pieces: list[str]) -> bool:
    return any(piece.replace(".", "").replace(" ", "").casefold() in _FORMS for piece in pieces[1:])


@cache
def _suffixes() -> frozenset[str]:
    from nameparser import Lexicon

    known = Lexicon.default()
    return known.suffix_acronyms | known.suffix_words


@cache
def _vocabulary() -> frozenset[str]:
    from nameparser import Lexicon

    return Lexicon.default().titles | Lexicon.default().conjunctions | _suffixes()
