"""Several workers at once, each a process of its own: every mail goes out, and none of them twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from mailserver import Handler, serving
from process import ask, environment
from process import serving as service

from capture.models import OutboxMail


@pytest.mark.database("postgresql")
def test_workers_on_postgresql_share_the_outbox(settings, database, clock, tmp_path, rows):
    count, workers = 150, 3
    with database.write() as session:
        for number in range(count):
            session.add(
                OutboxMail(
                    kind="thank-you",
                    recipient=f"p{number}@d{number % 5}.example",
                    domain=f"d{number % 5}.example",
                    locale="en",
                    subject="Thanks",
                    text="Thanks.\n",
                    html="<p>Thanks.</p>\n",
                    message_id=f"{number}@fern.example",
                    created_at=clock.now,
                    next_attempt_at=clock.now,
                )
            )
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
