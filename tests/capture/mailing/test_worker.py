"""The worker with a real SMTP server: what is promised is sent, whatever the server does."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from capture.mailing import outbox, owners, trouble
from capture.mailing.kinds import UnknownKind
from capture.mailing.outbox import Retry
from capture.mailing.quota import Quota
from capture.mailing.smtp import NoServer, Server, SmtpMailer
from capture.mailing.worker import Worker
from capture.models import Company, OutboxMail
from tests.capture.mailserver import Handler, chaos, serving

SENDER = "mail@fern.example.com"


class OpenGate:
    """Lets everything through but what a test names."""

    def __init__(self) -> None:
        self.closed: set[str] = set()
        self.gone: list[str] = []

    def blocks(self, session: Any, row: OutboxMail, now: datetime) -> bool:
        if row.kind == "birthday":
            raise UnknownKind("no room declares it")
        return row.recipient in self.closed

    def bounced(self, session: Any, address: str, now: datetime, **how: Any) -> None:
        self.gone.append(address)

    def unsubscribe(self, company: Company, row: OutboxMail) -> str | None:
        return f"https://capture.fern.example/u/{row.id}"


@pytest.fixture
def gate() -> OpenGate:
    return OpenGate()


@pytest.fixture
def promise(database, clock) -> Callable[..., None]:
    """Puts mails to these addresses into the outbox."""

    def add(*recipients: str, **changes: Any) -> None:
        with database.write() as session:
            for number, recipient in enumerate(recipients):
                values = {
                    "kind": "thank-you",
                    "recipient": recipient,
                    "domain": recipient.rpartition("@")[2],
                    "locale": "en",
                    "subject": "Thanks, Núria",
                    "text": "Hello.\n.a line that begins with a full stop\nà bientôt\n",
                    "html": "<p>Hello. à bientôt</p>\n",
                    "message_id": f"{number}-{recipient}",
                    "created_at": clock.now,
                    "next_attempt_at": clock.now,
                }
                session.add(OutboxMail(**(values | changes)))

    return add


@pytest.fixture
def worker(database, clock, gate) -> Callable[..., Worker]:
    def make(port: int, *, timeout: float = 5.0, **options: Any) -> Worker:
        mailer = SmtpMailer(Server("smtp", "127.0.0.1", port), timeout=timeout)
        made.append(mailer)
        quota = Quota(options.pop("per_domain", 10**6), lambda name: f"hash of {name}")
        return Worker(database, mailer, gate, SENDER, options.pop("clock", clock), quota, **options)

    made: list[SmtpMailer] = []
    yield make
    for each in made:
        each.close()


def states(rows: Callable[..., list[Any]]) -> list[str]:
    return [row.state for row in rows(OutboxMail)]


def test_mails_go_out_whole_over_one_connection(promise, worker, rows, clock):
    handler = Handler()
    promise("pat@example.com", "kim@example.org", list_id="thank-you.fern.example.com")
    with serving(handler) as port:
        assert worker(port).step() == 2
    assert (states(rows), handler.connections) == (["sent", "sent"], 1)
    row, mail = rows(OutboxMail)[0], handler.mails[0]
    assert (row.sent_at, row.attempts, row.lease_owner) == (clock.now, 1, None)
    assert mail["From"] == "Fern & Flint <mail@fern.example.com>"
    assert (mail["To"], mail["Subject"]) == ("pat@example.com", "Thanks, Núria")
    assert mail["Message-ID"] == "<0-pat@example.com>"
    assert mail["Date"].datetime == clock.now
    assert mail["List-Id"] == "<thank-you.fern.example.com>"
    assert mail["List-Unsubscribe"] == "<https://capture.fern.example/u/1>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().splitlines() == row.text.splitlines()
    assert "à bientôt" in html.get_content()


def test_a_mail_of_no_list_has_no_list_headers(promise, worker):
    handler = Handler()
    promise("pat@example.com")
    with serving(handler) as port:
        worker(port).step()
    assert not any(name.startswith("List-") for name in handler.mails[0])


def test_suppression_is_asked_right_before_sending(promise, worker, rows, gate):
    handler = Handler()
    promise("pat@example.com", "kim@example.com")
    gate.closed.add("pat@example.com")
    with serving(handler) as port:
        worker(port).step()
    assert states(rows) == ["dropped", "sent"]
    assert [mail["To"] for mail in handler.mails] == ["kim@example.com"]


def test_a_mail_of_an_unknown_kind_is_set_aside_and_told(promise, worker, rows, database, clock, caplog):
    promise("pat@example.com", kind="birthday")
    promise("kim@example.com", message_id="known")
    handler, before = Handler(), _counted("unknown_kind")
    with serving(handler) as port:
        sender = worker(port)
        sender.step()
        assert [mail["To"] for mail in handler.mails] == ["kim@example.com"]
        row = rows(OutboxMail)[0]
        assert (row.state, row.last_error, row.lease_owner) == ("dead", "no room declares it", None)
        assert _counted("unknown_kind") == before + 1
        assert f"mail {row.id} is not sent: no room declares it" in caplog.text
        with database.write() as session:
            assert outbox.try_again(session, [row.id], clock.now) == 1
            session.get_one(OutboxMail, row.id).kind = "thank-you"
        sender.step()
    assert states(rows) == ["sent", "sent"]


@pytest.mark.parametrize(
    ("answer", "state", "gone"),
    [
        ("450 4.2.1 mailbox busy", "waiting", []),
        ("550 5.1.1 no such user", "dead", ["pat@example.com"]),
        ("550 no such user", "dead", ["pat@example.com"]),
        ("550 5.7.1 policy", "waiting", []),
        ("552 5.2.2 full", "waiting", []),
        ("554 5.6.0 not in this form", "dead", []),
        ("421 4.3.2 closing", "waiting", []),
        ("drop", "waiting", []),
    ],
)
def test_a_no_for_now_and_a_no_for_good(promise, worker, rows, gate, clock, answer, state, gone):
    promise("pat@example.com", "kim@example.com")
    handler = Handler(rcpt=lambda address: answer if address.startswith("pat") else None)
    with serving(handler) as port:
        worker(port, retry=Retry(first=60)).step()
    row, other = rows(OutboxMail)
    assert (row.state, row.attempts, gate.gone) == (state, 1, gone)
    assert other.state == "sent", "one refusal holds up nobody else"
    if state == "waiting":
        assert timedelta(seconds=30) <= row.next_attempt_at - clock.now <= timedelta(seconds=60)
    if answer[0].isdigit():
        assert answer[:3] in row.last_error


def test_after_many_tries_a_mail_is_given_up_and_an_operator_can_send_it_again(promise, worker, rows, clock, database):
    promise("pat@example.com")
    handler = Handler(rcpt=lambda address: "450 later")
    with serving(handler) as port:
        sender = worker(port, retry=Retry(most=3))
        for _ in range(5):
            sender.step()
            clock.forward(hours=5)
        assert states(rows) == ["dead"]
        assert "given up: 450 later" in rows(OutboxMail)[0].last_error
        handler.rcpt = lambda address: None
        with database.write() as session:
            assert outbox.try_again(session, [], clock.now) == 1
        sender.step()
    assert states(rows) == ["sent"]


def test_waits_grow_and_are_never_the_same():
    retry = Retry(first=30, longest=3600, most=10)
    waits = [retry.wait(attempts).total_seconds() for attempts in range(1, 10)]
    assert all(30 * 2**n / 2 <= wait <= min(3600, 30 * 2**n) for n, wait in enumerate(waits) if 30 * 2**n <= 3600)
    assert all(wait <= 3600 for wait in waits)
    assert retry.wait(10) is None
    assert len({retry.wait(5) for _ in range(10)}) > 1


def test_without_a_server_nothing_counts_as_an_attempt(promise, worker, rows):
    promise("pat@example.com")
    with serving(Handler()) as port:
        pass
    with pytest.raises(NoServer):
        worker(port).step()
    [row] = rows(OutboxMail)
    assert (row.state, row.attempts, row.lease_owner) == ("waiting", 0, None)


RELAY_DENIED = "554 5.7.1 <{}>: Relay access denied"
UNCLEAR = "550 Invalid recipient"


@pytest.mark.parametrize("answer", [RELAY_DENIED, UNCLEAR, "535 5.7.8 Authentication credentials invalid"])
def test_an_hour_of_a_relay_that_takes_nothing_from_us_loses_and_marks_nothing(
    promise, worker, rows, gate, clock, answer, caplog
):
    """200 sign-ups while the relay's password is wrong; then it is mended."""
    mended = False
    handler = Handler(rcpt=lambda address: None if mended else answer.format(address))
    promise(*(f"p{n}@d{n % 40}.example" for n in range(200)))
    with serving(handler) as port, caplog.at_level("INFO", "capture.worker"):
        sender = worker(port)
        refused_at_once = 0
        for _ in range(60):
            with pytest.raises(NoServer, match="refuses mail from this sender"):
                sender.step()
            refused_at_once += 1
            clock.forward(minutes=1)
        assert refused_at_once == 60
        assert set(states(rows)) == {"waiting"}
        assert len([row for row in rows(OutboxMail) if row.attempts]) < 70, "most are not even tried"
        mended = True
        for _ in range(15):
            sender.step()
            clock.forward(seconds=10)
    assert set(states(rows)) == {"sent"}
    assert gate.gone == []
    assert max(handler.taken.values()) == 1
    assert "accepts the company's mail again" in caplog.text
    assert "@" not in caplog.text.replace("capture", ""), "no addresses in the log"


def test_that_nothing_can_be_sent_is_noted_until_a_mail_is_taken(promise, worker, database, clock):
    """In the database, since the pages that show it are another process's. A worker that starts anew clears it."""
    mended = False
    handler = Handler(rcpt=lambda address: None if mended else RELAY_DENIED.format(address))
    promise(*(f"p@d{n}.example" for n in range(4)))

    def noted() -> tuple[str, datetime] | None:
        with database.read() as session:
            found = trouble.current(session)
            return found and (found.reason, found.since)

    since = clock.now
    with serving(handler) as port:
        sender = worker(port)
        for _ in range(3):
            with pytest.raises(NoServer):
                sender.run_once()
            assert noted() == ("the mail server refuses mail from this sender, to any domain (relaying)", since)
            clock.forward(minutes=2)
        mended = True
        worker(port).run_once()
    assert noted() is None


def test_a_mail_that_our_server_cannot_send_is_held_and_marks_nobody(promise, worker, rows, gate, caplog):
    """Not every mail server takes addresses in letters beyond ASCII (RFC 6531); the person may still be reached."""
    promise("josé@ejemplo.example", message_id="a@fern.example.com")
    promise("pat@example.com")
    with serving(Handler(), smtputf8=False) as port:
        worker(port).run_once()
    assert states(rows) == ["held", "sent"]
    assert "no SMTPUTF8" in rows(OutboxMail)[0].last_error and "no SMTPUTF8" in caplog.text
    assert gate.gone == [] and "josé" not in caplog.text


def test_a_server_that_is_away_is_noted(promise, worker, database):
    promise("p@d.example")
    with serving(Handler()) as port:
        pass
    with pytest.raises(NoServer):
        worker(port).run_once()
    with database.read() as session:
        assert trouble.current(session) is not None


def test_one_domain_that_refuses_us_stops_no_mail_to_others(promise, worker, rows):
    handler = Handler(rcpt=lambda address: "550 5.7.1 blocked by policy" if address.endswith("@gray.example") else None)
    promise(*(f"p{n}@gray.example" for n in range(6)), "kim@example.org")
    with serving(handler) as port:
        worker(port).step()
    assert states(rows) == ["waiting"] * 6 + ["sent"]


def test_a_mail_taken_in_between_shows_that_the_server_takes_mail_from_us(promise, worker, rows):
    blocked = {f"p@d{n}.example" for n in range(0, 10, 2)}
    handler = Handler(rcpt=lambda address: RELAY_DENIED.format(address) if address in blocked else None)
    promise(*(f"p@d{n}.example" for n in range(10)))
    with serving(handler) as port:
        worker(port).step()
    assert states(rows) == ["waiting", "sent"] * 5


def test_a_running_worker_tells_of_trouble_once_and_of_its_end_once(promise, worker, rows, caplog):
    mended = threading.Event()
    handler = Handler(rcpt=lambda address: None if mended.is_set() else RELAY_DENIED.format(address))
    promise(*(f"p@d{n}.example" for n in range(4)))
    with serving(handler) as port, caplog.at_level("INFO", "capture.worker"):
        sender = worker(port, idle=0.05, clock=lambda: datetime.now(UTC), retry=Retry(first=0.01, longest=0.02))
        thread = threading.Thread(target=sender.run)
        thread.start()
        _wait(lambda: len([1 for row in rows(OutboxMail) if row.attempts >= 2]) > 0)
        mended.set()
        _wait(lambda: states(rows) == ["sent"] * 4)
        _wait(lambda: "works again" in caplog.text)
        sender.stop()
        thread.join(5)
    assert not thread.is_alive()
    told = [each for each in caplog.messages if "nothing can be sent" in each]
    assert len(told) == 1
    assert "relaying" in told[0]


def test_a_server_that_took_the_mail_and_fell_silent_gets_it_again_under_the_same_name(promise, worker, rows, clock):
    answers = iter(["drop", None])
    handler = Handler(data=lambda address: next(answers))
    promise("pat@example.com")
    with serving(handler) as port:
        sender = worker(port)
        sender.step()
        assert "no answer after the mail was handed over" in rows(OutboxMail)[0].last_error
        clock.forward(minutes=5)
        sender.step()
    assert states(rows) == ["sent"]
    assert handler.taken == {"<0-pat@example.com>": 2}
    assert handler.mails[0].as_bytes() == handler.mails[1].as_bytes()


def test_a_killed_worker_s_mails_go_to_another(promise, worker, rows, database, clock):
    promise("pat@example.com")
    with database.write() as session:
        assert len(outbox.lease(session, "killed", clock.now, limit=9)) == 1
    with serving(Handler()) as port:
        sender = worker(port)
        assert sender.step() == 0
        clock.forward(minutes=5, seconds=1)
        assert sender.step() == 1
    assert states(rows) == ["sent"]


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="only Linux tells whether a process still runs")
def test_what_a_killed_worker_of_this_machine_held_is_sent_at_once(promise, worker, rows, database, clock):
    """And nothing that a living one holds is taken away."""
    for name in ("pat", "kim"):
        promise(f"{name}@example.com")
    code = "from capture.mailing import owners; print(owners.new(), flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    theirs = child.stdout.readline().strip()
    assert not owners.has_ended(theirs)
    with database.write() as session:
        for owner in (theirs, owners.new()):
            assert len(outbox.lease(session, owner, clock.now, limit=1)) == 1
    with serving(Handler()) as port:
        assert worker(port).step() == 0
        child.kill()
        child.communicate()
        assert owners.has_ended(theirs)
        assert worker(port).step() == 1
    assert states(rows) == ["sent", "leased"]


@pytest.mark.parametrize("owner", ["killed", "host-1-0123abcd", "elsewhere.1.2.3", "unknown.1.2.3", "..."])
def test_of_a_worker_elsewhere_nothing_is_said(owner):
    assert not owners.has_ended(owner)


def test_whoever_lost_a_lease_changes_nothing_any_more(promise, rows, database, clock):
    promise("pat@example.com")
    with database.write() as session:
        outbox.lease(session, "slow", clock.now, limit=9)
    later = clock.now + timedelta(minutes=6)
    with database.write() as session:
        [row] = outbox.lease(session, "quick", later, limit=9)
        assert outbox.held_by(session, row.id, "slow", later) is None
        outbox.dead(session, row.id, "slow", "too late")
        outbox.give_back(session, "slow")
    assert [(row.state, row.lease_owner) for row in rows(OutboxMail)] == [("leased", "quick")]


def test_one_domain_gets_only_its_share_and_the_others_go_on(promise, worker, rows, clock):
    handler = Handler()
    promise(*(f"p{n}@example.com" for n in range(5)), "kim@example.org")
    with serving(handler) as port:
        sender = worker(port, per_domain=2)
        sender.step()
        assert sorted(mail["To"] for mail in handler.mails) == ["kim@example.org", "p0@example.com", "p1@example.com"]
        assert all(row.attempts == 0 for row in rows(OutboxMail) if row.state == "waiting")
        for _ in range(2):
            clock.forward(minutes=1)
            sender.step()
    assert set(states(rows)) == {"sent"}


def test_the_share_is_one_for_all_workers(promise, worker, rows, clock):
    handler = Handler()
    promise(*(f"p{n}@example.com" for n in range(9)))
    with serving(handler) as port:
        senders = [worker(port, per_domain=2) for _ in range(3)]
        for minute in range(4):
            for sender in senders:
                sender.step()
            assert len(handler.mails) == 2 * minute + 2
            clock.forward(minutes=1)


def test_a_share_comes_back_after_a_minute(database, clock):
    one, two = (Quota(1, str.upper) for _ in range(2))
    with database.write() as session:
        assert one.take(session, "a", clock.now) is None
        assert two.take(session, "b", clock.now) is None
        end = clock.now.replace(second=0) + timedelta(minutes=1)
        assert two.take(session, "a", clock.now) == end
        assert (one.full(clock.now), two.full(clock.now)) == ([], ["a"])
        assert two.full(end) == []
        assert two.take(session, "a", end) is None


def test_it_runs_until_it_is_stopped(promise, worker, rows, database):
    handler = Handler()
    promise(*(f"p{n}@example.com" for n in range(3)))
    with serving(handler) as port:
        sender = worker(port, idle=0.05)
        thread = threading.Thread(target=sender.run)
        thread.start()
        _wait(lambda: states(rows) == ["sent"] * 3)
        sender.stop()
        thread.join(5)
    assert not thread.is_alive()


def test_stopped_in_the_middle_it_gives_the_rest_back(promise, worker, rows):
    promise(*(f"p{n}@example.com" for n in range(3)))
    handler = Handler(rcpt=lambda address: sender.stop())
    with serving(handler) as port:
        sender = worker(port)
        sender.step()
    assert states(rows) == ["sent", "waiting", "waiting"]


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_server_as_bad_as_they_get_loses_nothing(promise, worker, rows, gate, database, count):
    """Doubles only where it kept a mail without saying so, and each of those is counted."""
    handler = chaos(count)
    addresses = [f"{'gone' if n % 20 == 7 else 'p'}{n}@d{n % 9}.example" for n in range(count)]
    promise(*addresses)
    before = _counted("uncertain")
    now = lambda: datetime.now(UTC)  # noqa: E731
    with serving(handler) as port:
        sender = worker(port, timeout=0.5, clock=now, retry=Retry(first=0.02, longest=0.2, most=50))
        until = datetime.now(UTC) + timedelta(seconds=300)
        while {"waiting", "leased"} & set(states(rows)) and datetime.now(UTC) < until:
            try:
                sender.step()
            except NoServer:
                continue
    doubles = sum(handler.taken.values()) - len(handler.taken)
    for row in rows(OutboxMail):
        name = f"<{row.message_id}>"
        assert row.state == ("dead" if row.recipient.startswith("gone") else "sent"), row.last_error
        assert handler.taken[name] == (0 if row.state == "dead" else 1 + handler.unsaid[name])
    assert sorted(gate.gone) == sorted(each for each in addresses if each.startswith("gone"))
    assert 0 < doubles == sum(handler.unsaid.values()) <= _counted("uncertain") - before
    print(f"{count} mails, {doubles} doubles, {handler.connections} connections")  # noqa: T201


def _counted(result: str) -> float:
    from capture.base.metrics import MAILS

    return MAILS.labels(result)._value.get()


def _wait(condition: Callable[[], bool], seconds: float = 10) -> None:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    while not condition():
        assert datetime.now(UTC) < until
        threading.Event().wait(0.02)
