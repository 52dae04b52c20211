"""What ``/readyz`` says while a sign-up cannot be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text

from capture.base.db import Database
from capture.health import readiness
from capture.models import Readiness

LOCKS = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""

FRAME = 4096 + 24
"""Bytes that a changed page takes in SQLite's write-ahead log."""


@pytest.fixture(autouse=True)
def _asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)


@contextmanager
def holding(database: Database, statement: str) -> Iterator[None]:
    """Another program has run a statement, and its transaction stays open."""
    with database.engine.connect() as other, other.begin():
        other.execute(text(statement))
        yield


def locks(app: Flask, work: Callable[[], object]) -> set[tuple[str, str]]:
    """The tables that the service's transactions hold locks on when they end, and the kinds of these locks."""
    engine, seen = app.extensions["espalier"].database.engine, set[tuple[str, str]]()

    def look(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        seen.update(driver.execute(LOCKS).fetchall())

    event.listen(engine, "commit", look)
    try:
        work()
    finally:
        event.remove(engine, "commit", look)
    return seen


@pytest.mark.database("postgresql")
@pytest.mark.parametrize("table", [each.__tablename__ for each in (*readiness.WRITTEN, *readiness.READ)])
def test_not_ready_while_a_table_of_sign_ups_is_locked(client: FlaskClient, database: Database, table: str) -> None:
    with holding(database, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["status"]) == (503, "not ready")
        assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.database("postgresql")
@pytest.mark.parametrize(
    "statement",
    [
        "LOCK TABLE lead IN SHARE MODE",  # as CREATE INDEX does
        "LOCK TABLE outbox IN EXCLUSIVE MODE",
        "SELECT 1 FROM chain FOR UPDATE",  # as a transaction does that appends evidence, and hangs
    ],
)
def test_not_ready_exactly_while_sign_ups_are_refused(
    client: FlaskClient, database: Database, form: Callable[..., dict[str, Any]], statement: str
) -> None:
    with holding(database, statement):
        assert client.post("/signup", data=form()).status_code == 503
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "LockNotAvailable" in answer.json["reason"]
    assert client.get("/readyz").status_code == 200
    assert client.post("/signup", data=form()).status_code == 303


@pytest.mark.database("postgresql")
def test_ready_while_others_read_and_write(client: FlaskClient, database: Database) -> None:
    with holding(database, "LOCK TABLE lead, outbox IN ROW EXCLUSIVE MODE"):
        assert client.get("/readyz").status_code == 200
    with holding(database, "LOCK TABLE lead IN SHARE UPDATE EXCLUSIVE MODE"):  # as VACUUM does
        assert client.get("/readyz").status_code == 200


@pytest.mark.database("postgresql")
def test_the_tables_are_those_that_a_sign_up_needs(
    client: FlaskClient, app: Flask, form: Callable[..., dict[str, Any]]
) -> None:
    def sign_up() -> None:
        for fields in (form(), form(), form("m-1", campaign="radio7"), form(None, introducer="Bo")):
            assert client.post("/signup", data=fields).status_code == 303

    needed = locks(app, sign_up)
    written = {table for table, mode in needed if mode == "RowExclusiveLock"}
    assert {"lead", "touch", "consent", "outbox"} < written
    assert written <= {each.__tablename__ for each in readiness.WRITTEN}
    assert needed - locks(app, lambda: client.get("/readyz")) == {
        # An ACCESS EXCLUSIVE lock alone stops these, and that stops reading, too.
        *((table, "AccessShareLock") for table in ("lead", "outbox", "spent")),
        *((table, "RowShareLock") for table in ("lead", "member", "touch")),
    }


@pytest.mark.database("sqlite")
def test_as_much_is_stored_as_a_sign_up_takes(
    client: FlaskClient, database: Database, form: Callable[..., dict[str, Any]], rows: Callable[..., list[Any]]
) -> None:
    """And always the same: a probe that is asked for years needs no more room than on its first day."""
    for number in range(50):
        client.post("/signup", data=form("m-1", email=f"p{number}@d{number}.example"))
    log = database.file.with_name(f"{database.file.name}-wal")
    assert database.truncate_log()
    long = {f"utm_{name}": "x" * 200 for name in ("source", "medium", "campaign", "term", "content")}
    assert client.post("/signup", data=form("m-1", email="long@example.com", **long)).status_code == 303
    sign_up = log.stat().st_size
    assert database.truncate_log()
    assert client.get("/readyz").status_code == 200
    assert log.stat().st_size > 1.5 * sign_up > 10 * FRAME
    assert database.truncate_log()
    before = database.file.stat().st_size
    for _ in range(5):
        assert client.get("/readyz").status_code == 200
    assert database.truncate_log()
    assert database.file.stat().st_size == before
    assert [len(each.room) for each in rows(Readiness)] == [readiness.ROOM_BYTES]
