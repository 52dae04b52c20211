"""Reads a roster into the table ``member`` of an index: a large one in portions, by as many processes as there are
processors.

A portion begins where a row does, by the quotes that come before. Whether that is right shows when the portions are
read: had a row gone on after the end of its portion, the portion would end within quotes. In that case, and whenever a
portion cannot be read to its end, the file is read again as one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sitegen.processes import process_pool
from sitegen.roster import exported, reading, table
from sitegen.roster.exported import Head
from sitegen.roster.faults import FaultLog
from sitegen.roster.reading import Broken, Source
from sitegen.roster.row_reader import RowReader, RowsRead
from sitegen.roster.values import Rules

LEAST = 2 << 20
"""The fewest bytes of a portion: below, to start a process takes longer than it saves."""

_BLOCK = 1 << 20
_COPY = f"insert into main.member select row + ?, line + ?, {', '.join(table.COLUMNS[2:])} from portion.member"


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a roster file told besides its rows: its size in bytes and the SHA-256 of its bytes, in hexadecimal."""

    rows: RowsRead
    size: int
    digest: str


class RosterFile:
    """A roster's file, with the rules to read it by. ``locale``: the language of members whose row names none."""

    def __init__(self, path: Path, rules: Rules, locale: str) -> None:
        self.path = path
        self.rules = rules
        self.locale = locale
        self._ahead: _Portions | None = None

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Begins to read a large file, so that ``read`` within the block finds most of it done. Meanwhile the caller
        may do what needs no roster."""
        with ExitStack() as ending:
            with suppress(OSError):  # as of a file that is not there; ``read`` tells it
                folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="espalier-rows-"))
                self._ahead = ending.enter_context(self._portions(Path(folder) / "rows.sqlite"))
            try:
                yield
            finally:
                self._ahead = None

    @property
    def is_ahead(self) -> bool:
        """Whether processes are reading the file before it is asked for."""
        return self._ahead is not None

    def read(self, index: Path, log: FaultLog) -> FileRead:
        """Writes the rows into a new database at ``index``, and the faults into the log.

        Raises Broken if the file cannot be used; the fault is then in the log.
        """
        found = self._in_portions(index)
        if found is None:
            return self._as_one(index, log)
        log.go_on(found.rows.log, 0)
        return found

    def _in_portions(self, index: Path) -> FileRead | None:
        """Reads the file in portions; returns None if it has to be read as one."""
        if (ahead := self._ahead) is not None:
            self._ahead = None
            if (found := ahead.joined()) is not None:
                shutil.move(ahead.files[0], index)
            return found
        with self._portions(index) as begun:
            return None if begun is None else begun.joined()

    def _as_one(self, index: Path, log: FaultLog) -> FileRead:
        with self.path.open("rb") as file:
            source = Source(file, log, foreign=True)
            return FileRead(self._enter(source, None, log, index), source.size, source.digest)

    def _enter(self, source: Source, head: Head | None, log: FaultLog, index: Path) -> RowsRead:
        reader = RowReader(self.rules, self.locale, log)
        _make_empty(index)
        with closing(sqlite3.connect(index, isolation_level=None)) as database:
            database.executescript(f"{table.QUICK}; {table.MEMBER}; begin;")
            reader.enter(database, exported.records(self.path, source, log, self.rules.mapping, head=head))
            database.execute("commit")
        reader.read.lines = source.line
        return reader.read

    @contextmanager
    def _portions(self, index: Path) -> Iterator[_Portions | None]:
        """Starts to read the file in portions, the first into ``index``; ends it after the block, and removes the files
        of the others. Yields None if the file has to be read as one."""
        found = self.path.stat()
        jobs = min(_processors(), found.st_size // LEAST)
        cut = self._cut(jobs) if jobs > 1 else None
        if cut is None:
            yield None
            return
        head, ends = cut
        files = [index, *(index.with_name(f"{index.name}.{number}") for number in range(1, jobs))]

        def portion(number: int) -> tuple[int, RowsRead]:
            begin = ends[number - 1] if number else 0
            return number, self._portion(begin, ends[number], head if number else None, files[number])

        try:
            with process_pool.at_work(jobs, jobs, portion) as read:
                yield _Portions(self.path, _stamp(found), files, read)
        finally:
            for each in files[1:]:
                each.unlink(missing_ok=True)

    def _cut(self, jobs: int) -> tuple[Head | None, list[int]] | None:
        """Returns the header, and where the portions end; None if the file cannot be read in portions."""
        try:
            head = self._head()
        except Broken:
            return None
        return head, _ends(self.path, jobs, is_table=head is not None)

    def _head(self) -> Head | None:
        """Returns the header of a table; None for a file without one.

        Raises Broken if the file cannot be read in portions.
        """
        log = FaultLog(self.path)
        with self.path.open("rb") as file:
            source = Source(file, log, foreign=True)
            head = exported.head(source.lines(), log, self.rules.mapping) if exported.is_table(self.path) else None
            if source.is_foreign:
                raise Broken
        return head

    def _portion(self, begin: int, end: int, head: Head | None, index: Path) -> RowsRead:
        log = FaultLog(self.path)
        with self.path.open("rb") as file:
            file.seek(begin)
            return self._enter(Source(file, log, foreign=begin == 0, end=end), head, log, index)


@dataclass(frozen=True, slots=True)
class _Portions:
    """A file that processes are reading. ``stamp``: the file's when they began; ``files``: where each portion's rows
    go; ``read``: what each told besides, by its number, as it comes in."""

    path: Path
    stamp: tuple[int, int, int]
    files: list[Path]
    read: Iterator[tuple[int, RowsRead]]

    def joined(self) -> FileRead | None:
        """Waits for all rows and adds them to the first portion's; returns None if the file has to be read as one."""
        digest = reading.digest(self.path)  # while the processes read
        try:
            parts = dict(self.read)
        except Broken:
            return None
        rows, after = _joined([parts[number] for number in sorted(parts)], self.files), self.path.stat()
        return FileRead(rows, after.st_size, digest) if self.stamp == _stamp(after) else None


def _make_empty(index: Path) -> None:
    """Makes a file that only its owner may read, since it will hold what people told the company; or empties it."""
    os.close(os.open(index, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    """Returns what is another for a file that has changed."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def _processors() -> int:
    """Returns how many processes may share the work: one if there are threads, which a fork would not take along."""
    return len(os.sched_getaffinity(0)) if threading.active_count() == 1 else 1


def _ends(path: Path, portions: int, *, is_table: bool) -> list[int]:
    """Returns the places in the file at which portions of about the same size end: each between two lines, and in a
    table not within quotes."""
    ends: list[int] = []
    with path.open("rb") as file:
        size, quotes = path.stat().st_size, 0
        for number in range(1, portions):
            wanted = size * number // portions
            while more := file.read(min(_BLOCK, max(0, wanted - file.tell()))):
                quotes += more.count(b'"')
            while line := file.readline():
                quotes += line.count(b'"')
                if not (is_table and quotes % 2):
                    break
            ends.append(file.tell())
    return [*ends, size]


def _joined(parts: Sequence[RowsRead], files: Sequence[Path]) -> RowsRead:
    """Adds the rows of all portions to those of the first, in its file, and returns what all of them told."""
    first, *others = parts
    with closing(sqlite3.connect(files[0], isolation_level=None, uri=True)) as database:
        database.executescript(table.QUICK)
        for part, file in zip(others, files[1:], strict=True):
            database.execute("attach ? as portion", (f"{file.resolve().as_uri()}?mode=ro",))
            database.execute("begin")
            database.execute(_COPY, (first.rows, first.lines))
            database.execute("commit")
            database.execute("detach portion")
            first.go_on(part)
    return first
