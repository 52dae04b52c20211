"""Finds in the header of a roster which column of the file becomes which of ours."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sitegen.errors import did_you_mean
from sitegen.model import RosterMapping
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.fields import COLUMNS, REQUIRED
from sitegen.roster.mapping import fold
from sitegen.roster.reading import Broken

SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where our columns are in a row of ``width`` cells.

    ``places``: each column of ours with its cell, or with several that are joined. ``nameless``: cells whose column has
    no name.
    """

    width: int
    places: tuple[tuple[str, tuple[int, ...]], ...]
    nameless: tuple[int, ...]


def separator(first: Sequence[str], mapping: RosterMapping) -> str:
    """Returns the separator by which most of a header's names are known, or which parts it into the most cells.

    ``first``: the lines of the header.
    """
    if mapping.separator is not None:
        return mapping.separator
    names = known(mapping)

    return likeliest(first, lambda name: fold(name) in names)


def likeliest(first: Sequence[str], is_known: Callable[[str], bool]) -> str:
    """Returns the separator by which most names in the lines of a header are known, or which parts them into most."""

    def weight(each: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(first, delimiter=each), [])
        except csv.Error:  # whoever reads the table by this separator tells it
            return 0, 0
        return sum(map(is_known, cells)), len(cells)

    return max(SEPARATORS, key=weight)  # the first of equals


def known(mapping: RosterMapping) -> frozenset[str]:
    """Returns the names, folded, of columns that a mapping reads or leaves aside, and of ours."""
    mapped = (name for theirs in mapping.columns.values() for name in theirs)
    return frozenset(map(fold, (*COLUMNS, *mapped, *mapping.ignored)))


def layout(header: Sequence[str], line: int, log: FaultLog, mapping: RosterMapping) -> Layout:
    """Returns where our columns are. Raises Broken if the header has faults, which are then in the log."""
    names = [cell.strip() for cell in header]
    folded = [fold(name) for name in names]
    if len(folded) == 1 and folded[0] not in known(mapping):
        message = "the columns are not separated by commas, semicolons, tabs or bars"
        log.add(message, line=line, hint="save the file as CSV with commas")
        raise Broken
    before = log.count
    places = {ours: _places(ours, theirs, folded) for ours, theirs in wanted(mapping, folded).items()}
    for ours, theirs in mapping.columns.items():
        _note_missing(ours, theirs, names, line, log)
    _note_unknown(names, places, mapping, line, log)
    for name in REQUIRED:
        if not places.get(name) and name not in mapping.columns:
            log.add(f"missing column {quoted(name)}", line=line, hint=_hint(None))
    if log.count > before:
        raise Broken
    found = tuple((ours, each) for ours, each in places.items() if each)
    return Layout(len(names), found, tuple(place for place, name in enumerate(names) if not name))


def wanted(mapping: RosterMapping, folded: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Returns for each of our columns the file's that it is read from: the mapping's, or one of the same name."""
    aside = set(map(fold, mapping.ignored))
    there = set(folded) - aside
    same = {ours: (ours,) for ours in COLUMNS if fold(ours) in there}
    return {ours: mapping.columns.get(ours, same.get(ours, ())) for ours in COLUMNS}


def _places(ours: str, theirs: Sequence[str], folded: Sequence[str]) -> tuple[int, ...]:
    return tuple(folded.index(fold(name)) for name in theirs if fold(name) in folded)


def _note_missing(ours: str, theirs: Sequence[str], names: Sequence[str], line: int, log: FaultLog) -> None:
    folded = set(map(fold, names))
    for name in theirs:
        if fold(name) not in folded:
            message = f"missing column {quoted(name)}, which site.toml names for {ours}"
            log.add(message, line=line, hint=did_you_mean(name, names))


def _note_unknown(
    names: Sequence[str], places: dict[str, tuple[int, ...]], mapping: RosterMapping, line: int, log: FaultLog
) -> None:
    used = {place for each in places.values() for place in each}
    aside = set(map(fold, mapping.ignored))
    folded = [fold(name) for name in names]
    for place, name in enumerate(folded):
        first = folded.index(name)
        if first < place and first in used:
            if folded[first:place].count(name) == 1:
                log.add(f"column {quoted(names[place])} is there twice", line=line)
        elif first == place and name and place not in used and name not in aside and not mapping.ignores_rest:
            near = did_you_mean(names[place].lower(), [each for each in COLUMNS if not places[each]])
            log.add(f"unknown column {quoted(names[place])}", line=line, hint=_hint(near))


def _hint(near: str | None) -> str:
    if near and near.startswith("did you mean"):
        return near
    return "`sitegen check --suggest FILE` proposes a [site.roster] for site.toml that reads this file"
