"""Reads an export once and counts what is in its columns, in bounded memory."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sitegen.roster.exported import opening
from sitegen.roster.faults import FaultLog
from sitegen.roster.header import likeliest
from sitegen.roster.mapping import EXAMPLES, day, fold
from sitegen.roster.reading import QUOTES, Broken, Source, json_records, not_csv
from sitegen.roster.suggesting import known

Opened = tuple[list[str], str | None, Iterator[Sequence[str]]]

_JSON = {".jsonl", ".ndjson"}
_PLACEHOLDERS = known.NOTHING | known.ZEROES
_LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS))

MOST_WORDS = 400
"""How many different values of a column are counted; a column of more has no words but values."""


@dataclass(slots=True)
class Column:
    """What is in a column. ``filled``: how many cells are not empty. ``words``: how often each value is there; empty if
    there are more than ``MOST_WORDS``. ``addresses``: how many values have an @. ``iso``: how many are dates such as
    2024-12-31. ``orders``: by the order of a date's parts, how many values can be read so."""

    name: str
    filled: int = 0
    words: Counter[str] = field(default_factory=Counter)
    many: bool = False
    addresses: int = 0
    iso: int = 0
    orders: Counter[str] = field(default_factory=Counter)
    undated: str | None = None
    """The first value that is no date in any order."""
    placeholders: set[str] = field(default_factory=set)
    """The values, folded, that may stand for nothing."""

    def add(self, value: str) -> None:
        """Counts one value that is not empty."""
        self.filled += 1
        self.addresses += "@" in value
        if len(value) <= _LONGEST_PLACEHOLDER and (word := fold(value)) in _PLACEHOLDERS:
            self.placeholders.add(word)
        if not self.many:
            self.words[value] += 1
            if len(self.words) > MOST_WORDS:
                self.many = True
                self.words.clear()
        if value[:1].isalnum() and len(value) <= 40:
            self._try_dates(value)
        elif self.undated is None:
            self.undated = value

    def _try_dates(self, value: str) -> None:
        orders = [order for order in EXAMPLES if day(value, order)]
        self.orders.update(orders)
        self.iso += len(value) == 10 and orders == ["year-month-day"] and value[4] == value[7] == "-"
        if not orders and self.undated is None:
            self.undated = value


@dataclass(frozen=True, slots=True)
class Table:
    """An export: its columns in order, how many rows it has, and its separator, None for lines of JSON."""

    columns: tuple[Column, ...]
    rows: int
    separator: str | None

    def find(self, names: Sequence[str]) -> Column | None:
        """Returns the first column, in the order of ``names`` (squeezed), in which there is anything."""
        return next(self.all(names), None)

    def all(self, names: Sequence[str]) -> Iterator[Column]:
        """Yields the columns of these names (squeezed) in which there is anything, in the order of ``names``."""
        by_name = {known.squeeze(each.name): each for each in reversed(self.columns) if each.name}
        return (by_name[name] for name in names if name in by_name and by_name[name].filled)


def read(path: Path) -> Table:
    """Counts what is in the columns of an export. Raises RosterError if it cannot be read."""
    with opened(path) as (header, separator, rows):
        columns = tuple(map(Column, header))
        count = 0
        for row in rows:
            count += 1
            for column, cell in zip(columns, row, strict=False):
                if value := cell.strip():
                    column.add(value)
    return Table(columns, count, separator)


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Opens an export and yields its header, its separator (None for lines of JSON), and its rows, to be read once.

    Raises RosterError if it cannot be read, also while its rows are.
    """
    log = FaultLog(path)
    try:
        with path.open("rb") as file:
            source = Source(file, log, foreign=True)
            yield _json(path, source, log) if path.suffix.lower() in _JSON else _cells(source, log)
        log.raise_any()
    except Broken:
        log.raise_any()
        raise
    except csv.Error as error:
        log.add(not_csv(error), line=source.line, hint=QUOTES)
        log.raise_any()
        raise
    except OSError as error:
        log.add(f"cannot be read: {error.strerror}")
        log.raise_any()
        raise


def _cells(source: Source, log: FaultLog) -> Opened:
    lines = source.lines()
    first, told, _ = opening(lines)
    if not first:
        log.add("the file is empty", line=1)
        raise Broken
    separator = told or likeliest(first, lambda name: known.squeeze(name) in known.NAMES)
    reader = csv.reader(chain(first, lines), delimiter=separator)
    header = [cell.strip() for cell in next(reader)]
    return header, separator, (row for row in reader if any(map(str.strip, row)))


def _json(path: Path, source: Source, log: FaultLog) -> Opened:
    header: dict[str, None] = {}
    with path.open("rb") as file:
        for _, found, _ in json_records(Source(file, FaultLog(path), foreign=True), FaultLog(path)):
            header.update(dict.fromkeys(found))
    rows = ([_text(found.get(name)) for name in header] for _, found, _ in json_records(source, log))
    return list(header), None, rows


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
