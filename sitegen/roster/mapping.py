"""The words of a roster that another program exports, and what they mean here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sitegen.model import RosterMapping, Status

PLAIN = RosterMapping()
"""A roster in our own words."""

_DATE = re.compile(
    r"(?P<first>\w+)[-/.,\s]+(?P<second>\w+)\.?[-/.,\s]+(?P<third>\w+)"
    r"(?:(?:\s*T|,?\s+)\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?)?\Z",
    re.ASCII,
)
EXAMPLES = {"day-month-year": "31/12/2024", "month-day-year": "12/31/2024", "year-month-day": "2024/12/31"}
"""A date in each order."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def fold(text: str) -> str:
    """Returns a word or a column's name as it is compared: small letters, ``_`` as a blank, single blanks."""
    return " ".join(text.replace("_", " ").split()).casefold()


@dataclass(frozen=True)
class Vocabulary:
    """The words of a roster for status, country and language, folded, with what they mean; and how its dates are read.

    ``dates``: the order of day, month and year, as in ``RosterMapping``.
    """

    status: Mapping[str, Status]
    countries: Mapping[str, str]
    languages: Mapping[str, str]
    dates: str | None

    @classmethod
    def of(cls, mapping: RosterMapping) -> Vocabulary:
        """Returns the vocabulary of a mapping."""
        return cls(
            {fold(word): each for word, each in mapping.status.items()},
            {fold(word): each for word, each in mapping.countries.items()},
            {fold(word): each for word, each in mapping.languages.items()},
            mapping.dates,
        )


OURS = Vocabulary.of(PLAIN)


def day(text: str, order: str) -> date | None:
    """Reads a date whose parts come in this order; a time of day is left aside. Returns None if it is no such date.

    Months may be English names or their first letters. Years have four digits.
    """
    found = _DATE.match(text)
    if found is None:
        return None
    parts = dict(zip(order.split("-"), found.group("first", "second", "third"), strict=True))
    year, month = parts["year"], _month(parts["month"])
    if len(year) != 4 or not year.isdecimal() or not parts["day"].isdecimal() or month is None:
        return None
    try:
        return date(int(year), month, int(parts["day"]))
    except ValueError:
        return None


def _month(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    short = text[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None
