"""``capture bounces --lmtp``: takes reports from a mail server of this machine, and acknowledges what it has stored."""

from __future__ import annotations

import asyncio
import signal
import smtplib
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from capture.base.db import Database
from capture.base.unavailable import Unavailable
from capture.bounces.lmtp import places, server
from capture.bounces.lmtp.places import PlaceError
from capture.models import OutboxMail, Suppression
from tests.capture.bounces.lmtp_command import taking_lmtp
from tests.capture.databases import locked

REPORT = b"Subject: Undelivered\r\n\r\nwords\r\n"
ANSWERED = """\
From: Mail Delivery System <mailer-daemon@mx.example>
Subject: Undelivered mail
Auto-Submitted: auto-replied

The following address failed:
  pat@example.com: 550 5.1.1 no such user here
"""


class Taken:
    """A function that records messages: keeps them, and first does what a test wants."""

    def __init__(self, does: Callable[[bytes], None] = lambda content: None) -> None:
        self.messages: list[bytes] = []
        self._does = does

    def __call__(self, content: bytes) -> None:
        self._does(content)
        self.messages.append(content)


class Running:
    """A server in a thread, at a Unix socket. ``stop`` does what SIGTERM does."""

    def __init__(self, place: str, record: server.Record) -> None:
        self.place = place
        self._listener = places.listen(place)
        self._record = record
        self._ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.thread.start()
        assert self._ready.wait(10)

    async def _run(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await server.take(self._listener, self._record, self._stopped)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)

    def client(self) -> smtplib.LMTP:
        return smtplib.LMTP(self.place, timeout=20)


@contextmanager
def taking(folder: Path, record: server.Record) -> Iterator[Running]:
    running = Running(str(folder / "lmtp"), record)
    try:
        yield running
    finally:
        if running.thread.is_alive():
            running.stop()
        running.thread.join(30)
        assert not running.thread.is_alive()


def send(client: smtplib.LMTP, content: bytes, *recipients: str) -> tuple[int, bytes]:
    """Sends a message as Postfix does; the answer for the first recipient."""
    client.ehlo_or_helo_if_needed()
    client.mail("")
    for each in recipients or ("bounces@fern.example.com",):
        assert client.rcpt(each)[0] == 250
    return client.data(content)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short name: the path of a Unix socket has about a hundred bytes."""
    return tmp_path_factory.mktemp("s")


def test_messages_come_one_after_the_other_on_one_connection(folder: Path) -> None:
    taken = Taken()
    with taking(folder, taken) as running, running.client() as client:
        assert client.ehlo()[0] == 250
        for _ in range(3):
            assert send(client, REPORT) == (250, b"2.0.0 recorded")
    assert taken.messages == [b"Delivered-To: bounces@fern.example.com\r\n" + REPORT] * 3


def test_each_recipient_is_answered_once(folder: Path) -> None:
    taken = Taken()
    with taking(folder, taken) as running, running.client() as client:
        assert send(client, REPORT, "a@x.example", "b@x.example", "c@x.example") == (250, b"2.0.0 recorded")
        assert [client.getreply() for _ in range(2)] == [(250, b"2.0.0 recorded")] * 2
        assert send(client, REPORT) == (250, b"2.0.0 recorded"), "and the conversation goes on"
    assert len(taken.messages) == 2
    assert taken.messages[0].count(b"Delivered-To: ") == 3


def test_too_many_recipients_are_sent_again_later(folder: Path) -> None:
    with taking(folder, Taken()) as running, running.client() as client:
        client.ehlo()
        client.mail("")
        codes = [client.rcpt(f"b{number}@x.example")[0] for number in range(server.MOST_RECIPIENTS + 1)]
        assert codes == [250] * server.MOST_RECIPIENTS + [452]


@pytest.mark.parametrize("error", [Unavailable("locked"), RuntimeError("pat@example.com")])
def test_what_cannot_be_stored_stays_with_the_mail_server(folder: Path, error: Exception) -> None:
    errors = [error]

    def fail_once(content: bytes) -> None:
        if errors:
            raise errors.pop()

    taken = Taken(fail_once)
    with taking(folder, taken) as running, running.client() as client:
        assert send(client, REPORT, "a@x.example", "b@x.example")[0] == 451
        assert client.getreply()[0] == 451
        assert taken.messages == []
        assert send(client, REPORT)[0] == 250
    assert len(taken.messages) == 1


def test_a_message_that_is_too_large_is_refused_and_the_next_one_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LARGEST", 200_000)
    taken = Taken()
    with taking(folder, taken) as running, running.client() as client:
        assert client.ehlo()[0] == 250
        assert client.esmtp_features["size"] == "200000"
        assert send(client, b"x" * 300_000, "a@x.example", "b@x.example")[0] == 552
        assert client.getreply()[0] == 552
        assert send(client, b"y" * 150_000)[0] == 250, "in one line"
    assert [len(each) for each in taken.messages] == [150_000 + 42]


def test_there_are_few_connections_at_a_time(folder: Path) -> None:
    with taking(folder, Taken()) as running:
        clients = [running.client() for _ in range(server.MOST_CONNECTIONS)]
        with pytest.raises(smtplib.SMTPConnectError) as caught:
            running.client()
        assert caught.value.smtp_code == 421
        assert send(clients[0], REPORT)[0] == 250, "those that are there are not disturbed"
        clients.pop().quit()
        with running.client() as client:
            assert send(client, REPORT)[0] == 250
        for each in clients:
            each.close()


def test_the_message_that_is_being_recorded_is_finished_and_answered(folder: Path) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def wait(content: bytes) -> None:
        begun.set()
        assert may_end.wait(20)

    taken, answers = Taken(wait), []
    with taking(folder, taken) as running, running.client() as client, running.client() as idle:
        sending = threading.Thread(target=lambda: answers.append(send(client, REPORT)))
        sending.start()
        assert begun.wait(20)
        running.stop()
        may_end.set()
        sending.join(20)
        running.thread.join(20)
        assert answers == [(250, b"2.0.0 recorded")]
        assert len(taken.messages) == 1
        with pytest.raises(smtplib.SMTPServerDisconnected):
            idle.noop()
        with pytest.raises(OSError, match=r"No such file|refused"):
            running.client()


def test_whoever_breaks_off_stores_nothing(folder: Path) -> None:
    taken = Taken()
    with taking(folder, taken) as running:
        with closing(running.client()) as client:
            client.ehlo()
            client.mail("")
            client.rcpt("b@x.example")
            assert client.docmd("DATA")[0] == 354
            client.send(b"Subject: half a repo")
        with running.client() as client:
            assert send(client, REPORT)[0] == 250
    assert len(taken.messages) == 1


# -- places -----------------------------------------------------------------------------------------------


def test_the_mail_server_s_user_may_connect_and_an_abandoned_socket_is_taken_over(folder: Path) -> None:
    path = folder / "lmtp"
    places.listen(str(path)).close()
    assert path.is_socket(), "as a killed process leaves it"
    with closing(places.listen(str(path))) as listener:
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        assert places.where(listener) == str(path)
        with pytest.raises(PlaceError, match="another process listens here"):
            places.listen(str(path))
    path.unlink()
    path.write_text("mine")
    with pytest.raises(PlaceError, match="no socket"):
        places.listen(str(path))
    assert path.read_text() == "mine"


@pytest.mark.parametrize("place", ["127.0.0.1:0", "localhost:0", "[::1]:0"])
def test_ports_of_this_machine(place: str) -> None:
    try:
        listener = places.listen(place)
    except PlaceError:
        if "::1" in place:
            pytest.skip("this machine has no IPv6")
        raise
    with closing(listener):
        assert places.where(listener).rpartition(":")[0] == place.replace("localhost", "127.0.0.1").rpartition(":")[0]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("0.0.0.0:24", "LMTP has no passwords"),
        ("192.0.2.1:24", "LMTP has no passwords"),
        ("[::]:24", "LMTP has no passwords"),
        ("mx.example:24", "neither a path nor an address and port"),
        ("24", "neither a path nor an address and port"),
        ("127.0.0.1", "neither a path nor an address and port"),
        ("127.0.0.1:smtp", "neither a path nor an address and port"),
        ("127.0.0.1:70000", "neither a path nor an address and port"),
        ("/no/such/folder/lmtp", "cannot listen here"),
    ],
)
def test_other_places_are_refused(place: str, message: str) -> None:
    with pytest.raises(PlaceError, match=message):
        places.listen(place)


# -- the command ------------------------------------------------------------------------------------------


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Another program holds what a report is recorded in."""
    if database.file is not None:
        with locked(database):
            yield
        return
    with database.engine.connect() as other, other.begin():
        other.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_report_marks_the_address_and_sigterm_ends_the_command(
    settings: Any, client: Any, form: Any, rows: Any, database: Any, folder: Path
) -> None:
    client.post("/signup", data=form())
    code = rows(OutboxMail)[0].message_id.partition("@")[0]
    more = {"ESPALIER_RETURN_PATH": "bounces+*@fern.example.com"}
    path = str(folder / "lmtp")
    with taking_lmtp(settings, path, folder, **more) as process:
        with smtplib.LMTP(path, timeout=60) as mail_server:
            with held(database):
                assert send(mail_server, ANSWERED.encode(), f"bounces+{code}@fern.example.com")[0] == 451
            assert rows(Suppression) == []
            assert send(mail_server, ANSWERED.encode(), f"bounces+{code}@fern.example.com")[0] == 250
            assert [(each.reason, each.source) for each in rows(Suppression)] == [("bounced", "report")]
            assert send(mail_server, ANSWERED.encode())[0] == 250, "one that cannot be read is kept here"
            [kept] = (folder / "left").iterdir()
            assert b"no such user" in kept.read_bytes()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not Path(path).exists()
    assert "pat@" not in (folder / "log").read_text()
