"""Several workers at once, each a process of its own: every mail goes out, and none of them twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from capture.models import OutboxMail
from tests.capture.mailserver import Handler, serving
from tests.capture.process import ask, environment
from tests.capture.process import serving as service


def mail(number: int, domain: str, now: datetime) -> OutboxMail:
    return OutboxMail(
        kind="thank-you",
        recipient=f"p{number}@{domain}",
        domain=domain,
        locale="en",
        subject="Thanks",
        text="Thanks.\n",
        html="<p>Thanks.</p>\n",
        message_id=f"{number}@fern.example",
        created_at=now,
        next_attempt_at=now,
    )


@pytest.mark.slow
@pytest.mark.database("postgresql")
def test_workers_on_postgresql_share_the_outbox(settings, database, clock, tmp_path, rows):
    count, workers = 150, 3
    with database.write() as session:
        for number in range(count):
            session.add(mail(number, f"d{number % 5}.example", clock.now))
    handler = Handler()
    with serving(handler) as port:
        told = environment(
            settings, ESPALIER_SMTP_URL=f"smtp://127.0.0.1:{port}", ESPALIER_MAIL_FROM="mail@fern.example.com"
        )
        started = [
            subprocess.Popen([sys.executable, "-m", "capture", "worker", "--once"], env=told, cwd=tmp_path)
            for _ in range(workers)
        ]
        assert [each.wait(120) for each in started] == [0] * workers
    assert {row.state for row in rows(OutboxMail)} == {"sent"}
    assert len(handler.taken) == count
    assert set(handler.taken.values()) == {1}
    assert handler.connections >= 1


@pytest.mark.slow
@pytest.mark.database("postgresql")
def test_workers_share_what_a_domain_may_get(settings, database, clock, tmp_path, rows):
    """Three processes, one receiving domain: in no minute of the clock does it get more than its share."""
    count, share = 40, 6
    with database.write() as session:
        for number in range(count):
            session.add(mail(number, "example.com", clock.now))
    minutes: Counter[int] = Counter()
    handler = Handler(data=lambda address: minutes.update([int(time.time() // 60)]))
    with serving(handler) as port:
        told = environment(
            settings,
            ESPALIER_SMTP_URL=f"smtp://127.0.0.1:{port}",
            ESPALIER_MAIL_FROM="mail@fern.example.com",
            ESPALIER_MAILS_PER_DOMAIN=str(share),
        )
        command = [sys.executable, "-m", "capture", "worker", "--once"]
        started = [subprocess.Popen(command, env=told, cwd=tmp_path) for _ in range(3)]
        assert [each.wait(120) for each in started] == [0] * 3
    assert 1 <= len(minutes) <= 3
    # What was counted in the last second of a minute may arrive in the first of the next.
    assert sum(minutes.values()) == sum(row.state == "sent" for row in rows(OutboxMail)) <= share * len(minutes)
    assert {row.attempts for row in rows(OutboxMail) if row.state == "waiting"} == {0}


def test_the_service_sends_what_its_sign_ups_promise_and_stops_in_order(settings, form, tmp_path, rows):
    handler = Handler()
    with serving(handler) as port:
        more = {"ESPALIER_SMTP_URL": f"smtp://127.0.0.1:{port}", "ESPALIER_MAIL_FROM": "mail@fern.example.com"}
        with service(settings, tmp_path, **more) as (process, http):
            assert ask(http, "POST", "/signup", urlencode(form(at=datetime.now(UTC)))) == 303
            until = time.monotonic() + 30
            while not handler.mails and time.monotonic() < until:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    assert [mail["To"] for mail in handler.mails] == ["pat@example.com"]
    assert {row.state for row in rows(OutboxMail)} == {"sent"}
    log = (tmp_path / "log").read_text()
    assert "mail 1: sent" in log
    assert "pat@" not in log
    assert all(line.startswith("{") for line in log.splitlines() if "warning: SQLite" not in line), log


def test_a_worker_without_a_mail_server_says_so(settings, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "capture", "worker"],
        env=environment(settings),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "ESPALIER_SMTP_URL: there is no mail server to send by\n  hint: e.g. ESPALIER_SMTP_URL=" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", ["worker", "serve"])
def test_told_to_stop_while_a_mail_server_hangs_it_gives_the_rest_back(settings, database, clock, tmp_path, rows, how):
    """The mail that is on its way stays leased: nobody can tell whether it arrives. All others are free at once."""
    with database.write() as session:
        session.add_all(mail(number, "example.com", clock.now) for number in range(5))
    hanging = threading.Event()

    def rcpt(address: str) -> str | None:
        if not address.startswith("p1@"):
            return None
        hanging.set()
        return "hang"

    handler = Handler(rcpt=rcpt)
    with serving(handler) as port:
        more = {"ESPALIER_SMTP_URL": f"smtp://127.0.0.1:{port}", "ESPALIER_MAIL_FROM": "mail@fern.example.com"}
        code = "import capture.ops.server as s; s.LAST_MAIL_SECONDS = 1; from capture.commands import main; main()"
        command = [sys.executable, "-c", code, how, *(("--port", "0") if how == "serve" else ())]
        process = subprocess.Popen(
            command, env=environment(settings, **more), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert hanging.wait(120)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=25)
    assert process.returncode == 0, log.decode()
    assert b"lease on it has run out" in log
    assert [row.state for row in rows(OutboxMail)] == ["sent", "leased", "waiting", "waiting", "waiting"]
    assert [row.attempts for row in rows(OutboxMail)] == [1, 0, 0, 0, 0]
