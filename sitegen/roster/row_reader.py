"""Reads the rows of a roster, or of a portion of one, into the table ``member`` of a database."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic_core import PydanticCustomError

from sitegen.model import Status
from sitegen.roster import table, unread, values
from sitegen.roster.faults import FaultLog
from sitegen.roster.fields import RosterRow, RowFields
from sitegen.roster.names import Order, called
from sitegen.roster.reading import Record
from sitegen.roster.values import Rules
from sitegen.token import MEMBER_ID

_BATCH = 200  # rows: more would not stay in the fast memory of a processor until they are entered
_INSERT = f"insert into member values ({', '.join('?' * len(table.COLUMNS))})"


@dataclass
class RowsRead:
    """What reading rows told besides what the rows hold.

    ``log``: their faults. ``rows``: how many there were; ``lines``: how many lines the bytes have that were read.
    ``orders``: how many members' family names were found by the way the names are written; ``first_lines``: on which
    line the first of them is. Rows and lines count from the beginning of what was read.
    """

    log: FaultLog
    rows: int = 0
    lines: int = 0
    orders: Counter[Order] = field(default_factory=Counter)
    first_lines: dict[Order, int] = field(default_factory=dict)

    def go_on(self, after: RowsRead) -> None:
        """Adds what was read of the portion of the file that follows."""
        self.log.go_on(after.log, self.lines)
        for order, line in after.first_lines.items():
            self.first_lines.setdefault(order, line + self.lines)
        self.orders += after.orders
        self.rows += after.rows
        self.lines += after.lines


class RowReader:
    """Reads rows by a site's rules. ``locale``: the language of members whose row names none."""

    def __init__(self, rules: Rules, locale: str, log: FaultLog) -> None:
        self._rules = rules
        self._fields = RowFields(rules)
        self._locale = locale
        self.read = RowsRead(log)

    def enter(self, database: sqlite3.Connection, found: Iterable[Record]) -> None:
        """Enters rows into the table ``member``. Faults of fields are added to the log."""
        rows = self._rows(found)
        while batch := list(islice(rows, _BATCH)):
            database.executemany(_INSERT, batch)

    def _rows(self, found: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
        for number, (line, cells, whole) in enumerate(found, 1):
            self.read.rows = number
            row = None
            if whole:
                read = self._fields.read(cells)
                row = read.row
                for message, hint in read.problems:
                    self.read.log.add(message, line=line, hint=hint)
            yield self._stub(number, line, cells) if row is None else self._entry(number, line, row)

    def _entry(self, number: int, line: int, row: RosterRow) -> tuple[Any, ...]:
        values, order = entry(number, line, row, self._locale)
        if order is not None:
            self.read.orders[order] += 1
            self.read.first_lines.setdefault(order, line)
        return values

    def _stub(self, number: int, line: int, cells: dict[str, Any]) -> tuple[Any, ...]:
        """Returns a row that cannot be read: with its id, that it may leave its member as before, and its sponsor.

        The id is empty where it cannot be a member's: nobody can tell whose row that is.
        """
        known = {name: cell.strip() for name, cell in cells.items() if isinstance(cell, str)}
        stub: list[Any] = [None] * len(table.COLUMNS)
        status = unread.GONE if self._is_inactive(cells.get("status")) else unread.UNREAD
        member_id = known.get("id", "")
        stub[:9] = number, line, member_id if MEMBER_ID.match(member_id) else "", None, "", None, None, "", status
        stub[14] = _sound(known.get("sponsor", "")) or None
        stub[18] = False
        return tuple(stub)

    def _is_inactive(self, cell: object) -> bool:
        try:
            return values.status(cell, self._rules.words) is Status.INACTIVE
        except PydanticCustomError:
            return False


def entry(number: int, line: int, row: RosterRow, locale: str) -> tuple[tuple[Any, ...], Order | None]:
    """Returns a row of the roster as a row of the table ``member``, and how its name was turned round, if it was.

    ``locale``: the language if the row names none.
    """
    shown, first, order = called(row.name, row.first_name, row.market)
    values = (
        number,
        line,
        row.id,
        row.slug,
        shown,
        first,
        row.email,
        row.locale or locale,
        str(row.status),
        row.phone,
        row.photo,
        row.place,
        row.tagline,
        row.links,
        row.sponsor,
        row.market,
        row.joined.isoformat() if row.joined else None,
        row.timezone,
        row.slug is not None,
        None,
        None,
        row.story,
    )
    return values, order


def _sound(text: str) -> str:
    """Returns text without half characters (lone surrogates), which no database can store."""
    return text.encode(errors="replace").decode()
