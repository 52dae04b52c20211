"""Finds members whose id is written otherwise than until now: in other capitals, or with other zeros before it.

An id never changes, since tokens on printed codes and leads hold it. Spreadsheets drop the zeros before a number, so
``7`` is most likely the member who was ``007`` if no row is ``007`` any more. Such a row leaves its member as before,
unless it says that the member is inactive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from sitegen.roster import unread
from sitegen.roster.faults import FaultLog, quoted

Found = tuple[Any, ...]
"""A row of the roster, its line, the id that it has, and the id by which the address book knows the member."""

_ABSENT = "a.id <> '' and a.until is null and a.id not in (select id from member)"


def note(database: sqlite3.Connection, log: FaultLog) -> None:
    """Notes a fault for each such row, and gives it the id that the address book knows."""
    _mark(database, log, _other_capitals(database), "an id never changes; write it as before")
    hint = "write it with all its zeros, which spreadsheets drop; for somebody else, add a row of {} that is inactive"
    _mark(database, log, _other_zeros(database), hint)


def _mark(database: sqlite3.Connection, log: FaultLog, rows: Iterable[Found], hint: str) -> None:
    for row, line, found, known in rows:
        message = f"id {quoted(found)}: this member's id was written {quoted(known)} until now"
        log.add(message, line=line, hint=hint.format(quoted(known)))
        database.execute(
            "update member set status = case when status in ('inactive', ?) then ? else ? end, id = ?, slug = null,"
            " explicit = 0 where row = ?",
            (unread.GONE, unread.GONE, unread.UNREAD, known, row),
        )


def _other_capitals(database: sqlite3.Connection) -> list[Found]:
    return database.execute(
        "select m.row, m.line, m.id, a.id from member m join address a on a.id = m.id collate nocase"
        f" where a.id <> m.id and {_ABSENT} and m.id not in (select id from address)"
    ).fetchall()


def _other_zeros(database: sqlite3.Connection) -> list[Found]:
    """Ids that are numbers, which the address book does not know: each with one that is the same number, if only one
    member who is absent has it, and only one row."""
    absent = _by_number(database.execute(f"select a.id from address a where a.id not glob '*[^0-9]*' and {_ABSENT}"))
    if not absent:
        return []
    rows = _by_number(
        database.execute(
            "select m.id, m.row, m.line from member m where m.id <> '' and m.id not glob '*[^0-9]*'"
            " and not exists (select 1 from address a where a.id = m.id collate nocase and a.id = m.id)"
        )
    )
    return [
        (*new[0][1:], new[0][0], known[0][0])
        for number, new in rows.items()
        if len(new) == 1 and len(known := absent.get(number, [])) == 1
    ]


def _by_number(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[0].lstrip("0"), []).append(row)
    return found
