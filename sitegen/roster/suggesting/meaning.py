"""Finds what the values of an export mean: its words for status, country and language, its dates, its empty cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global
from phonenumbers import SUPPORTED_REGIONS

from sitegen.model import Status
from sitegen.roster.faults import quoted
from sitegen.roster.mapping import EXAMPLES, fold
from sitegen.roster.suggesting import known
from sitegen.roster.suggesting.seen import Column, Table
from sitegen.roster.suggesting.suggestion import Suggestion, Word

_LANGUAGES = ("en", "es", "de", "fr", "pt", "it")
"""The languages in which programs name countries and languages."""
_MOST = 60
"""How many words of a column are listed; a column of more has values of another kind."""


def explain(table: Table, found: Suggestion, locales: frozenset[str]) -> None:
    """Adds to a proposal what the values of its columns mean."""
    by_name = {each.name: each for each in reversed(table.columns)}
    mapped = {ours: [by_name[name] for name in theirs] for ours, theirs in found.columns.items()}
    _empty(mapped, found)
    if "status" in mapped:
        _words("status", mapped["status"][0], _status(mapped["status"][0]), found)
    if "market" in mapped:
        _words("countries", mapped["market"][0], _country, found)
    if "locale" in mapped:
        _words("languages", mapped["locale"][0], lambda word: _language(word, locales), found)
    if "joined" in mapped:
        _dates(mapped["joined"][0], found)


def _empty(mapped: Mapping[str, list[Column]], found: Suggestion) -> None:
    read = {
        ours: set[str]().union(*(each.placeholders for each in columns))
        for ours, columns in mapped.items()
        if ours not in {"id", "name", "first_name"}
    }
    words = set[str]().union(*read.values())
    if words & known.ZEROES and read.get("status", set()) & known.ZEROES:
        # As a status it is a word, and what it means is for the company to say.
        if words & known.ZEROES & set[str]().union(*(read[ours] for ours in read if ours != "status")):
            found.notes.append(
                '"0" stands for nothing in some columns and for a status in another: it was not proposed'
            )
        words -= known.ZEROES
    found.empty = sorted(words)


def _words(table: str, column: Column, mean: Callable[[str], str | None], found: Suggestion) -> None:
    if column.many or len(column.words) > _MOST:
        found.notes.append(f"{column.name} has more than {_MOST} different values: is it the right column?")
        return
    empty = set(map(fold, found.empty))
    for word, count in sorted(column.words.items(), key=lambda each: (-each[1], each[0])):
        ours = mean(word)
        if fold(word) not in empty and ours != word:
            found.words.setdefault(table, []).append(Word(word, count, ours))


def _status(column: Column) -> Callable[[str], str | None]:
    words = set(map(known.squeeze, column.words))
    flags = known.squeeze(column.name) in known.FLAGS and words <= known.YES | known.NO

    def mean(word: str) -> str | None:
        each = known.squeeze(word)
        if word.lower() in frozenset(Status):
            return word
        if each in known.ACTIVE or (flags and each in known.YES):
            return "active"
        if each in known.INACTIVE or (flags and each in known.NO):
            return "inactive"
        return None

    return mean


def _country(word: str) -> str | None:
    upper = word.strip().upper()
    if upper in SUPPORTED_REGIONS:
        return word
    alias = get_global("territory_aliases").get(upper, ())
    if len(alias) == 1 and alias[0] in SUPPORTED_REGIONS:
        return str(alias[0])
    return _country_names().get(known.squeeze(word))


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        territories = Locale(language).territories
        names |= {known.squeeze(name): code for code, name in territories.items() if code in SUPPORTED_REGIONS}
    return names | known.COUNTRIES


def _language(word: str, locales: frozenset[str]) -> str | None:
    if word in locales:
        return word
    by_code = {known.squeeze(code): code for code in locales}
    squeezed = known.squeeze(word)
    if squeezed in by_code:
        return by_code[squeezed]
    main = word.replace("_", "-").split("-")[0].lower()
    return main if main in locales else next((code for code in sorted(locales) if squeezed in _names(code)), None)


@cache
def _names(code: str) -> frozenset[str]:
    locale = Locale.parse(code, sep="-")
    names = [locale.get_display_name(), locale.get_language_name()]
    names += [locale.get_language_name(language) for language in _LANGUAGES]
    return frozenset(known.squeeze(name) for name in names if name)


def _dates(column: Column, found: Suggestion) -> None:
    nothing = sum(count for word, count in column.words.items() if fold(word) in set(map(fold, found.empty)))
    dated = column.filled - nothing
    if column.iso == dated:
        return
    best = max(column.orders.values(), default=0)
    found.dates = [order for order in EXAMPLES if best and column.orders[order] == best]
    if len(found.dates) > 1:
        orders = " or ".join(found.dates)
        found.notes.append(f"the dates of {column.name} do not tell their order ({orders}): say which")
    if best < dated:
        example = f", such as {quoted(column.undated)}" if column.undated is not None else ""
        found.notes.append(f"{dated - best:,} values of {column.name} are no date in that order{example}")
