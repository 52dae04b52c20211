"""Looks up a site's campaigns in an index on disk: a hundred thousand take no more memory than one.

The index keeps what a campaign's landing page shows: the campaign's code, its member and its channel.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sitegen.campaigns import campaign_file
from sitegen.errors import Fault, OutputError
from sitegen.model import Campaign, Channel
from sitegen.roster import Roster, reading
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.reader import Reader

VERSION = 1
"""The version of the table and of the rules for a row. Raise it when either changes: old indexes are rebuilt."""

_TABLES = """
create table meta (key text primary key, value) without rowid;
create table campaign (code text primary key, line integer not null, member text, channel text, row integer)
without rowid;
"""
_SOME = 500
_COLUMNS = "code, member, channel"
_OWNER = "(select m.row from roster.member m where m.id = c.member collate nocase and m.id = c.member)"
_MISSPELT = (
    "select c.line, c.member, m.id from campaign c join roster.member m on m.id = c.member collate nocase"
    " where c.member is not null and c.row is null order by c.line"
)
_LANDINGS = (
    "select coalesce(m.slug, ''), c.code from campaign c left join roster.member m on m.row = c.row"
    " where c.member is null or m.status = 'active'"
)


class Placements:
    """The campaigns of a checked ``campaigns.csv``, by code and by member, read from an index on disk.

    Several threads may use it at once, also after a fork.
    """

    def __init__(self, index: Path | None, folder: Path | None = None) -> None:
        """``index``: the file of the index; None if there are no campaigns. ``folder``: is removed by ``close``."""
        self._reader = None if index is None else Reader(index)
        self._index = index
        self._remove_folder = weakref.finalize(self, _remove, folder, os.getpid())
        self._count = 0
        self.digest = ""
        """SHA-256 of the file of campaigns, in hexadecimal; empty if there is no file."""
        if self._reader is not None:
            meta = dict(self._reader.all("select key, value from meta"))
            self._count, self.digest = int(meta["campaigns"]), str(meta["digest"])

    @classmethod
    def load(cls, path: Path, roster: Roster | None, *, index: Path | None = None) -> Self:
        """Checks the campaigns in the file at ``path``, makes their index, and returns them; none if there is no file.

        An index at ``index`` is used again if it was made from the same bytes for the same roster; without
        ``index`` one is made in the temporary folder. Without ``roster``, the members that campaigns name are not
        looked up. Raises RosterError with every fault of the file, and OutputError if the index cannot be written.
        """
        if not path.is_file():
            return cls(None)
        folder = None
        if index is None:
            folder = Path(tempfile.mkdtemp(prefix="espalier-campaigns-"))
            index = folder / "campaigns.sqlite"
        facts = {"version": VERSION, "roster": roster.digest if roster else ""}
        try:
            if not (index.is_file() and _holds(index, {**facts, "digest": reading.digest(path)})):
                _make(index, path, roster, facts)
            return cls(index, folder)
        except BaseException:
            _remove(folder, os.getpid())
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Closes the connections that are not in use, and removes the index if it is a temporary one."""
        if self._reader is not None:
            self._reader.close()
        self._remove_folder()

    def one(self, code: str) -> Campaign | None:
        """Returns the campaign with this code, or None if there is none."""
        found = self._found("where code = ?", (code,))
        return found[0] if found else None

    def of_company(self) -> Iterator[list[Campaign]]:
        """Yields the company's own campaigns in lists of some hundreds, ordered by code."""
        last = ""
        while some := self._found("where member is null and code > ? order by code limit ?", (last, _SOME)):
            yield some
            last = some[-1].code

    def of_rows(self, rows: range) -> dict[str, list[Campaign]]:
        """Returns the campaigns of the members on these rows of the roster, by the members' ids, ordered by code."""
        found: dict[str, list[Campaign]] = {}
        for each in self._found("where row between ? and ? order by code", (rows.start, rows.stop - 1)):
            assert each.member is not None
            found.setdefault(each.member, []).append(each)
        return found

    def of_member(self, member: str) -> list[Campaign]:
        """Returns the campaigns of the member with this id, ordered by code."""
        return self._found("where row is not null and member = ? order by code", (member,))

    def landings(self, roster: Roster) -> Iterator[tuple[str, str]]:
        """Yields the member's slug (empty: the company's own) and the campaign's code of every landing page."""
        if self._index is None:
            return
        with closing(sqlite3.connect(f"{self._index.resolve().as_uri()}?mode=ro", uri=True)) as database:
            _attach(database, roster)
            yield from database.execute(_LANDINGS)

    def _found(self, conditions: str, values: tuple[Any, ...]) -> list[Campaign]:
        if self._reader is None or not self._count:
            return []
        rows = self._reader.all(f"select {_COLUMNS} from campaign {conditions}", values)
        return [Campaign(code, member, Channel(channel)) for code, member, channel in rows]


def _holds(index: Path, facts: dict[str, Any]) -> bool:
    try:
        with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as database:
            meta = dict(database.execute("select key, value from meta"))
    except sqlite3.Error:
        return False
    return all(meta.get(key) == value for key, value in facts.items())


def _make(index: Path, path: Path, roster: Roster | None, facts: dict[str, Any]) -> None:
    """Writes the index to a temporary file beside its destination and moves it there in one step."""
    growing = index.with_name(f".{index.name}.{os.getpid()}.new")
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        growing.unlink(missing_ok=True)
        with closing(sqlite3.connect(growing, uri=True, isolation_level=None)) as database:
            _fill(database, path, roster, facts)
        growing.replace(index)
    except (sqlite3.OperationalError, OSError) as error:
        raise OutputError(Fault(f"the index of the campaigns cannot be written: {error}", where=index)) from error
    finally:
        growing.unlink(missing_ok=True)


def _fill(database: sqlite3.Connection, path: Path, roster: Roster | None, facts: dict[str, Any]) -> None:
    # Nothing reads the file until it is moved: no journal, no waiting for the disk.
    database.executescript("pragma journal_mode = off; pragma synchronous = off;")
    database.executescript(_TABLES)
    if roster is not None:
        _attach(database, roster)
    log = FaultLog(path)
    count = 0

    def first_line(code: str, line: int) -> int:
        row = database.execute("select line from campaign where code = ?", (code,)).fetchone()
        return line if row is None else int(row[0])

    database.execute("begin")
    with campaign_file.opened(path, log) as source:
        for line, each in campaign_file.rows(source, log, first_line):
            count += 1
            values = (each.code, line, each.member, each.channel.value)
            database.execute("insert into campaign values (?, ?, ?, ?, null)", values)
    if roster is not None:
        database.execute(f"update campaign as c set row = {_OWNER} where member is not null")
        _note_misspelt(database, log)
    log.raise_any()
    database.execute("create index campaign_row on campaign (row) where row is not null")
    database.execute("create index campaign_company on campaign (code) where member is null")
    meta = {**facts, "campaigns": count, "digest": source.digest}
    database.executemany("insert into meta values (?, ?)", meta.items())
    database.execute("commit")


def _note_misspelt(database: sqlite3.Connection, log: FaultLog) -> None:
    """Notes a fault for each member's id that differs from the roster's only in upper and lower case.

    An id that is not in the roster at all belongs to a member who has left: the member's campaign gets no page, and the
    build goes on. ``capture sync`` knows all former members, and reports ids that never existed.
    """
    for line, member, near in database.execute(_MISSPELT):
        log.add(f"member {quoted(member)} is not in the roster", line=line, hint=f"did you mean {quoted(near)}?")


def _attach(database: sqlite3.Connection, roster: Roster) -> None:
    database.execute("attach ? as roster", (f"{roster.index.resolve().as_uri()}?mode=ro&immutable=1",))


def _remove(folder: Path | None, maker: int) -> None:
    # Never by a copy in a forked process.
    if folder is not None and os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
