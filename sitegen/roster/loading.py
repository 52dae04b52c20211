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
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from sitegen.errors import Fault, OutputError
from sitegen.model import Status
from sitegen.roster import addressing, raw_rows, sponsors, table, unread, values
from sitegen.roster.addressing import Addressing, Giver
from sitegen.roster.exported import records
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.fields import RosterRow, read_row
from sitegen.roster.names import Order, called
from sitegen.roster.reading import Broken, Record, Source
from sitegen.roster.removal import Guard
from sitegen.roster.values import Rules
from sitegen.token import MEMBER_ID

_BATCH = 1000
_INSERT = f"insert into member values ({', '.join('?' * len(table.COLUMNS))})"


class Loader:
    """Reads one roster file and writes its index.

    ``locale``: the language of members whose row names none. ``how``: how addresses are given. ``before``: an index of
    the same roster from earlier, for rows that cannot be read now. ``strict``: raise every fault, photos that are not
    in the folder ``photos`` among them. ``is_kept``: whether the index will be renewed by later rosters.
    ``guard``: refuse a roster that would take many members of the index before from the web.
    """

    def __init__(
        self,
        path: Path,
        rules: Rules,
        locale: str,
        how: Addressing,
        *,
        before: Path | None = None,
        photos: Path | None = None,
        strict: bool = True,
        is_kept: bool = False,
        guard: Guard | None = None,
    ) -> None:
        self._path = path
        self._rules = rules
        self._locale = locale
        self._how = how
        self._before = before
        self._photos = photos
        self._strict = strict
        self._is_kept = is_kept
        self._guard = guard
        self._log = FaultLog(path)
        self._rows_read = 0
        self._orders: Counter[Order] = Counter()
        """How many members' family names were found by the way the names are written, and on which line the first."""
        self._first_lines: dict[Order, int] = {}

    def write(self, index: Path, facts: dict[str, str]) -> None:
        """Writes the index to ``index``, with ``facts`` in its table ``meta``.

        Raises RosterError with the faults of a file that cannot be used (when strict, of any fault), or OutputError if
        the index cannot be written; ``index`` is then as before.
        """
        try:
            self._write(index, facts)
        except (sqlite3.OperationalError, OSError) as error:
            raise OutputError(Fault(f"the roster's index cannot be written: {error}", where=index)) from error

    def _write(self, index: Path, facts: dict[str, str]) -> None:
        index.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{index.name}.", suffix=".new", dir=index.parent)
        os.close(descriptor)
        growing = Path(name)
        try:
            with closing(sqlite3.connect(growing, isolation_level=None, uri=True)) as database:
                self._fill(database, facts)
            with growing.open("rb") as file:
                os.fsync(file.fileno())
            growing.replace(index)
        finally:
            growing.unlink(missing_ok=True)

    def _fill(self, database: sqlite3.Connection, facts: dict[str, str]) -> None:
        # Nothing reads the file until it is moved: no journal, no waiting for the disk.
        database.executescript("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -6000;")
        database.executescript(table.TABLES + addressing.TABLES)
        if self._before is not None:
            database.execute("attach ? as before", (f"{self._before.resolve().as_uri()}?mode=ro",))
        database.execute("begin")
        source = self._read(database)
        database.execute("create index member_id on member (id collate nocase)")
        repeated = unread.note_repeated(database, self._log)
        sponsors.note_unknown(database, self._log)
        database.executemany("delete from member where row = ?", ((row,) for row in repeated))
        giver = Giver(database, self._how, self._log)
        giver.read_book()
        rows = self._rows_read if self._before is None else unread.keep(database, self._rows_read)
        giver.give()
        if self._before is not None and self._guard is not None:
            unread.refuse_many(database, self._path, self._guard)
        forest = sponsors.forest(database, rows)
        if sponsors.note_loops(database, forest, self._log):
            forest = sponsors.forest(database, rows)
        sponsors.enter(database, forest)
        if self._strict:
            note_missing_photos(database, self._photos, self._log)
            self._log.raise_any()
        found = {"nameless": unread.set_aside(database), "address_changes": giver.changes}
        table.fill_former(database)
        for statement in table.INDEXES.split(";"):
            database.execute(statement)
        self._enter(database, {**facts, **found, "rows": rows}, source)
        database.execute("commit")
        database.execute("analyze main")

    def _enter(self, database: sqlite3.Connection, facts: dict[str, Any], source: Source) -> None:
        (members, active) = database.execute("select count(*), sum(status = 'active') from member").fetchone()
        found = {
            "members": members,
            "active": active or 0,
            "size": source.size,
            "digest": source.digest,
            "faults": self._log.count,
            **{order.value: self._orders[order] for order in Order},
            **{f"{order.value}, first line": line for order, line in self._first_lines.items()},
            "path": str(self._path),
            "version": table.VERSION,
            "base": "",
            "columns": "",
        }
        database.executemany("insert into meta values (?, ?)", [*facts.items(), *found.items()])
        digests = raw_rows.digests(self._path) if self._is_kept else b""
        if digests and len(digests) // raw_rows.SIZE - self._rows_read == raw_rows.is_quoted(self._path):
            database.execute("insert into raw values (?)", (digests,))
        database.executemany(
            "insert into fault values (?, ?, ?)",
            [(fault.line, fault.message, fault.hint) for fault in self._log.kept()],
        )

    def _read(self, database: sqlite3.Connection) -> Source:
        try:
            with self._path.open("rb") as file:
                source = Source(file, self._log, foreign=True)
                rows = self._rows(records(self._path, source, self._log, self._rules.mapping))
                while batch := list(islice(rows, _BATCH)):
                    database.executemany(_INSERT, batch)
                return source
        except Broken:
            self._log.raise_any()
            raise
        except OSError as error:
            self._log.add(f"cannot be read: {error.strerror}", hint="the file is named by `roster` in site.toml")
            self._log.raise_any()
            raise

    def _rows(self, found: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
        for number, (line, cells, whole) in enumerate(found, 1):
            self._rows_read = number
            row = None
            if whole:
                read = read_row(cells, self._rules)
                row = read.row
                for message, hint in read.problems:
                    self._log.add(message, line=line, hint=hint)
            yield self._stub(number, line, cells) if row is None else self._entry(number, line, row)

    def _entry(self, number: int, line: int, row: RosterRow) -> tuple[Any, ...]:
        values, order = entry(number, line, row, self._locale)
        if order is not None:
            self._orders[order] += 1
            self._first_lines.setdefault(order, line)
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
        row.status.value,
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


def _sound(text: str) -> str:
    """Returns text without half characters (lone surrogates), which no database can store."""
    return text.encode(errors="replace").decode()
