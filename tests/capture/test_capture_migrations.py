"""The schema's history, with rows in the tables."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text

from capture.db import Database


@pytest.fixture
def old(tmp_path):
    """A database as the first version of the service left it: one lead whose thank-you was never sent."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    database.file.touch()
    with database.writing() as connection:
        command.upgrade(database._alembic(connection), "0001")
        moment = "2026-03-04 05:06:07"
        for statement in (
            f"INSERT INTO lead VALUES (7, NULL, 'pat@Example.com', 'Pat', 'both', 'en', '{moment}', NULL)",
            f"INSERT INTO outbox VALUES (3, 7, 'thank-you', 'pat@Example.com', 'en', 's', 't', 'h', '{moment}')",
        ):
            connection.execute(text(statement))
    yield database
    database.engine.dispose()


def test_old_rows_come_along(old):
    old.migrate()
    with old.read() as session:
        assert session.execute(text("SELECT id, lead_id, domain, state, attempts FROM outbox")).all() == [
            (3, 7, "example.com", "waiting", 0)
        ]
        assert session.scalar(text("SELECT message_id FROM outbox")) == "outbox-3@espalier.invalid"


def test_and_back_again(old):
    old.migrate()
    with old.writing() as connection:
        command.downgrade(old._alembic(connection), "0001")
    with old.read() as session:
        assert session.execute(text("SELECT id, lead_id, recipient FROM outbox")).all() == [(3, 7, "pat@Example.com")]
        assert session.execute(text("SELECT id, email FROM lead")).all() == [(7, "pat@Example.com")]
