"""The database: its rules, its schema, its history."""

from __future__ import annotations

import stat
from datetime import datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_mock_engine, inspect, text

from capture.db import Database, DatabaseError, safe_sqlite
from capture.models import Base, Lead


def test_the_schema_is_what_the_models_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(database):
    with database.writing() as connection:
        connection.execute(text("PRAGMA foreign_keys"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        command.downgrade(database._alembic(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(database._alembic(connection), "head")
    assert database.revision() == database.head


def test_migrating_again_changes_nothing(database):
    before = database.file.read_bytes()
    database.migrate()
    assert database.file.read_bytes() == before


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


def test_sqlite_is_set_up_to_lose_nothing(database):
    with database.engine.connect() as connection:
        pragma = lambda name: connection.execute(text(f"PRAGMA {name}")).scalar()  # noqa: E731
        assert (pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")) == ("wal", 2, 1)


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


def test_postgresql_is_spoken_to_by_psycopg():
    assert Database("postgresql://u@h/d").url.drivername == "postgresql+psycopg"


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
