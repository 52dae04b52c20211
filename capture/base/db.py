"""Opens the database, SQLite or PostgreSQL, for transactions, and checks and migrates the schema's version.

SQLite is the embedded default: one process, one writer at a time, write-ahead log, ``synchronous=FULL``, so
that committed rows survive a power cut. Versions before 3.51.3 (and 3.44.6, 3.50.7 in their lines) can
damage a database whose log is written and checkpointed by two connections at the very same moment; for that
reason only the service itself checkpoints, and ``capture serve`` warns when it starts on such a version.
PostgreSQL is for more than one process.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    QueuePool,
    String,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from capture.base import postgresql
from capture.base.unavailable import Unavailable, Unreachable
from sitegen.errors import EspalierError, Fault

if TYPE_CHECKING:
    from alembic.config import Config


BUGS = {"42601", "42703", "42804", "42883"}
"""PostgreSQL's error codes (SQLSTATE) for a wrong statement, which is a bug of this program: syntax, an unknown column,
types, an unknown function."""


DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)
"""The errors of the database drivers. SQLAlchemy wraps them in its own only if it runs a statement itself."""


MADE_WITH_ROWS = {"alembic_version", "chain"}
"""Tables to which the migrations themselves add rows."""


_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32)))


class DatabaseError(EspalierError):
    """Raised if the database's address cannot be used, or if there is no up-to-date database at the address."""


class Database:
    """The service's database, SQLite or PostgreSQL: opens sessions and transactions, and migrates the schema.

    ``busy_seconds``: how long a transaction waits for another writer. ``checkpoints``: whether connections may
    checkpoint SQLite's write-ahead log; False for commands that run while the service does. ``journal``: SQLite's
    journal mode; anything but WAL only for a file that no other process has open.
    """

    def __init__(
        self, address: str | URL, *, busy_seconds: float = 5.0, checkpoints: bool = True, journal: str = "WAL"
    ) -> None:
        self.url = _read_address(address)
        self.busy_seconds, self._checkpoints = busy_seconds, checkpoints
        self._writer: AbstractContextManager[None] = _Writer(busy_seconds) if self.is_sqlite else nullcontext()
        self.engine = (
            self._sqlite(checkpoints, journal) if self.is_sqlite else postgresql.make_engine(self.url, busy_seconds)
        )

    @property
    def is_sqlite(self) -> bool:
        """True for SQLite, the embedded default; False for PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The path of SQLite's database file; None for PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Opens a database session for reading only. Raises Unavailable if the database cannot be used now."""
        with unavailable(), self.engine.connect() as connection, Session(connection) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Opens a database transaction and gives its session. All changes are committed when the block ends; none are
        if the block raises an error.

        Raises Unavailable if the database cannot be used now, or if its file was removed in the meantime.
        """
        with self.writing() as connection, Session(connection) as session:
            yield session
            session.flush()

    @contextmanager
    def writing(self, connection: Connection | None = None) -> Iterator[Connection]:
        """Opens a database transaction and gives its connection, for statements on whole tables. ``connection``: the
        connection to use instead of a new one; a transaction that it has begun is gone on with, and committed. Raises
        Unavailable if the database cannot be used now."""
        with self._writer:
            with unavailable():
                if connection is not None:
                    with connection.get_transaction() or connection.begin():
                        yield connection
                else:
                    with self.engine.connect() as fresh:
                        if self.is_sqlite:
                            fresh = fresh.execution_options(espalier_begin="IMMEDIATE")
                        with fresh.begin():
                            yield fresh
            self._still_there()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Opens a transaction that only reads, and reads everything as of one moment; gives its connection. Raises
        Unavailable if the database cannot be used now."""
        kind = "DEFERRED" if self.is_sqlite else postgresql.SNAPSHOT
        with unavailable(), self.engine.connect().execution_options(espalier_begin=kind) as connection:
            yield connection

    def truncate_log(self) -> bool:
        """Empties SQLite's write-ahead log into the database file, so that nothing erased stays readable in it.

        Returns False if another connection prevented it. A connection of another process prevents it for a version of
        SQLite that is not safe (``safe_sqlite``), since a checkpoint could then damage the database. Returns True for
        PostgreSQL, whose log the server recycles by itself.
        """
        if not self.is_sqlite:
            return True
        with self._writer, unavailable():
            if not self._checkpoints and not safe_sqlite(sqlite3.sqlite_version_info):
                return self._truncate_alone()
            with closing(self.engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                (busy, *_) = cursor.fetchone() or (1,)
                return not busy

    def _truncate_alone(self) -> bool:
        """Empties the write-ahead log if no other connection has the database open; returns whether it did."""
        self.engine.dispose()
        with closing(sqlite3.connect(f"file:{quote(str(self.file))}?mode=rw", uri=True, timeout=1)) as alone:
            try:
                alone.execute("PRAGMA locking_mode=EXCLUSIVE")
                alone.execute("BEGIN EXCLUSIVE")
                alone.execute("COMMIT")
                busy, _, _ = alone.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                return False
            return not busy

    def migrate(self, revision: str | None = None) -> None:
        """Migrates the database's schema to the newest revision, or to ``revision``; first creates the file of a
        missing SQLite database."""
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.file.exists():
                # Created empty and private first: SQLite itself would follow the umask.
                os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))
        wanted = revision or self.head
        if self.revision() != wanted:
            from alembic import command

            with self.writing() as connection:
                command.upgrade(self._alembic(connection), wanted or "head")

    def has_rows(self) -> bool:
        """Returns True if any table of the database has rows, apart from the tables that migrations fill."""
        if self.file is not None and not self.file.is_file():
            return False
        with unavailable(), self.engine.connect() as connection:
            names = set(inspect(connection).get_table_names()) - MADE_WITH_ROWS
            tables = (Table(name, MetaData()) for name in sorted(names))
            return any(connection.execute(select(1).select_from(table).limit(1)).first() for table in tables)

    @property
    def head(self) -> str | None:
        """The newest revision of the database's schema that this program knows. It is read from the file names of the
        migrations, since loading Alembic takes longer than most commands run."""
        names = (each.name for each in files("capture.migrations.versions").iterdir())
        return max((name[1:5] for name in names if name.startswith("v") and name.endswith(".py")), default=None)

    def revision(self) -> str | None:
        """Returns the revision of the database's schema; None for an empty database. Raises Unavailable if the database
        cannot be used now."""
        with unavailable(), self.engine.connect() as connection:
            if not inspect(connection).has_table(_VERSION.name):
                return None
            found: str | None = connection.scalar(select(_VERSION.c.version_num))
            return found

    def require(self) -> None:
        """Checks the database. Raises DatabaseError if it does not exist, or if its schema is of another version than
        this program."""
        if self.file is not None and not self.file.is_file():
            hint = "run `capture sync DIR` to make it and load the roster"
            raise DatabaseError(Fault("there is no database here", where=self.file, hint=hint))
        if self.revision() != self.head:
            hint = "run `capture migrate` to bring it up to date"
            raise DatabaseError(Fault("the database has another version than this program", hint=hint))

    def warnings(self) -> list[str]:
        """Returns warnings for the operator about this database when the service starts; often none."""
        if self.is_sqlite and not safe_sqlite(sqlite3.sqlite_version_info):
            return [
                f"SQLite {sqlite3.sqlite_version} can damage a database that several processes write at the same"
                " moment: run one service on it, and upgrade to 3.51.3 or use PostgreSQL for more"
            ]
        return []

    def _alembic(self, connection: Connection | None) -> Config:
        from alembic.config import Config

        alembic = Config()
        alembic.set_main_option("script_location", "capture:migrations")
        alembic.set_main_option("path_separator", "os")
        alembic.attributes["connection"] = connection
        return alembic

    def _still_there(self) -> None:
        # A process that has a deleted file open can still write it, but the rows are lost.
        if self.file is not None and not self.file.exists():
            self.engine.dispose()
            raise Unavailable("the database's file is gone")

    def _sqlite(self, checkpoints: bool, journal: str) -> Engine:
        path = str(self.file.absolute()) if self.file else ""
        # mode=rw: a database that vanished is an error, not a reason to start an empty one.
        address = f"file:{quote(path)}?mode=rw"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(
                address, uri=True, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False
            )

        engine = create_engine(
            "sqlite://",
            creator=connect,
            hide_parameters=True,
            pool_size=16,
            max_overflow=16,
            pool_timeout=self.busy_seconds,
            poolclass=QueuePool,
        )
        event.listen(engine, "connect", _prepare_sqlite(path, checkpoints, journal))
        event.listen(engine, "checkout", _refuse_replaced_file(path))
        event.listen(engine, "begin", _begin_sqlite)
        return engine


@contextmanager
def unavailable() -> Iterator[None]:
    """Turns errors within the block into Unavailable if they mean that the database cannot be used now, such as a lock
    or a full disk. Errors that are bugs, such as wrong SQL, are raised as they are."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("no free connection") from error
    except (DBAPIError, *DRIVER_ERRORS) as error:
        found = error.orig if isinstance(error, DBAPIError) else error
        bug = sqlite3.IntegrityError | sqlite3.ProgrammingError | psycopg.IntegrityError | psycopg.DataError
        if isinstance(found, bug) or _code(found) in BUGS:
            raise
        raise _unavailable(found) from None


class _Writer:
    """A lock by which only one thread of this process writes to SQLite at a time, in order of arrival, instead of
    polling SQLite's own lock."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._patience):
            raise Unavailable("another thread is still writing to the database")

    def __exit__(self, *error: object) -> None:
        self._lock.release()


def safe_sqlite(version: tuple[int, ...]) -> bool:
    """Returns True for versions of SQLite without the write-ahead log bug that 3.51.3 fixed."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def _read_address(address: str | URL) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        hint = "e.g. sqlite:////var/lib/espalier/capture.sqlite or postgresql://user@host/name"
        raise DatabaseError(Fault("not a database address", where="ESPALIER_DATABASE_URL", hint=hint)) from error
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return _postgresql(url.set(drivername="postgresql+psycopg"))
    if backend != "sqlite" or not url.database or url.database == ":memory:":
        hint = "use a SQLite file or PostgreSQL"
        raise DatabaseError(Fault("this kind of database is not supported", where="ESPALIER_DATABASE_URL", hint=hint))
    return url


def _postgresql(url: URL) -> URL:
    if wrong := postgresql.fault_of(url):
        hint = "e.g. postgresql://user@host/name?sslmode=verify-full"
        raise DatabaseError(Fault(f"not an address for PostgreSQL: {wrong}", where="ESPALIER_DATABASE_URL", hint=hint))
    return url


def _prepare_sqlite(path: str, checkpoints: bool, journal: str) -> Any:
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        cursor = connection.cursor()
        # secure_delete: erased values are overwritten with zeros, not merely released for later use.
        for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        if not checkpoints:
            cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.close()
        record.info["file"] = _identity(path)

    return prepare


def _refuse_replaced_file(path: str) -> Any:
    def check(connection: sqlite3.Connection, record: Any, proxy: Any) -> None:
        if record.info.get("file") != _identity(path):
            raise DisconnectionError("the database's file was replaced")

    return check


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("espalier_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


def _unavailable(error: BaseException | None) -> Unavailable:
    """Returns the error that says why the database cannot be used. A driver's words about a statement may quote a
    value, so of these only the kind of error goes on."""
    kind = f"{type(error).__name__} {_code(error)}".strip()
    words = postgresql.said(error) if isinstance(error, psycopg.Error) else ""
    return Unreachable(f"{words} ({kind})") if words else Unavailable(kind)


def _code(error: BaseException | None) -> str:
    return str(getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or "")
