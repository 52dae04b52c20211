"""Statements that SQLAlchemy compiles once and the database's own driver runs every time.

A sign-up is a dozen small statements. Running one through SQLAlchemy takes several times as long as the database itself
needs; a compiled statement that is handed to the driver saves that. Columns, types and dialects stay SQLAlchemy's: no
SQL is written here as a string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from capture.models import Base

Insert = Callable[[Any], Any]
"""SQLAlchemy's ``insert`` function for one kind of database: only these have ``ON CONFLICT``, the general one has
not."""

Convert = Callable[[Any], Any] | None


class Driver:
    """Runs prepared statements by the database's own driver, in a transaction that SQLAlchemy began.

    ``gathers``: True if rows that are not read before the end of the transaction wait for ``flush``, and are inserted
    together.
    """

    __slots__ = ("_gathered", "connection", "dialect", "execute", "gathers", "writes")

    def __init__(self, connection: Connection, *, gathers: bool = False) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self.gathers = gathers
        self.writes = 0
        """How many statements of this transaction have changed the database, gathered rows included."""
        raw = connection.connection.driver_connection
        assert raw is not None
        self.execute: Callable[[str, Any], Any] = raw.execute
        self._gathered: dict[Prepared, list[Any]] = {}

    def gather(self, prepared: Prepared, row: Any) -> None:
        """Keeps a row, which the statement ``prepared`` inserts at the next ``flush``."""
        self.writes += 1
        self._gathered.setdefault(prepared, []).append(row)

    def flush(self) -> None:
        """Inserts the gathered rows, in one call for each statement."""
        raw = self.connection.connection.driver_connection
        assert raw is not None
        gathered, self._gathered = self._gathered, {}
        for prepared, rows in gathered.items():
            raw.cursor().executemany(prepared.text(self), rows)

    @classmethod
    def of(cls, session: Session) -> Driver:
        """Returns an object that runs prepared statements in a session's transaction, after flushing the session."""
        session.flush()
        return cls(session.connection())

    @property
    def is_postgresql(self) -> bool:
        """True for PostgreSQL, where several transactions may write at once."""
        return bool(self.dialect.name == "postgresql")


class Prepared:
    """An SQL statement that is compiled once and run many times, with named values: ``prepared(driver, email="…")``.

    ``make``: returns the statement; called once for each kind of database. ``columns``: the names of the columns, for
    inserts of whole rows. ``otherwise``: default values.
    """

    def __init__(
        self,
        make: Callable[[Insert], Any],
        columns: Sequence[str] | None = None,
        otherwise: Mapping[str, Any] | None = None,
    ) -> None:
        self._make = make
        self._columns = columns
        self._otherwise = otherwise or {}
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, driver: Driver, /, **values: Any) -> list[tuple[Any, ...]]:
        """Runs the statement. Returns its rows as the driver gives them; an empty list if it returns none."""
        compiled = self._for(driver)
        cursor = driver.execute(compiled.text, compiled.told(values))
        if not compiled.returns:
            driver.writes += 1
            return []
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        if compiled.writes and rows:
            driver.writes += 1
        return rows

    def later(self, driver: Driver, /, **values: Any) -> None:
        """Runs the statement now or, if ``driver.gathers``, at the driver's next ``flush``. For rows that the
        transaction itself does not read."""
        if driver.gathers:
            driver.gather(self, self._for(driver).told(values))
        else:
            self(driver, **values)

    def text(self, driver: Driver) -> str:
        """Returns the SQL text of the statement for the driver's kind of database."""
        return self._for(driver).text

    def _for(self, driver: Driver) -> _Compiled:
        try:
            return self._compiled[driver.dialect.name]
        except KeyError:
            found = self._compiled[driver.dialect.name] = self._compile(driver.dialect)
            return found

    def _compile(self, dialect: Dialect) -> _Compiled:
        insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
        statement = self._make(insert)
        return _Compiled(statement.compile(dialect=dialect, column_keys=self._columns), dialect, self._otherwise)


def insert_into(table: type[Base], *returning: str, unless_there: bool = False) -> Prepared:
    """Returns a prepared statement that inserts one row into a table. Columns that are not given get their default, or
    NULL.

    ``returning``: columns that the statement returns. ``unless_there``: the statement does nothing if a unique index
    already has such a row.
    """
    kept = table.__table__
    assert isinstance(kept, Table)
    columns = [column for column in kept.columns if column is not kept.autoincrement_column]

    def make(insert: Insert) -> Any:
        statement = insert(kept)
        if unless_there:
            statement = statement.on_conflict_do_nothing()
        return statement.returning(*(kept.c[name] for name in returning)) if returning else statement

    otherwise = {column.key: _default(column) for column in columns if column.nullable or _default(column) is not None}
    return Prepared(make, [column.key for column in columns], otherwise)


def _default(column: Column[Any]) -> Any:
    return column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None


class _Compiled:
    """An SQL statement that was compiled for one kind of database."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect, otherwise: Mapping[str, Any]) -> None:
        self.text = str(compiled)
        self.writes = compiled.isinsert or compiled.isupdate or compiled.isdelete
        self.returns = not self.writes or bool(compiled.effective_returning)
        self._positional = compiled.positiontup is not None
        self._fixed = dict(otherwise)
        self._plan: list[tuple[str, Convert]] = []
        for name in compiled.positiontup or compiled.params:
            bind = compiled.binds[name]
            if not bind.required:
                self._fixed[name] = bind.effective_value
            self._plan.append((name, bind.type.dialect_impl(dialect).bind_processor(dialect)))

    def told(self, values: dict[str, Any]) -> Any:
        """Returns a statement's values, converted for the driver: a list or a dictionary, as the driver needs them."""
        if self._fixed:
            values = self._fixed | values
        if self._positional:
            return [values[name] if convert is None else convert(values[name]) for name, convert in self._plan]
        return {name: values[name] if convert is None else convert(values[name]) for name, convert in self._plan}
