"""Reads a whole roster file and writes its SQLite index.

Only a few bytes a member are ever in memory. The index is written to a temporary file beside its destination and
moved there in one step once all rows are read, so that a roster that cannot be used never replaces a good index.

One bad row does not stop the others. A field that a member can do without is left out if it cannot be read. A row that
cannot be read at all leaves the member as the index before has it, so that the old pages stay; unless the row says that
the member is inactive, which always holds. All of this is told as faults; a strict loader raises them instead.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sitegen.errors import Fault, OutputError
from sitegen.processes.process_pool import PoolError
from sitegen.roster import addressing, raw_rows, sponsors, table, unread
from sitegen.roster.addressing import Addressing, Giver
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.names import Order
from sitegen.roster.portions import FileRead, RosterFile
from sitegen.roster.reading import Broken
from sitegen.roster.removal import Guard


class Loader:
    """Reads one roster file and writes its index.

    ``rows``: the file. ``how``: how addresses are given. ``before``: an index of the same roster from earlier, for rows
    that cannot be read now. ``strict``: raise every fault, photos that are not in the folder ``photos`` among them.
    ``is_kept``: whether the index will be renewed by later rosters; ``is_lasting``: whether it must outlast a failure
    of the machine. ``guard``: refuse a roster that would take many members of the index before from the web.
    """

    def __init__(
        self,
        rows: RosterFile,
        how: Addressing,
        *,
        before: Path | None = None,
        photos: Path | None = None,
        strict: bool = True,
        is_kept: bool = False,
        is_lasting: bool = True,
        guard: Guard | None = None,
    ) -> None:
        self._rows = rows
        self._path = rows.path
        self._how = how
        self._before = before
        self._photos = photos
        self._strict = strict
        self._is_kept = is_kept
        self._is_lasting = is_lasting
        self._guard = guard
        self._log = FaultLog(rows.path)

    def write(self, index: Path, facts: dict[str, str]) -> None:
        """Writes the index to ``index``, with ``facts`` in its table ``meta``.

        Raises RosterError with the faults of a file that cannot be used (when strict, of any fault), or OutputError if
        the index cannot be written; ``index`` is then as before.
        """
        try:
            self._write(index, facts)
        except (sqlite3.OperationalError, OSError, PoolError) as error:
            raise OutputError(Fault(f"the roster's index cannot be written: {error}", where=index)) from error

    def _write(self, index: Path, facts: dict[str, str]) -> None:
        index.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{index.name}.", suffix=".new", dir=index.parent)
        os.close(descriptor)
        growing = Path(name)
        try:
            read = self._read(growing)
            with closing(sqlite3.connect(growing, isolation_level=None, uri=True)) as database:
                self._fill(database, facts, read)
            if self._is_lasting:
                with growing.open("rb") as file:
                    os.fsync(file.fileno())
            growing.replace(index)
        finally:
            growing.unlink(missing_ok=True)

    def _fill(self, database: sqlite3.Connection, facts: dict[str, str], read: FileRead) -> None:
        database.executescript(f"{table.QUICK}; {table.TABLES} {addressing.TABLES}")
        if self._before is not None:
            database.execute("attach ? as before", (f"{self._before.resolve().as_uri()}?mode=ro",))
        database.execute("begin")
        database.execute("create index member_id on member (id collate nocase)")
        repeated = unread.note_repeated(database, self._log)
        parents, is_unknown = sponsors.parents(database, read.rows.rows)
        if is_unknown:
            sponsors.note_unknown(database, self._log)
        database.executemany("delete from member where row = ?", ((row,) for row in repeated))
        giver = Giver(database, self._how, self._log)
        giver.read_book()
        rows = read.rows.rows if self._before is None else unread.keep(database, read.rows.rows)
        giver.give()
        if self._before is not None and self._guard is not None:
            unread.refuse_many(database, self._path, self._guard)
        database.execute(table.KIND_INDEX)
        if repeated or self._before is not None:  # there are other rows now, or other sponsors
            parents, _ = sponsors.parents(database, rows)
        self._place(database, rows, parents)
        if self._strict:
            note_missing_photos(database, self._photos, self._log)
            self._log.raise_any()
        found = {"nameless": unread.set_aside(database), "address_changes": giver.changes}
        database.execute(table.SLUG_INDEX)
        table.fill_former(database)
        self._enter(database, {**facts, **found, "rows": rows}, read)
        database.execute("commit")
        database.execute("analyze main")

    def _place(self, database: sqlite3.Connection, rows: int, parents: array[int]) -> None:
        """Enters each member's place in the trees that ``parents`` forms. Notes a fault for each loop of sponsors."""
        forest = sponsors.forest(database, parents)
        if sponsors.note_loops(database, forest, self._log):
            forest = sponsors.forest(database, sponsors.parents(database, rows)[0])
        sponsors.fill(database, forest)

    def _enter(self, database: sqlite3.Connection, facts: dict[str, Any], read: FileRead) -> None:
        (members, active) = database.execute("select count(*), sum(status = 'active') from member").fetchone()
        found = {
            "members": members,
            "active": active or 0,
            "size": read.size,
            "digest": read.digest,
            "faults": self._log.count,
            **{order.value: read.rows.orders[order] for order in Order},
            **{f"{order.value}, first line": line for order, line in read.rows.first_lines.items()},
            "path": str(self._path),
            "version": table.VERSION,
            "base": "",
            "columns": "",
        }
        database.executemany("insert into meta values (?, ?)", [*facts.items(), *found.items()])
        digests = raw_rows.digests(self._path) if self._is_kept else b""
        if digests and len(digests) // raw_rows.SIZE - read.rows.rows == raw_rows.is_quoted(self._path):
            database.execute("insert into raw values (?)", (digests,))
        database.executemany(
            "insert into fault values (?, ?, ?)",
            [(fault.line, fault.message, fault.hint) for fault in self._log.kept()],
        )

    def _read(self, index: Path) -> FileRead:
        try:
            return self._rows.read(index, self._log)
        except Broken:
            self._log.raise_any()
            raise
        except OSError as error:
            self._log.add(f"cannot be read: {error.strerror}", hint="the file is named by `roster` in site.toml")
            self._log.raise_any()
            raise


def missing_photos(database: sqlite3.Connection, photos: Path | None) -> Iterator[tuple[int, str]]:
    """Yields the line and the name of each member's photo that is not in the folder ``photos``; none if it is None."""
    if photos is None:
        return
    for line, photo in database.execute("select line, photo from member where photo is not null order by row"):
        if not (photos / photo).is_file():
            yield line, photo


def note_missing_photos(database: sqlite3.Connection, photos: Path | None, log: FaultLog) -> None:
    """Notes a fault for each member's photo that is not in the folder ``photos``; none if it is None."""
    hint = "put the file into the photos folder, or leave the column empty"
    for line, photo in missing_photos(database, photos):
        log.add(f"photo {quoted(photo)}: there is no such photo", line=line, hint=hint)
