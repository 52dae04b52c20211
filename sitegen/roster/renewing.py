"""Renews a roster's index where only some rows of the file have changed: nothing else is read again.

The index keeps a digest of every row's bytes. Where the file has as many rows as before, in the same order of members,
the rows that differ are read and entered; the rest of the index stays. Whatever is less simple (members who come or go,
rows with faults, other addresses) is left to the loader, which reads everything.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitegen.roster import raw_rows, reading, sponsors, table
from sitegen.roster.exported import records
from sitegen.roster.faults import FaultLog
from sitegen.roster.fields import RosterRow, RowFields
from sitegen.roster.names import Order
from sitegen.roster.raw_rows import RawRow
from sitegen.roster.reading import Broken, Source
from sitegen.roster.row_reader import entry
from sitegen.roster.values import Rules

_MOST = 0.1  # of the rows; with more of them changed, reading all is as quick
_FEW = 100
_SLUG = table.COLUMNS.index("slug")
_NAMING = frozenset({"name", "first_name", "market"})
_PLACED = range(table.COLUMNS.index("nearest"), table.COLUMNS.index("downline") + 1)
_ROW = f"select {', '.join(table.COLUMNS)} from member where row = ?"
_ENTER = f"update member set {', '.join(f'{name} = ?' for name in table.COLUMNS[1:])} where row = ?"


class _NotSimple(Exception):
    """The loader must read the whole file."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """The rows that have changed, by number; for each, the line on which the row after it begins; and the file's size,
    its header and the digests of all its rows."""

    rows: dict[int, RawRow]
    next_lines: dict[int, int]
    head: bytes
    digests: bytes
    size: int


def renew(index: Path, path: Path, rules: Rules, locale: str) -> bool:
    """Renews an index in place and returns True; returns False, with the index as before, if that is not possible.

    Nobody else may have the index open. It must have been made by the same rules from the same address book.
    ``locale``: the language of members whose row names none.
    """
    with closing(sqlite3.connect(index, isolation_level=None)) as database:
        facts = dict(database.execute("select key, value from meta"))
        try:
            changes = _compared(database, path, facts)
            database.execute("begin")
            turned = any(facts[order.value] for order in Order)
            touched, columns = _enter(
                database, changes, _read(path, changes, rules), locale, rows=facts["rows"], turned=turned
            )
            _note(database, path, facts, changes, touched, columns)
            database.execute("commit")
        except _NotSimple:
            if database.in_transaction:
                database.execute("rollback")
            return False
    return True


def _compared(database: sqlite3.Connection, path: Path, facts: dict[str, Any]) -> _Changes:
    """Compares the rows of the file with those of the index."""
    row = database.execute("select digests from raw").fetchone()
    if row is None or facts["faults"] or facts["nameless"] or facts["address_changes"]:
        raise _NotSimple
    before, size, number = row[0], raw_rows.SIZE, -int(raw_rows.is_quoted(path))
    found: dict[int, RawRow] = {}
    next_lines: dict[int, int] = {}
    after, head = bytearray(), b""
    with path.open("rb") as file:
        for raw in raw_rows.of_file(file, quoted=raw_rows.is_quoted(path)):
            number += 1
            if number - 1 in found:
                next_lines[number - 1] = raw.line
            head = raw.content if number == 0 else head
            digest = raw_rows.digest(raw.content)
            if digest != before[len(after) : len(after) + size]:
                if number == 0 or len(found) >= max(_FEW, int(facts["rows"] * _MOST)):
                    raise _NotSimple
                found[number] = raw
            after += digest
        end = file.tell()
    if len(after) != len(before):
        raise _NotSimple
    return _Changes(found, next_lines, head, bytes(after), end)


def _read(path: Path, changes: _Changes, rules: Rules) -> list[RosterRow]:
    """Reads the changed rows, all of which must be without fault."""
    log = FaultLog(path)
    text = io.BytesIO(changes.head + b"".join(row.content for row in changes.rows.values()))
    read: list[RosterRow] = []
    fields = RowFields(rules)
    try:
        for _, cells, whole in records(path, Source(text, log, foreign=True), log, rules.mapping):
            row, problems = fields.read(cells) if whole else (None, ())
            if row is None or problems:
                raise _NotSimple
            read.append(row)
    except Broken as error:
        raise _NotSimple from error
    if log.count or len(read) != len(changes.rows):
        raise _NotSimple
    return read


def _enter(
    database: sqlite3.Connection,
    changes: _Changes,
    read: Sequence[RosterRow],
    locale: str,
    *,
    rows: int,
    turned: bool,
) -> tuple[set[int], set[str]]:
    """Enters the changed rows. Returns all rows of members whose pages may be others, and the columns that changed.

    ``rows``: how many rows the index has. ``turned``: whether the roster has names that were turned round.
    """
    touched, columns = set(changes.rows), set[str]()
    for (number, raw), row in zip(changes.rows.items(), read, strict=True):
        before = database.execute(_ROW, (number,)).fetchone()
        values, order = entry(number, raw.line, row, locale)
        after = list(values)
        if before is None or row.id != before[2] or (row.slug or before[_SLUG]) != before[_SLUG]:
            raise _NotSimple
        after[_SLUG] = before[_SLUG]
        for place in _PLACED:
            after[place] = before[place]
        other = {name for name, old, new in zip(table.COLUMNS, before, after, strict=True) if old != new}
        if other & _NAMING and (turned or order is not None):
            raise _NotSimple  # how many names are turned round is counted
        columns |= other
        _check_sponsor(database, row.sponsor)
        database.execute(_ENTER, (*after[1:], number))
    _shift_lines(database, changes)
    if columns & {"status", "sponsor_id"}:
        forest = sponsors.forest(database, sponsors.parents(database, rows)[0])
        if any(forest.loops()):
            raise _NotSimple
        touched.update(sponsors.renew(database, forest))
    if "status" in columns:
        table.fill_former(database)
    for number in changes.rows:
        touched.update(row for (row,) in database.execute("select row from member where nearest = ?", (number,)))
    return touched, columns


def _check_sponsor(database: sqlite3.Connection, sponsor: str | None) -> None:
    if sponsor is None:
        return
    query = "select 1 from member where id = ? collate nocase and id = ?"
    if database.execute(query, (sponsor, sponsor)).fetchone() is None:
        raise _NotSimple


def _shift_lines(database: sqlite3.Connection, changes: _Changes) -> None:
    """Moves the numbers of lines below a row that has more or fewer lines than before, up to the next changed row."""
    for number, line in changes.next_lines.items():
        (before,) = database.execute("select line from member where row = ?", (number + 1,)).fetchone()
        if line != before:
            until = min((row for row in changes.rows if row > number), default=len(changes.digests))
            change = "update member set line = line + ? where row > ? and row < ?"
            database.execute(change, (line - before, number, until))


def _note(
    database: sqlite3.Connection,
    path: Path,
    facts: dict[str, Any],
    changes: _Changes,
    touched: set[int],
    columns: set[str],
) -> None:
    database.execute("delete from changed")
    database.executemany("insert into changed values (?)", ((row,) for row in sorted(touched)))
    if changes.rows:
        database.execute("update raw set digests = ?", (changes.digests,))
    active = facts["active"]
    if "status" in columns:
        (active,) = database.execute("select count(*) from member where status = 'active'").fetchone()
    news = {
        "base": table.digest(facts),
        "columns": " ".join(sorted(columns - {"line"})),
        "active": active,
        "size": changes.size,
        "digest": reading.digest(path),
    }
    database.executemany("update meta set value = ? where key = ?", [(value, key) for key, value in news.items()])
