"""When the database fails: an honest answer, and never half a sign-up."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from capture.app import create_app
from capture.models import Consent, Lead, OutboxMail, Touch
from tests.capture.databases import locked, spoilt

JSON = {"Accept": "application/json"}


@pytest.fixture
def file(database) -> Path:
    return database.file


def assert_honest(answer) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Content-Security-Policy" in answer.headers


def test_a_locked_database(client, form, database, rows):
    with locked(database):
        assert_honest(client.post("/signup", data=form()))
        answer = client.post("/signup", data=form(), headers=JSON)
        assert_honest(answer)
        assert answer.json["errors"] == {}
    assert client.post("/signup", data=form()).status_code == 303
    assert len(rows(Lead)) == 1


def test_the_answer_keeps_what_was_typed(client, form, database):
    with locked(database):
        page = client.post("/signup", data=form("m-1", locale="es", first_name='P"<at>'))
    assert 'value="P&#34;&lt;at&gt;"' in page.text
    for name, value in form("m-1", locale="es").items():
        assert name == "first_name" or f'name="{name}" value="{value}"' in page.text
    assert '<html lang="es">' in page.text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("how", ["deleted", "replaced", "not a database"])
def test_a_database_that_is_gone(client, form, file, warm, how):
    if warm:
        assert client.post("/signup", data=form()).status_code == 303
    for each in file.parent.glob("capture.sqlite*"):
        each.unlink()
    if how == "replaced":
        sqlite3.connect(file).close()
    if how == "not a database":
        file.write_bytes(b"not a database, not at all" * 100)
    for fields in (form(), form(email="x"), form(token="x"), form(website="x")):
        assert_honest(client.post("/signup", data=fields))
    assert client.get("/nowhere").status_code == 404
    assert how != "deleted" or not file.exists(), "an empty database must not be made by accident"


@pytest.mark.database("postgresql")
@pytest.mark.parametrize("warm", [True, False])
def test_a_server_that_is_gone(client, form, postgres, database, warm):
    if warm:
        assert client.post("/signup", data=form()).status_code == 303
    postgres.drop(database.url.database)
    for fields in (form(), form(email="x"), form(token="x"), form(website="x")):
        assert_honest(client.post("/signup", data=fields))
    assert client.get("/nowhere").status_code == 404


@pytest.mark.database("postgresql")
def test_connections_that_were_cut_are_made_anew(client, form, database, rows):
    assert client.post("/signup", data=form()).status_code == 303
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    with database.engine.connect() as connection:
        connection.execute(text(cut + "pg_backend_pid()"))
    assert client.post("/signup", data=form("m-1")).status_code == 303
    assert len(rows(Lead)) == 2


@pytest.mark.database("sqlite")
def test_a_full_disk(settings, clock, form):
    app = create_app(settings, clock=clock)
    database = app.extensions["espalier"].database
    # SQLite answers a limit of its own just as it answers a full disk: SQLITE_FULL.
    limit = lambda connection, record: connection.execute("PRAGMA max_page_count=1")  # noqa: E731
    event.listen(database.engine, "connect", limit)
    client = app.test_client()
    answers = [client.post("/signup", data=form(email=f"p{n}@example.com")) for n in range(60)]
    assert_honest(answers[-1])
    stored = sum(answer.status_code == 303 for answer in answers)
    with database.read() as session:
        assert session.query(Lead).count() == session.query(Touch).count() == stored
        assert session.query(OutboxMail).count() == stored
    database.engine.dispose()


def test_a_database_that_was_never_synced(empty_url, settings, form, clock):
    app = create_app(replace(settings, database_url=empty_url), clock=clock)
    database = app.extensions["espalier"].database
    database.migrate()
    assert_honest(app.test_client().post("/signup", data=form()))
    database.engine.dispose()


@pytest.mark.parametrize("table", ["touch", "consent", "outbox"])
def test_when_one_row_cannot_be_written_none_is(client, form, database, rows, table):
    with spoilt(database, table):
        answer = client.post("/signup", data=form())
        assert answer.status_code >= 500
        assert [len(rows(each)) for each in (Lead, Touch, Consent, OutboxMail)] == [0, 0, 0, 0]
    assert client.post("/signup", data=form()).status_code == 303
    assert [len(rows(each)) for each in (Lead, Touch, Consent, OutboxMail)] == [1, 1, 1, 1]


def test_when_the_last_mail_cannot_be_written_nothing_is(client, form, database, rows):
    with spoilt(database, "outbox", "kind = 'confirm'"):
        assert client.post("/signup", data=form()).status_code >= 500
    assert [len(rows(each)) for each in (Lead, Touch, Consent, OutboxMail)] == [0, 0, 0, 0]


@pytest.mark.database("sqlite")
def test_a_commit_that_fails_is_not_thanked_for(client, form, database, rows):
    def refuse(connection):
        connection.connection.dbapi_connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("disk I/O error")

    event.listen(database.engine, "commit", refuse)
    assert client.post("/signup", data=form()).status_code >= 500
    event.remove(database.engine, "commit", refuse)
    assert rows(Lead) == []


@pytest.mark.parametrize("member", ["m-2", None])
def test_many_at_once_make_one_lead(settings, clock, form, rows, app, member):
    """As many threads as the server has, all with the same person."""
    patient = create_app(replace(settings, busy_seconds=30), clock=clock)
    fields = form(member)
    statuses: list[int] = []

    def post() -> None:
        client = patient.test_client()
        statuses.extend(client.post("/signup", data=fields).status_code for _ in range(5))

    threads = [threading.Thread(target=post) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    patient.extensions["espalier"].database.engine.dispose()
    assert statuses == [303] * 80
    assert (len(rows(Lead)), len(rows(Touch)), len(rows(OutboxMail))) == (1, 80, 1)


def test_a_fault_of_ours_is_a_kind_page_without_details(client, form, monkeypatch, en, caplog):
    from capture.signup import accept

    def broken(*args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(accept, "accept_sign_up", broken)
    page = client.post("/signup", data=form())
    assert (page.status_code, en("failed_title") in page.text, "a bug" in page.text) == (500, True, False)
    answer = client.post("/signup", data=form(), headers=JSON)
    assert (answer.status_code, answer.json["errors"]) == (500, {})
    assert "RuntimeError" in caplog.text
    assert "pat@example.com" not in caplog.text
