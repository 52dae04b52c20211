"""The database: its rules, its schema, its history."""

from __future__ import annotations

import stat
from datetime import datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_mock_engine, inspect, text

from capture.base.db import Database, DatabaseError, safe_sqlite
from capture.base.unavailable import Unavailable, Unreachable
from capture.models import Base, Lead


def test_the_schema_is_what_the_models_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def _kept(connection):
    """What the first revision already held, table by table."""
    known = {
        "member": "id, slug, email, active",
        "lead": "id, member_id, email, first_name, interest, created_at",
        "touch": "id, lead_id, page, build_id, at",
        "consent": "id, lead_id, touch_id, wording, at",
        "outbox": "id, lead_id, kind, recipient, subject, text, html, created_at",
    }
    return {
        name: [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {name} ORDER BY id"))]
        for name, columns in known.items()
    }


def test_down_and_up_again_with_data(database, client, form):
    for number in range(3):
        assert client.post("/signup", data=form("m-1", email=f"p{number}@example.com")).status_code == 303
    assert client.post("/signup", data=form(None)).status_code == 303
    with database.writing() as connection:
        before = _kept(connection)
        command.downgrade(database._alembic(connection), "0001")
        assert _kept(connection) == before
        command.upgrade(database._alembic(connection), "head")
        assert _kept(connection) == before
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert len(before["lead"]) == 4
    assert database.revision() == database.head
    assert client.post("/signup", data=form("m-2")).status_code == 503, "where the service stands comes with a sync"
    with database.write() as session:
        session.execute(text("UPDATE company SET service = 'https://capture.fern.example/'"))
    assert client.post("/signup", data=form("m-2")).status_code == 303


def test_down_to_nothing_and_up_again(database, client, form):
    assert client.post("/signup", data=form("m-1")).status_code == 303
    with database.writing() as connection:
        command.downgrade(database._alembic(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(database._alembic(connection), "head")
    assert database.revision() == database.head


def test_the_newest_migration_is_told_by_its_name(database):
    assert database.head == ScriptDirectory.from_config(database._alembic(None)).get_current_head()


def test_migrating_again_changes_nothing(database, monkeypatch):
    def never(*arguments):
        raise AssertionError("a database that is up to date was migrated")

    monkeypatch.setattr(command, "upgrade", never)
    database.migrate()


def test_writers_on_postgresql_do_not_wait_for_each_other(database):
    """Two transactions at once, in one thread: where there is one writer, the second is told to try again."""
    with database.write() as one:
        one.execute(text("UPDATE member SET phone = '1' WHERE id = 'm-1'"))
        if database.is_sqlite:
            with pytest.raises(Unavailable), database.write():
                pass
            return
        with database.write() as two:
            two.execute(text("UPDATE member SET phone = '2' WHERE id = 'm-2'"))
        with pytest.raises(Unavailable, match="LockNotAvailable 55P03"), database.write() as three:
            three.execute(text("UPDATE member SET phone = '3' WHERE id = 'm-1'"))


def test_the_schema_can_be_written_for_postgresql():
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://",
        lambda sql, *rest: statements.append(str(sql.compile(dialect=engine.dialect))),
    )
    Base.metadata.create_all(engine, checkfirst=False)
    script = "\n".join(statements)
    assert "TIMESTAMP WITH TIME ZONE" in script
    assert "BIGSERIAL" in script
    assert "WHERE member_id IS NULL" in script


@pytest.mark.database("sqlite")
def test_sqlite_is_set_up_to_lose_nothing(database):
    with database.engine.connect() as connection:
        pragma = lambda name: connection.execute(text(f"PRAGMA {name}")).scalar()  # noqa: E731
        assert (pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")) == ("wal", 2, 1)


@pytest.mark.database("sqlite")
def test_commands_beside_the_service_do_not_checkpoint(database):
    beside = Database(str(database.url), checkpoints=False)
    with beside.engine.connect() as connection:
        assert connection.execute(text("PRAGMA wal_autocheckpoint")).scalar() == 0
    beside.engine.dispose()


def test_a_new_database_is_private(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/deep/capture.sqlite")
    database.migrate()
    assert stat.S_IMODE(database.file.stat().st_mode) == 0o600
    database.engine.dispose()


def test_a_missing_or_old_database_is_told_with_a_hint(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/capture.sqlite")
    with pytest.raises(DatabaseError, match="there is no database here\n  hint: run `capture sync DIR`"):
        database.require()
    assert not database.file.exists()
    database.file.touch()
    with pytest.raises(DatabaseError, match="hint: run `capture migrate`"):
        database.require()
    database.engine.dispose()


@pytest.mark.parametrize("address", ["nonsense", "mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_used(address):
    with pytest.raises(DatabaseError, match="ESPALIER_DATABASE_URL: "):
        Database(address)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2", "postgres+psycopg"])
def test_postgresql_is_spoken_to_by_psycopg(scheme):
    assert Database(f"{scheme}://u@h/d").url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://u:hush@h/d?foo=1", 'invalid connection option "foo"'),
        ("postgresql://u:hush@h/d?autocommit=1", 'invalid connection option "autocommit"'),
        (
            "postgresql://u:hush@h/d?prepare_threshold=-1",
            "prepare_threshold is neither a whole number from 0 on nor none",
        ),
        ("postgresql://u:hush@h/d?prepare_threshold=often", "prepare_threshold is neither"),
        ("postgresql://u:hush@h/d?prepare_threshold=1&prepare_threshold=2", "prepare_threshold is neither"),
        ("postgresql://u:hush@h/d?connect_timeout=soon", "invalid literal for int"),
        ("postgresql://u:hu@sh@h/d", "two @ before the host: write one that belongs to the password as %40"),
        ("postgresql://u:hush@h:port/d", "not a database address"),
    ],
)
def test_an_address_for_postgresql_that_cannot_be_used(address, told):
    with pytest.raises(DatabaseError) as found:
        Database(address)
    assert str(found.value).startswith("ESPALIER_DATABASE_URL: ")
    assert told in str(found.value)
    assert "sh@" not in str(found.value)
    assert "hush" not in str(found.value)


@pytest.mark.parametrize("given", ["", "?prepare_threshold=none", "?prepare_threshold=0", "?prepare_threshold=7"])
def test_statements_stay_prepared_only_where_the_address_asks_for_it(postgres, given):
    url = postgres.url("postgres")
    database = Database(url + given.replace("?", "&"))
    with database.read() as session:
        for number in range(9):
            assert session.scalar(text("SELECT CAST(:number AS integer)"), {"number": number}) == number
        kept = session.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    database.engine.dispose()
    assert (kept > 0) is (given not in ("", "?prepare_threshold=none"))


@pytest.mark.database("postgresql")
def test_the_address_decides_about_its_connections(database_url):
    own = Database(f"{database_url}&application_name=mine&options=-c%20work_mem%3D8MB", busy_seconds=0.3)
    asked = "application_name", "work_mem", "lock_timeout", "idle_in_transaction_session_timeout"
    with own.read() as session:
        found = [session.scalar(text(f"SELECT current_setting('{name}')")) for name in asked]
    own.engine.dispose()
    assert found == ["mine", "8MB", "300ms", "1min"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("?host={0}&{1}", 'database "nowhere" does not exist'),
        ("?host={0}&user=somebody", 'role "somebody" does not exist'),
        ("?host=/nowhere", "No such file or directory"),
        ("?host=127.0.0.1&port=1", "Connection refused"),
        ("?host=nowhere.invalid", "nowhere.invalid"),
        ("?host=127.0.0.1&sslmode=always", 'invalid sslmode value: "always"'),
    ],
)
def test_a_connection_that_fails_is_told_in_libpq_s_words(postgres, change, told):
    folder = postgres.url("postgres").partition("host=")[2]
    database = Database(f"postgresql://postgres:hush@/nowhere{change.format(folder, 'sslmode=disable')}")
    with pytest.raises(Unreachable) as found:
        database.revision()
    database.engine.dispose()
    assert told in str(found.value)
    assert "hush" not in str(found.value)
    assert "\n" not in str(found.value)


_RAISE = "DO 'BEGIN RAISE EXCEPTION ''pat@example.com'' USING ERRCODE = ''55P03''; END'"


@pytest.mark.database("postgresql")
def test_a_fault_of_a_statement_quotes_no_value(database):
    with pytest.raises(Unavailable) as found, database.write() as session:
        session.execute(text(_RAISE))
    assert not isinstance(found.value, Unreachable)
    assert "pat@" not in str(found.value)


@pytest.mark.database("postgresql")
def test_a_snapshot_sees_one_moment_and_writes_nothing(database):
    count = text("SELECT count(*) FROM member")
    with database.snapshot() as connection:
        before = connection.scalar(count)
        with database.write() as session:
            session.execute(text("DELETE FROM slug"))
            session.execute(text("DELETE FROM member WHERE id = 'm-3'"))
        assert connection.scalar(count) == before
        with pytest.raises(Exception, match="read-only transaction"):
            connection.execute(text("DELETE FROM member"))


def test_a_moment_without_a_time_zone_is_refused(database):
    with pytest.raises(Exception, match="a moment without a time zone"), database.write() as session:
        session.add(Lead(email="a@example.com", interest="both", locale="en", created_at=datetime(2026, 1, 1)))


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
    ],
)
def test_which_sqlite_is_safe_for_several_processes(version, safe):
    assert safe_sqlite(version) is safe
