"""The schema's history, with rows in the tables."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, select, text

from capture.base.db import Database
from capture.base.identity import fold
from capture.credit import evidence


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
        assert session.scalar(text("SELECT search FROM lead")) == "pat@example.com\npat"


def test_and_back_again(old):
    old.migrate()
    with old.writing() as connection:
        command.downgrade(old._alembic(connection), "0001")
    with old.read() as session:
        assert session.execute(text("SELECT id, lead_id, recipient FROM outbox")).all() == [(3, 7, "pat@Example.com")]
        assert session.execute(text("SELECT id, email FROM lead")).all() == [(7, "pat@Example.com")]


KEPT = ("company", "member", "slug", "page", "wording", "lead", "touch", "consent", "outbox")
"""The tables of the first version: whatever later versions add to them, these rows and columns come through."""


@pytest.fixture
def lived(database, client, confirmed, form, clock):
    """A database in which everything has happened, at the newest version."""
    confirmed("m-1", utm_source='rádio "1"')
    confirmed("m-2", "ann@example.com", first_name="Änn")
    client.post("/signup", data=form(None, email="new@example.com", first_name=None))
    client.post("/my-data", data={"email": "ann@example.com"})
    return database


def step(database: Database, revision: str, *, down: bool) -> None:
    with database.writing() as connection:
        (command.downgrade if down else command.upgrade)(database._alembic(connection), revision)


def content(database: Database) -> dict[str, list[dict[str, object]]]:
    """The rows of the first tables, with the columns that they have at this version."""
    with database.read() as session:
        found = {}
        for name in KEPT:
            table = Table(name, MetaData(), autoload_with=session.connection())
            found[name] = [dict(row) for row in session.execute(select(table)).mappings()]
    return found


def assert_kept(low: dict[str, list[dict[str, object]]], other: dict[str, list[dict[str, object]]]) -> None:
    """Every row of ``low``, which knows the fewest columns, is in ``other``, the same in each of these."""
    for name in KEPT:
        assert low[name], f"nothing in {name} would be lost unseen"
        columns = sorted(set(low[name][0]) & set(other[name][0]))
        one, two = (sorted(repr([row[each] for each in columns]) for row in rows[name]) for rows in (low, other))
        assert one == two, name


def revisions(database: Database) -> list[str]:
    """All of them, the newest first."""
    script = ScriptDirectory.from_config(database._alembic(None))
    return [each.revision for each in script.walk_revisions()]


@pytest.mark.slow
def test_every_step_down_and_up_again_keeps_what_people_gave(lived, client, form, clock):
    """One version down and up, two down and up, … to the first one: on both databases, with rows in them."""
    whole = content(lived)
    found = revisions(lived)
    assert len(found) > 5
    for target in found[1:]:
        lived.engine.dispose()
        step(lived, target, down=True)
        assert lived.revision() == target
        low = content(lived)
        assert_kept(low, whole)
        for following in reversed(found[: found.index(target)]):
            step(lived, following, down=False)
        assert lived.revision() == lived.head
        assert_kept(low, content(lived))
    lived.engine.dispose()
    clock.forward(days=2)
    fields = form("m-1", email="later@example.com")
    assert client.post("/signup", data=fields).status_code == 503, "where the service stands comes with the next sync"
    with lived.writing() as connection:
        connection.execute(text("UPDATE company SET service = 'https://capture.fern.example/'"))
    assert client.post("/signup", data=fields).status_code == 303
    with lived.read() as session:
        report = evidence.audit(session)
    assert report.faults == []
    assert report.older == 6, "three touches and their consents: a seal made today would prove nothing of yesterday"


def test_members_addresses_are_folded_on_the_way_up(lived):
    addresses = {"m-1": "Ana@Bücher.example", "m-2": "B.o+x@GoogleMail.com", "m-3": "+@x.example."}
    step(lived, "0011", down=True)
    with lived.writing() as connection:
        for number, address in addresses.items():
            values = {"number": number, "address": address}
            connection.execute(text("UPDATE member SET email = :address WHERE id = :number"), values)
    step(lived, "0013", down=False)
    with lived.read() as session:
        found = dict(session.execute(text("SELECT id, folded_email FROM member")).all())
    assert found == {number: fold(address) for number, address in addresses.items()}


def test_all_the_way_down_and_up_from_nothing(empty_url):
    database = Database(empty_url)
    database.migrate()
    step(database, "base", down=True)
    assert database.revision() is None
    assert not database.has_rows()
    database.migrate()
    assert database.revision() == database.head
    database.engine.dispose()
