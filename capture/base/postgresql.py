"""Connects to PostgreSQL, straight or through a connection pooler such as pgbouncer.

A pooler in transaction mode gives each transaction another connection of the server. So nothing here belongs to a
connection: timeouts are set for each transaction, and no statement is prepared in the server unless the address asks
for it (``?prepare_threshold=5``).
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import conninfo
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

IDLE_MS = 60_000
"""Milliseconds after which PostgreSQL ends a transaction whose program sends nothing, so that its locks are
released."""


PREPARE = "prepare_threshold"
"""The field of an address that says after how many runs the server keeps a statement prepared: a whole number, or
``none`` (the default) for never."""


SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""The kind of transaction that reads everything as of one moment, for the execution option ``espalier_begin``."""


_ABOUT_CONNECTIONS = {"08", "28", "3D", "53", "57"}
"""Classes of PostgreSQL's error codes whose messages are about the connection or the server: connection, authorisation,
database name, resources, intervention of the operator."""


def make_engine(url: URL, busy_seconds: float) -> Engine:
    """Returns an engine for PostgreSQL. ``busy_seconds``: how long a transaction waits for a lock, for a free
    connection of the pool, or for the server to answer a new connection."""
    engine = create_engine(
        url.difference_update_query([PREPARE]),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=16,
        max_overflow=16,
        pool_timeout=busy_seconds,
        connect_args={
            "connect_timeout": max(2, round(busy_seconds)),
            "application_name": "espalier-capture",
            # What the address says itself, counts.
            **{name: url.query[name] for name in ("connect_timeout", "application_name") if name in url.query},
            "prepare_threshold": _threshold(url),
            # So that ``_beginning`` begins transactions, and not the driver.
            "autocommit": True,
        },
    )
    event.listen(engine, "begin", _beginning(busy_seconds))
    return engine


def fault_of(url: URL) -> str | None:
    """Returns what is wrong with an address, in libpq's words where it has some; None if it can be tried."""
    if "@" in (url.host or ""):
        return "two @ before the host: write one that belongs to the password as %40"
    try:
        _threshold(url)
    except ValueError:
        return f"{PREPARE} is neither a whole number from 0 on nor none"
    try:
        bare = url.difference_update_query([PREPARE])
        _, named = bare.get_dialect()().create_connect_args(bare)
        int(named.get("connect_timeout", 0))
        conninfo.make_conninfo(**named)
    except (psycopg.Error, ArgumentError, ValueError) as error:
        words = _first_line(error)
        return words.replace(url.password, "***") if url.password else words
    return None


def said(error: psycopg.Error) -> str:
    """Returns what libpq, the server or a pooler says about a connection, in one line; nothing for faults of
    statements, whose words may quote a value."""
    if error.sqlstate is not None:
        told = error.diag.message_primary or ""
        return told if error.sqlstate[:2] in _ABOUT_CONNECTIONS else ""
    return _first_line(error) if isinstance(error, psycopg.OperationalError) else ""


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _threshold(url: URL) -> int | None:
    """Returns the value of ``PREPARE``. Raises ValueError if it cannot be read."""
    given = url.query.get(PREPARE, "none")
    if not isinstance(given, str):
        raise ValueError(given)
    if given.casefold() in ("none", ""):
        return None
    threshold = int(given)
    if threshold < 0:
        raise ValueError(given)
    return threshold


def _beginning(busy_seconds: float) -> Any:
    milliseconds = max(1, round(busy_seconds * 1000))
    # A sign-up that waits for a lock is asked to try again, as on SQLite.
    timeouts = f"SET LOCAL lock_timeout = {milliseconds}; SET LOCAL idle_in_transaction_session_timeout = {IDLE_MS}"

    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("espalier_begin", "")
        driver = connection.connection.driver_connection
        assert driver is not None
        # All in one message: the timeouts take no time of their own. Several statements cannot be prepared.
        driver.execute(f"BEGIN {kind}; {timeouts}", prepare=False)

    return begin
