"""Behind pgbouncer in transaction mode, where each transaction gets another connection of the server."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from capture.base.db import Database
from capture.base.unavailable import Unavailable, Unreachable
from capture.company.directory import load_directory
from capture.credit import evidence
from capture.models import Consent, Lead, OutboxMail, Touch
from capture.settings import Settings
from capture.sync.site_folder import sync
from tests import required
from tests.capture import pooler
from tests.capture.applications import application
from tests.capture.mailserver import Handler, serving
from tests.capture.process import environment

pytestmark = [pytest.mark.slow, pytest.mark.database("postgresql")]

PEOPLE = 200
SENDERS = 16
CONNECTIONS = 3


@pytest.fixture
def pooled(database_url: str) -> Iterator[str]:
    """The test's database, through a pooler with fewer connections than there are senders."""
    if pooler.program() is None:
        required.skip_or_fail(required.SERVERS, pooler.MISSING)
    with pooler.pooling(database_url, connections=CONNECTIONS) as url:
        yield url


def everybody(work: Callable[[int], int]) -> Counter[int]:
    """Does something for each person, several at once; how often each status was answered."""
    with ThreadPoolExecutor(SENDERS) as senders:
        return Counter(senders.map(work, range(PEOPLE)))


def test_two_hundred_sign_ups_their_confirmations_and_mails(
    settings: Settings,
    pooled: str,
    clock: Any,
    form: Callable[..., dict[str, Any]],
    rows: Callable[..., list[Any]],
    mailed: Callable[..., str],
    database: Database,
    tmp_path: Path,
) -> None:
    """Two services, as in two processes, and two workers: everything is answered, and nothing is lost or mixed up."""
    through = replace(settings, database_url=pooled, busy_seconds=30)
    apps = [application(through, clock) for _ in range(2)]
    members = ("m-1", "m-2", None)
    forms = [
        form(members[number % 3], email=f"p{number}@d{number % 7}.example", first_name=f"Pat {number}")
        for number in range(PEOPLE)
    ]

    def sign_up(number: int) -> int:
        sender = {"REMOTE_ADDR": f"198.51.{number}.7"}
        return apps[number % 2].test_client().post("/signup", data=forms[number], environ_base=sender).status_code

    assert everybody(sign_up) == {303: PEOPLE}
    assert [len(rows(table)) for table in (Lead, Touch, Consent)] == [PEOPLE] * 3
    paths = [mailed("confirm", "confirm", each["email"]) for each in forms]
    assert len(set(paths)) == PEOPLE
    assert _send(through, tmp_path) == Counter(each["email"] for each in forms)
    assert {each.state for each in rows(OutboxMail)} == {"sent"}
    assert everybody(lambda number: apps[number % 2].test_client().post(paths[number]).status_code) == {200: PEOPLE}
    for app in apps:
        app.extensions["espalier"].database.engine.dispose()
    stored = {(each.email, each.first_name, each.member_id, each.confirmed) for each in rows(Lead)}
    assert stored == {
        (each["email"], each["first_name"], members[number % 3], True) for number, each in enumerate(forms)
    }
    with database.read() as session:
        assert evidence.audit(session).faults == []


def _send(settings: Settings, tmp_path: Path) -> Counter[str]:
    """Lets two workers send what is due; returns how many mails each address got."""
    handler = Handler()
    with serving(handler) as port:
        told = environment(
            settings, ESPALIER_SMTP_URL=f"smtp://127.0.0.1:{port}", ESPALIER_MAIL_FROM="mail@fern.example.com"
        )
        command = [sys.executable, "-m", "capture", "worker", "--once"]
        workers = [subprocess.Popen(command, env=told, cwd=tmp_path) for _ in range(2)]
        assert [each.wait(120) for each in workers] == [0, 0]
    return Counter(str(mail["To"]) for mail in handler.mails)


def test_every_transaction_has_its_timeouts_and_leaves_none_behind(pooled: str, database: Database) -> None:
    through = Database(pooled, busy_seconds=0.3)
    asked = "SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')"
    with through.write() as session:
        assert session.execute(text(asked)).one() == ("300ms", "1min")
    with database.write() as session:
        session.execute(text("UPDATE member SET phone = '1' WHERE id = 'm-1'"))
        with pytest.raises(Unavailable, match="LockNotAvailable 55P03"), through.write() as other:
            other.execute(text("UPDATE member SET phone = '2' WHERE id = 'm-1'"))
    through.engine.dispose()
    with psycopg.connect(pooled) as plain:
        assert plain.execute(asked).fetchone() == ("0", "0")


def test_a_sync_among_others_work(pooled: str, database: Database, folder: Path) -> None:
    """Each transaction may get another connection than the one before: a sync keeps nothing from one to the next."""
    (folder / "campaigns.csv").unlink()
    header = "id,slug,name,email,status"
    roster = (f"n-{number},n{number},Nina {number},nina{number}@example.com,active" for number in range(2_500))
    (folder / "members.csv").write_text("\n".join((header, *roster)) + "\n", encoding="utf-8")
    through, done = Database(pooled, busy_seconds=30), threading.Event()

    def read_on() -> None:
        while not done.is_set():
            with through.read() as session:
                session.execute(text("SELECT count(*) FROM member"))

    with ThreadPoolExecutor(CONNECTIONS) as others:
        reading = [others.submit(read_on) for _ in range(CONNECTIONS)]
        try:
            summaries = [sync(through, load_directory(folder), remove_up_to=2) for _ in range(3)]
        finally:
            done.set()
        for each in reading:
            each.result()
    through.engine.dispose()
    assert [(each.added, each.members) for each in summaries] == [(2_500, 2_500), (0, 2_500), (0, 2_500)]
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM member WHERE active AND id LIKE 'n-%'")) == 2_500


def test_no_statement_stays_in_the_server(pooled: str) -> None:
    """What one client prepared would fail for the next one, or run with its values."""
    through = Database(pooled, busy_seconds=30)

    def ask(number: int) -> int:
        with through.read() as session:
            assert session.scalar(text("SELECT CAST(:number AS integer)"), {"number": number}) == number
            return session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) or 0

    assert everybody(ask) == {0: PEOPLE}
    through.engine.dispose()


def test_the_pooler_says_itself_why_it_refuses(database_url: str) -> None:
    if pooler.program() is None:
        required.skip_or_fail(required.SERVERS, pooler.MISSING)
    with pooler.pooling(database_url, connections=1, query_wait_timeout=1) as url:
        nowhere = Database(url.replace("/pooled?", "/other?"))
        with pytest.raises(Unreachable, match="no such database: other"):
            nowhere.revision()
        nowhere.engine.dispose()
        _wait_in_the_queue(url)


def _wait_in_the_queue(url: str) -> None:
    """Another client holds the pooler's only connection."""
    through, held, done = Database(url, busy_seconds=30), threading.Event(), threading.Event()

    def hold() -> None:
        with through.read() as session:
            session.execute(text("SELECT 1"))
            held.set()
            done.wait(30)

    with ThreadPoolExecutor(1) as other:
        holding = other.submit(hold)
        assert held.wait(30)
        try:
            with pytest.raises(Unreachable, match="query_wait_timeout"):
                through.revision()
        finally:
            done.set()
        holding.result()
    through.engine.dispose()
