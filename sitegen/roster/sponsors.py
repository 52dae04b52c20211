"""Finds each member's sponsor in the index being made; sponsors who do not exist or form a loop are faults."""

from __future__ import annotations

import sqlite3
from array import array

from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.forest import Forest

_LONGEST_LOOP = 20  # ids that a message prints
_BATCH = 1000
_LOOP_HINT = "one of them has another sponsor, or none"


def note_unknown(database: sqlite3.Connection, log: FaultLog) -> None:
    """Notes a fault for each sponsor who is not in the roster, and leaves that sponsor out."""
    found = database.execute(
        "select m.row, m.line, m.sponsor_id, (select s.id from member s where s.id = m.sponsor_id collate nocase)"
        " from member m where m.sponsor_id is not null"
        " and not exists (select 1 from member s where s.id = m.sponsor_id collate nocase and s.id = m.sponsor_id)"
    )
    lost = []
    for row, line, sponsor_id, near in found:
        lost.append((row,))
        hint = "the sponsor's id as it stands in the column id, or nothing at the top of a tree"
        hint = f"did you mean {quoted(near)}?" if near else hint
        log.add(f"sponsor {quoted(sponsor_id)} is not in the roster", line=line, hint=hint)
    database.executemany("update member set sponsor_id = null where row = ?", lost)


def place(database: sqlite3.Connection, rows: int, log: FaultLog) -> None:
    """Enters, for the members on rows 1 to ``rows``, the nearest active member above and the number of members below.

    Sponsors that form a loop are a fault, and are all left out.
    """
    parents, active = _parents(database, rows)
    forest = Forest(parents, active)
    loops = [row for loop in forest.loops() for row in _told(database, loop, log)]
    if loops:
        for row in loops:
            parents[row] = 0
        database.executemany("update member set sponsor_id = null where row = ?", ((row,) for row in loops))
        forest = Forest(parents, active)
    for start in range(1, rows + 1, _BATCH):
        numbers = range(start, min(start + _BATCH, rows + 1))
        database.executemany(
            "update member set nearest = ?, downline = ? where row = ?",
            [(forest.nearest[row] or None, forest.downline[row], row) for row in numbers],
        )


def _parents(database: sqlite3.Connection, rows: int) -> tuple[array[int], bytearray]:
    """Returns the row number of each member's sponsor (0 for none), and whether each member is active, by row."""
    parents, active = array("i", bytes(4 * (rows + 1))), bytearray(rows + 1)
    query = (
        "select m.row, m.status = 'active', s.row from member m"
        " left join member s on s.id = m.sponsor_id collate nocase and s.id = m.sponsor_id"
    )
    for row, is_active, sponsor in database.execute(query):
        parents[row], active[row] = sponsor or 0, is_active
    return parents, active


def _told(database: sqlite3.Connection, loop: list[int], log: FaultLog) -> list[int]:
    shown = [_id(database, number) for number in loop[:_LONGEST_LOOP]]
    left_out = len(loop) - len(shown)
    more = [f"… {left_out} more …"] if left_out else []
    (line,) = database.execute("select line from member where row = ?", (loop[0],)).fetchone()
    chain = " -> ".join([*shown, *more, shown[0]])
    log.add(f"sponsors form a loop: {chain}", line=line, hint=_LOOP_HINT)
    return loop


def _id(database: sqlite3.Connection, number: int) -> str:
    (found,) = database.execute("select id from member where row = ?", (number,)).fetchone()
    return str(found)
