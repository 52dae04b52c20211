"""Reads a roster as it was exported: any separator, an encoding that tells itself, columns by a mapping."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from sitegen.model import RosterMapping
from sitegen.roster import header
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.fields import COLUMNS, REQUIRED
from sitegen.roster.header import Layout
from sitegen.roster.mapping import fold
from sitegen.roster.reading import QUOTES, Broken, Record, Source, json_records, not_csv, ragged

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
"""The first line by which spreadsheets tell the separator."""


class Head(NamedTuple):
    """What the header of a table tells: how cells are separated, which are ours, and how many lines it takes."""

    separator: str
    layout: Layout
    lines: int


def is_table(path: Path) -> bool:
    """Returns whether a file is a table with a header, by its name."""
    return path.suffix.lower() in {".csv", ".tsv", ".txt"}


def records(
    path: Path, source: Source, log: FaultLog, mapping: RosterMapping, *, head: Head | None = None
) -> Iterator[Record]:
    """Returns an iterator over the rows of a roster, by the names of our columns.

    ``head``: the table's header, if ``source`` is a portion of it that begins with a later row.

    Raises Broken, at once or later, if the rest of the file cannot be read; the fault is in the log.
    """
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return _renamed(json_records(source, log), mapping)
    if is_table(path):
        return _of_table(source, log, mapping, head)
    log.add("the file's name is not a roster's", hint="end it in .csv or .jsonl")
    raise Broken


def opening(lines: Iterator[str]) -> tuple[list[str], str | None, int]:
    """Returns the lines of a table's header (a name may go on over line ends between quotes), the separator that a line
    before it tells, and how many lines came before. There are no lines if the table holds nothing."""
    before, told = 0, None
    for line in lines:
        if (found := _SEPARATOR_LINE.match(line)) and told is None:
            told = found[1]
        elif line.strip():
            return _whole([line], lines), told, before
        before += 1
    return [], told, before


def _whole(first: list[str], lines: Iterator[str]) -> list[str]:
    quotes = first[0].count('"')
    while quotes % 2 and len(first) < _MOST_HEADER_LINES and (line := next(lines, None)) is not None:
        first.append(line)
        quotes += line.count('"')
    return first


_MOST_HEADER_LINES = 200
"""A header of more lines has a quote too many."""


def head(lines: Iterator[str], log: FaultLog, mapping: RosterMapping) -> Head:
    """Reads the header of a table, and leaves ``lines`` behind it. Raises Broken if the header has faults, which are
    then in the log."""
    first, told, before = opening(lines)
    if not first:
        log.add("the file is empty", line=1, hint=f"the first line names the columns: {', '.join(COLUMNS)}")
        raise Broken
    separator = told or header.separator(first, mapping)
    reader = csv.reader(chain(first, lines), delimiter=separator, strict=True)
    try:
        names = next(reader)
    except csv.Error as error:
        log.add(not_csv(error), line=before + 1, hint=QUOTES)
        raise Broken from error
    lines_read = before + reader.line_num
    return Head(separator, header.layout(names, lines_read, log, mapping), lines_read)


def _of_table(source: Source, log: FaultLog, mapping: RosterMapping, given: Head | None) -> Iterator[Record]:
    lines = source.lines()
    separator, layout, before = head(lines, log, mapping) if given is None else given._replace(lines=0)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows = _Rows(layout, mapping)
    last = before
    try:
        for row in reader:
            line, last = last + 1, before + reader.line_num
            if len(row) != layout.width and (len(row) < layout.width or any(map(str.strip, row[layout.width :]))):
                # A blank line between members is no member.
                if row and row != [""]:
                    message = f"{len(row)} cells where the header has {layout.width}"
                    log.add(message, line=line, hint=ragged(row, layout.width))
                    yield line, rows.identity(row), False
                continue
            if layout.nameless and (stray := rows.stray(row)):
                log.add(f"{quoted(stray)} is in a column without a name", line=line, hint="name it, or empty the cell")
            if values := rows.values(row):
                yield line, values, True
    except csv.Error as error:
        log.add(not_csv(error), line=last + 1, hint=QUOTES)
        raise Broken from error


class _Rows:
    """Picks the cells of our columns out of rows of one layout."""

    def __init__(self, layout: Layout, mapping: RosterMapping) -> None:
        self._single = tuple((ours, places[0]) for ours, places in layout.places if len(places) == 1)
        self._several = tuple((ours, places) for ours, places in layout.places if len(places) > 1)
        self._nameless = layout.nameless
        self._empty = frozenset(map(fold, mapping.empty))

    def values(self, row: Sequence[str]) -> dict[str, Any]:
        """Returns the cells that are not empty."""
        found = {ours: cell for ours, place in self._single if (cell := row[place]) and not cell.isspace()}
        if self._empty:
            found = without(found, self._empty)
        for ours, places in self._several:
            if text := together(ours, [row[place] for place in places], self._empty):
                found[ours] = text
        return found

    def identity(self, row: Sequence[str]) -> dict[str, Any]:
        """Returns the id of a row that lacks cells, if it is there."""
        return {ours: row[place] for ours, place in self._single if ours == "id" and place < len(row)}

    def stray(self, row: Sequence[str]) -> str:
        """Returns what stands in the first column without a name; an empty text if nothing does."""
        return next((cell for place in self._nameless if (cell := row[place].strip())), "")


def together(ours: str, cells: Sequence[str], empty: frozenset[str]) -> str:
    """Returns what several cells make up: the parts of a name or a place, or else the first that is not empty."""
    full = [cell.strip() for cell in cells if cell.strip() and fold(cell) not in empty]
    return _JOINTS[ours].join(full) if ours in _JOINTS else next(iter(full), "")


_JOINTS = {"name": " ", "first_name": " ", "place": ", "}
"""What comes between the parts of those of our columns that are made up of several."""


def without(found: Mapping[str, Any], empty: frozenset[str]) -> dict[str, Any]:
    """Returns a row without the cells that hold one of the words for nothing. Ids and names are what they are."""
    return {
        name: value
        for name, value in found.items()
        if name in REQUIRED or not isinstance(value, str) or fold(value) not in empty
    }


def _renamed(found: Iterator[Record], mapping: RosterMapping) -> Iterator[Record]:
    """Yields rows of JSON by the names of our columns."""
    if not (mapping.columns or mapping.ignored or mapping.ignores_rest or mapping.empty):
        yield from found
        return
    aside = frozenset(map(fold, mapping.ignored))
    empty = frozenset(map(fold, mapping.empty))
    for line, values, whole in found:
        yield line, without(_ours(values, mapping, aside, empty), empty), whole


def _ours(
    values: Mapping[str, Any], mapping: RosterMapping, aside: frozenset[str], empty: frozenset[str]
) -> dict[str, Any]:
    by_name = {fold(name): name for name in values}
    found: dict[str, Any] = {}
    used: set[str] = set()
    for ours, theirs in header.wanted(mapping, by_name).items():
        names = [by_name[fold(name)] for name in theirs if fold(name) in by_name]
        used.update(names)
        if len(names) == 1:
            found[ours] = _text(values[names[0]])
        elif names:
            found[ours] = together(ours, [str(_text(values[name])) for name in names], empty)
    if not mapping.ignores_rest:
        found |= {name: value for name, value in values.items() if name not in used and fold(name) not in aside}
    return found


def _text(value: Any) -> Any:
    """Returns a number, or yes or no, as a program writes it into a table; other values as they are."""
    return json.dumps(value) if isinstance(value, int | float) else value
