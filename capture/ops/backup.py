"""Backs the whole database up into one file while the service runs, and restores such a file into an empty database.

The backup of a SQLite database is a SQLite file, made by SQLite's own online backup. The backup of a PostgreSQL
database is a gzipped text of one consistent snapshot: a line with the schema's version, then for each table a line with
its columns and a line for each row. Both can be restored into both kinds of database, so a service that outgrows SQLite
moves to PostgreSQL by a backup and a restore.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, DateTime, MetaData, Table, delete, func, insert, select, text

from capture.base.db import MADE_WITH_ROWS, Database
from sitegen.errors import EspalierError, Fault

FORMAT = "espalier-capture-backup-1"
SQLITE_MAGIC = b"SQLite format 3\x00"
GZIP_MAGIC = b"\x1f\x8b"
BATCH = 1_000
"""How many rows are sent to the database at once."""

VERSION_TABLE = "alembic_version"

Rows = Iterator[tuple[str, list[str], Iterator[list[Any]]]]
"""The tables of a backup, one after the other: the table's name, the names of its columns, and its rows."""


class BackupError(EspalierError):
    """Raised if a file is not a backup or is damaged, or if the database to restore into is not empty."""


def backup(database: Database, target: Path) -> None:
    """Writes a backup of the whole database to the file ``target``, which only its owner can read.

    An older file of that name is replaced only when the new one is complete.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    part = Path(name)
    try:
        if database.file is not None:
            _copy_sqlite(database.file, part)
        else:
            _dump(database, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def restore(database: Database, source: Path) -> dict[str, int]:
    """Fills an empty database from the backup ``source``, then migrates the tables to the program's newest version.

    Returns the number of restored rows by table. Raises BackupError if the file is not a whole backup or the database
    is not empty; no restored rows are left in the database then.
    """
    with _opened(source) as (revision, rows):
        if database.has_rows():
            hint = "restore into a new database, and point the service at it when it is whole"
            raise BackupError(Fault("the database is not empty", hint=hint))
        database.migrate(revision)
        with database.writing() as connection:
            counts = _fill(connection, rows)
    database.migrate()
    return counts


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        # A single file, without a write-ahead log next to it.
        new.execute("PRAGMA journal_mode=DELETE")


def _dump(database: Database, target: Path) -> None:
    with (
        database.snapshot() as connection,
        gzip.open(target, "wt", encoding="utf-8", compresslevel=6) as out,
    ):
        revision = MigrationContext.configure(connection).get_current_revision()
        out.write(json.dumps({"format": FORMAT, "revision": revision, "at": datetime.now(UTC).isoformat()}) + "\n")
        for name, columns, rows in _tables(connection):
            out.write(json.dumps({"table": name, "columns": columns}) + "\n")
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False, default=_moment) + "\n")
        out.write(json.dumps({"end": True}) + "\n")


def _tables(connection: Connection) -> Rows:
    metadata = _reflected(connection)
    for table in metadata.sorted_tables:
        columns = [column.name for column in table.columns]
        # Ordered, so that two backups of the same rows are equal.
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
        yield table.name, columns, (list(row) for row in connection.execute(query))


@contextmanager
def _opened(source: Path) -> Iterator[tuple[str, Rows]]:
    """Yields the schema's version and the tables' rows of a backup, in either format. Raises BackupError if the file
    cannot be read or is not a backup."""
    try:
        with source.open("rb") as file:
            magic = file.read(len(SQLITE_MAGIC))
    except OSError as error:
        raise BackupError(Fault(f"cannot be read: {error.strerror}", where=source)) from error
    if magic == SQLITE_MAGIC:
        with _opened_sqlite(source) as found:
            yield found
    elif magic.startswith(GZIP_MAGIC):
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            yield _opened_dump(source, lines)
    else:
        raise BackupError(Fault("not a backup of this program", where=source))


@contextmanager
def _opened_sqlite(source: Path) -> Iterator[tuple[str, Rows]]:
    address = URL.create("sqlite", database=str(source.absolute()))
    copy = Database(address, checkpoints=False, journal="DELETE")
    try:
        revision = copy.revision()
        if revision is None:
            raise BackupError(Fault("not a backup of this program", where=source))
        with copy.engine.connect() as connection:
            yield revision, _tables(connection)
    finally:
        copy.engine.dispose()


def _opened_dump(source: Path, lines: Iterator[str]) -> tuple[str, Rows]:
    try:
        head = json.loads(next(lines))
        if head["format"] != FORMAT:
            raise ValueError
        return head["revision"], _read_dump(source, lines)
    except (OSError, EOFError, StopIteration, ValueError, KeyError, TypeError) as error:
        raise BackupError(Fault("not a backup of this program", where=source)) from error


def _read_dump(source: Path, lines: Iterator[str]) -> Rows:
    """Yields the tables of a PostgreSQL backup with their rows, in the file's order, which are read one by one as the
    caller asks for them. Raises BackupError if the file is damaged."""
    following: dict[str, Any] = {}

    def rows() -> Iterator[list[Any]]:
        with _damage_told(source):
            for line in lines:
                value = json.loads(line)
                if isinstance(value, dict):
                    following.update(value)
                    return
                yield value

    with _damage_told(source):
        following.update(json.loads(next(lines)))
        while "end" not in following:
            name, columns = following.pop("table"), following.pop("columns")
            yield name, columns, rows()


@contextmanager
def _damage_told(source: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, StopIteration, ValueError, KeyError) as error:
        raise BackupError(Fault("the backup is cut short or damaged", where=source)) from error


def _fill(connection: Connection, rows: Rows) -> dict[str, int]:
    tables = _reflected(connection).tables
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    counts: dict[str, int] = {}
    for table in tables.values():
        if table.name in MADE_WITH_ROWS:
            connection.execute(delete(table))
    for name, columns, found in rows:
        table = tables[name]
        moments = [index for index, column in enumerate(columns) if isinstance(table.c[column].type, DateTime)]
        counts[name] = 0
        while batch := [_row(columns, values, moments, naive=sqlite) for values in islice(found, BATCH)]:
            connection.execute(insert(table), batch)
            counts[name] += len(batch)
        if not sqlite:
            _continue_numbers(connection, table)
    return counts


def _row(columns: list[str], values: list[Any], moments: list[int], *, naive: bool) -> dict[str, Any]:
    for index in moments:
        if values[index] is not None:
            moment = values[index] if isinstance(values[index], datetime) else datetime.fromisoformat(values[index])
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            values[index] = moment.replace(tzinfo=None) if naive else moment
    return dict(zip(columns, values, strict=True))


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Lets PostgreSQL number a table's new rows after the highest number that was restored."""
    for column in table.primary_key.columns:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(text(":name").bindparams(name=sequence), highest, False)))


def _reflected(connection: Connection) -> MetaData:
    """Returns the tables as they are in this database, not as the program declares them: a backup may be older."""
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.remove(metadata.tables[VERSION_TABLE])
    return metadata


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value).__name__)
