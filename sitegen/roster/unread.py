"""Rows of a roster that cannot be read: their members stay as an earlier index has them.

While an index is being made such rows stand in the table ``member`` with a status of their own, so that other members
can name them as sponsors. At the end what nobody knows more about is set aside in the table ``unread``: its old pages
stay, if there are any.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from sitegen.roster import removal, table
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.removal import Guard

UNREAD = "unread"
"""The status of a row that cannot be read, while the index is being made."""

GONE = "unread, inactive"
"""The status of a row of which nothing can be read but that its member is inactive, while the index is being made."""

_KEPT = ("name", "first_name", "email", "locale", "phone", "photo", "place", "tagline", "links", "sponsor_id", "market",
         "joined", "timezone", "story")  # fmt: skip
_COMPARED = ", ".join(name for name in table.COLUMNS if name not in {"row", "line"})


@dataclass(frozen=True, slots=True)
class Unread:
    """A member whose row in the roster could not be read. ``slug``: their address by the book, None if it has none.
    ``inactive``: whether the row says at least that the member is inactive."""

    id: str
    slug: str | None
    inactive: bool


def note_repeated(database: sqlite3.Connection, log: FaultLog) -> list[int]:
    """Notes a fault for each member who stands in the roster more than once.

    Where all of a member's rows say the same, the first is used. Else none is: which one is right cannot be known; if
    any of them says that the member is inactive, this holds. Returns the rows to leave out.
    """
    left_out: list[int] = []
    rows = database.execute(
        "select lower(id), row, line, id, status from member where id <> '' and id collate nocase in"
        " (select id from member where id <> '' group by id collate nocase having count(*) > 1)"
        " order by id collate nocase, row"
    ).fetchall()
    for _, group in groupby(rows, itemgetter(0)):
        same = list(group)
        _, first, first_line, first_id, _ = same[0]
        for _, _, line, member_id, _ in same[1:]:
            other = "" if member_id == first_id else f" (as {quoted(first_id)})"
            message = f"id {quoted(member_id)} is also on line {first_line}{other}"
            log.add(message, line=line, hint="a member stands in the roster once")
        numbers = [row for _, row, _, _, _ in same]
        if not _say_the_same(database, numbers):
            is_gone = any(status in {"inactive", GONE} for *_, status in same)
            status = GONE if is_gone else UNREAD
            database.execute("update member set status = ?, slug = null, explicit = 0 where row = ?", (status, first))
        left_out += numbers[1:]
    return left_out


def _say_the_same(database: sqlite3.Connection, rows: list[int]) -> bool:
    marks = ", ".join("?" * len(rows))
    found = database.execute(f"select distinct {_COMPARED} from member where row in ({marks})", rows).fetchall()
    return len(found) == 1


def keep(database: sqlite3.Connection, rows: int) -> int:
    """Fills rows that cannot be read from an earlier index, which is attached as ``before``.

    Where rows have no id, so that nobody can tell whose they are, the members who seem to have left stay too: they come
    after the ``rows`` rows of the file. Returns how many rows there are then.
    """
    columns = ", ".join(f"{name} = b.{name}" for name in _KEPT)
    database.execute(
        f"update member set {columns}, status = case member.status when ? then 'inactive' else b.status end"
        " from before.member b where member.status in (?, ?) and b.id = member.id collate nocase and b.id = member.id",
        (GONE, UNREAD, GONE),
    )
    if database.execute("select 1 from member where id = '' limit 1").fetchone() is None:
        return rows
    columns = ", ".join(_KEPT)
    stayed = database.execute(
        f"insert into member (row, line, id, status, explicit, {columns})"
        f" select ? + row_number() over (order by b.row), 0, b.id, b.status, 0, {columns} from before.member b"
        " where b.status = 'active' and not exists (select 1 from member m where m.id = b.id collate nocase)",
        (rows,),
    )
    return rows + stayed.rowcount


def refuse_many(database: sqlite3.Connection, file: Path, guard: Guard) -> None:
    """Raises RosterError if too many members of the earlier index, attached as ``before``, have no site any more."""
    gone = (
        "from before.member b where b.status = 'active' and not exists"
        " (select 1 from member m where m.id = b.id collate nocase and m.id = b.id and m.status in ('active', ?))"
    )
    (before,) = database.execute("select count(*) from before.member where status = 'active'").fetchone()
    (count,) = database.execute(f"select count(*) {gone}", (UNREAD,)).fetchone()
    some = [slug for (slug,) in database.execute(f"select b.slug {gone} order by b.row limit 6", (UNREAD,))]
    removal.refuse_many(file, before, count, some, up_to=guard.up_to, verb=guard.verb)


def set_aside(database: sqlite3.Connection) -> int:
    """Moves the rows of which nothing is known into the table ``unread``, with the member's address by the book.

    Returns how many rows there are without even an id: nobody can tell whose they are.
    """
    database.execute(
        "insert into unread select m.id, (select a.slug from address a where a.id = m.id collate nocase"
        " and a.id = m.id and a.until is null), m.status = ? from member m where m.status in (?, ?) and m.id <> ''",
        (GONE, UNREAD, GONE),
    )
    nameless = database.execute("select count(*) from member where id = ''").fetchone()
    database.execute("delete from member where status in (?, ?)", (UNREAD, GONE))
    return int(nameless[0])
