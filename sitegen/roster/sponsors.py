"""Finds each member's sponsor in the index being made; sponsors who do not exist or form a loop are faults."""

from __future__ import annotations

import sqlite3
from array import array

from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.forest import Forest

_LONGEST_LOOP = 20  # ids that a message prints
_BATCH = 1000
_LOOP_HINT = "one of them has another sponsor, or none"


def parents(database: sqlite3.Connection, rows: int) -> tuple[array[int], bool]:
    """Returns the row of each member's sponsor, by the member's row; 0 for none, and for one who is not in the roster.

    The roster has rows 1 to ``rows``. Returns too whether any member names a sponsor who is not in it.
    """
    found, is_unknown = array("i", bytes(4 * (rows + 1))), False
    query = (
        "select m.row, s.row from member m left join member s on s.id = m.sponsor_id collate nocase"
        " and s.id = m.sponsor_id where m.sponsor_id is not null"
    )
    for row, sponsor in database.execute(query):
        if sponsor is None:
            is_unknown = True
        else:
            found[row] = sponsor
    return found, is_unknown


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


def forest(database: sqlite3.Connection, sponsors: array[int]) -> Forest:
    """Returns the trees that members and their sponsors form. ``sponsors``: what ``parents`` returned."""
    active = bytearray(b"\1") * len(sponsors)
    for (row,) in database.execute("select row from member where status <> 'active'"):
        active[row] = 0
    return Forest(sponsors, active)


def note_loops(database: sqlite3.Connection, found: Forest, log: FaultLog) -> bool:
    """Notes a fault for each loop that sponsors form, and leaves all of these sponsors out.

    Returns whether there are any; the forest is then another.
    """
    loops = [row for loop in found.loops() for row in _told(database, loop, log)]
    database.executemany("update member set sponsor_id = null where row = ?", ((row,) for row in loops))
    return bool(loops)


def fill(database: sqlite3.Connection, found: Forest) -> None:
    """Enters for each member of a new index the nearest active member above and the number of members below."""
    database.create_function("nearest_of", 1, lambda row: found.nearest[row] or None)
    database.create_function("downline_of", 1, found.downline.__getitem__)
    database.execute("update member set nearest = nearest_of(row), downline = downline_of(row)")


def renew(database: sqlite3.Connection, found: Forest) -> list[int]:
    """Enters for each member the nearest active member above and the number of members below.

    Returns the rows for which either is another than before.
    """
    rows = len(found.nearest) - 1
    moved: list[int] = []
    for start in range(1, rows + 1, _BATCH):
        before = database.execute(
            "select row, coalesce(nearest, 0), downline from member where row between ? and ?",
            (start, min(start + _BATCH - 1, rows)),
        )
        other = [row for row, nearest, below in before if (found.nearest[row], found.downline[row]) != (nearest, below)]
        database.executemany(
            "update member set nearest = ?, downline = ? where row = ?",
            [(found.nearest[row] or None, found.downline[row], row) for row in other],
        )
        moved += other
    return moved


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
