"""The whole content in one file, and back, on and between both databases."""

from __future__ import annotations

import gzip
import stat
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from capture.base.db import Database
from capture.credit import evidence
from capture.mailing import suppression
from capture.models import Base, BudgetUse, Decision, HourlyCount, Lead, PersonalData, ProspectActivity, Suppression
from capture.ops.backup import BackupError, backup, restore


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key)).all()]
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def filled(database, client, form):
    """A database in which something has happened."""
    for number in range(5):
        fields = form("m-1" if number % 2 else None, email=f"p{number}@example.com", utm_source='rádio "1"')
        assert client.post("/signup", data=fields).status_code == 303
    return database


@pytest.fixture
def lived(database, client, form, confirmed, mailed, open_my_data, clock):
    """A database in which everything has happened, an erasure included."""
    confirmed("m-1", utm_source='rádio "1"')
    clock.forward(days=2, microseconds=123456)
    confirmed("m-2")
    client.post(mailed("thank-you", "unsubscribe"))
    confirmed("m-2", "gone@example.com")
    client.post("/my-data", data={"email": "gone@example.com"})
    path = open_my_data(mailed("my-data", "my-data", "gone@example.com")).path
    client.post(f"{path}/erase", data={"sure": "yes"})
    for member in ("m-1", "m-2"):
        client.post("/signup", data=form(member, email="held@example.com", first_name=None))
    for table in (ProspectActivity, Decision, PersonalData, Suppression, BudgetUse, HourlyCount):
        assert content(database)[table.__tablename__], table
    return database


def test_there_and_back_again_nothing_is_another(lived, other, tmp_path, empty, links):
    """Into a database of either kind, and from there into one of the first: the same rows, and the chain holds."""
    backup(lived, tmp_path / "there")
    restore(other, tmp_path / "there")
    backup(other, tmp_path / "back")
    restore(empty, tmp_path / "back")
    assert content(lived) == content(other) == content(empty)
    with lived.read() as session:
        seal = evidence.audit(session).seal
    for each in (other, empty):
        with each.read() as session:
            report = evidence.audit(session, seal)
            assert (report.faults, report.erased) == ([], 1)
            assert suppression.reasons(session, links.address_keys, "gone@example.com", datetime.now(UTC)) == {"erased"}


def test_a_path_with_odd_letters(filled, empty, tmp_path):
    folder = tmp_path / "a b?c#d%20é"
    folder.mkdir()
    backup(filled, folder / "back?up#1%2f")
    restore(empty, folder / "back?up#1%2f")
    assert content(empty) == content(filled)
    if filled.file is not None:
        moved = Database(f"sqlite:///{folder}/x")
        restore(moved, folder / "back?up#1%2f")
        backup(moved, tmp_path / "again")
        assert content(moved) == content(filled)
        moved.engine.dispose()


@pytest.fixture
def empty(empty_url):
    database = Database(empty_url)
    yield database
    database.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request, tmp_path, postgres):
    """An empty database of either kind."""
    name = postgres.create() if request.param == "postgresql" else ""
    database = Database(postgres.url(name) if name else f"sqlite:///{tmp_path}/other.sqlite")
    yield database
    database.engine.dispose()
    if name:
        postgres.drop(name)


def test_a_restored_database_has_the_same_content(filled, other, tmp_path):
    backup(filled, tmp_path / "backup")
    counts = restore(other, tmp_path / "backup")
    assert content(other) == content(filled)
    assert (counts["lead"], counts["member"]) == (5, 3)
    assert other.revision() == other.head
    with other.write() as session:
        lead = session.get_one(Lead, 1)
        values = {column.key: getattr(lead, column.key) for column in Lead.__table__.columns}
        fresh = Lead(**(values | {"id": None, "email": "later@example.com"} | _unique(values)))
        session.add(fresh)
        session.flush()
        assert fresh.id == 6, "numbers go on where they stopped"


def _unique(values: dict[str, object]) -> dict[str, object]:
    return {"handle": "f" * 32} if "handle" in values else {}


def test_it_is_taken_while_somebody_writes(filled, tmp_path, empty):
    before = content(filled)
    with filled.write() as session:
        session.get_one(Lead, 1).first_name = "Unfinished"
        session.flush()
        backup(filled, tmp_path / "backup")
    restore(empty, tmp_path / "backup")
    assert content(empty) == before


def test_the_file_is_private_and_replaces_the_old_one_at_once(filled, tmp_path):
    backup(filled, tmp_path / "deep" / "backup")
    backup(filled, tmp_path / "deep" / "backup")
    assert stat.S_IMODE((tmp_path / "deep" / "backup").stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["backup"]


def test_a_database_with_content_is_left_alone(filled, tmp_path):
    backup(filled, tmp_path / "backup")
    before = content(filled)
    with pytest.raises(BackupError, match="the database is not empty\n  hint: restore into a new database"):
        restore(filled, tmp_path / "backup")
    assert content(filled) == before


@pytest.mark.parametrize("damage", [b"", b"nonsense", gzip.compress(b"{}\n", mtime=0), b"\x1f\x8bnonsense"])
def test_something_else_is_no_backup(empty, tmp_path, damage):
    (tmp_path / "backup").write_bytes(damage)
    with pytest.raises(BackupError, match="not a backup of this program"):
        restore(empty, tmp_path / "backup")
    assert not empty.has_rows()


def test_a_missing_file(empty, tmp_path):
    with pytest.raises(BackupError, match="cannot be read: No such file"):
        restore(empty, tmp_path / "none")


@pytest.mark.database("postgresql")
def test_a_backup_cut_short_restores_nothing(filled, empty, tmp_path):
    backup(filled, tmp_path / "backup")
    whole = gzip.decompress((tmp_path / "backup").read_bytes())
    for part in (whole[: whole.rindex(b"\n", 0, -20) + 1], whole[:-40]):
        (tmp_path / "part").write_bytes(gzip.compress(part))
        with pytest.raises(BackupError, match="the backup is cut short or damaged"):
            restore(empty, tmp_path / "part")
        assert not empty.has_rows()
