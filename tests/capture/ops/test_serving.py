"""The real server in a process of its own: it answers, refuses, and ends gracefully."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from capture.models import Lead
from tests.capture.process import KIND, ask, serving


@pytest.fixture
def server(settings, tmp_path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with serving(settings, tmp_path) as running:
        yield running


def test_it_answers_refuses_and_ends_on_sigterm(server, form, rows, tmp_path):
    process, port = server
    assert ask(port, "POST", "/signup", urlencode(form("m-1", email="real@example.com", at=datetime.now(UTC)))) == 303
    assert ask(port, "POST", "/signup", b"a" * 2_000_000) == 413
    assert ask(port, "POST", "/signup", b"a" * 2_000_000, headers={"Content-Type": "text/plain"}) == 415
    assert ask(port, "GET", "/signup") == 405
    assert ask(port, "GET", "/dev/mailbox") == 404
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert [lead.email for lead in rows(Lead)] == ["real@example.com"]
    log = (tmp_path / "log").read_text()
    assert "stored a sign-up: lead 1, new" in log
    assert "real@example.com" not in log
    assert "Traceback" not in log


def test_a_request_that_has_begun_is_finished(server, form, rows):
    """The service is told to stop while half a form has arrived."""
    process, port = server
    assert ask(port, "GET", "/healthz") == 200  # it listens before it serves
    body = urlencode(form(email="late@example.com", at=datetime.now(UTC))).encode()
    kind = KIND["Content-Type"]
    head = f"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + body[:20])
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(body[20:])
        assert connection.recv(100).startswith(b"HTTP/1.1 303 ")
    assert process.wait(20) == 0
    assert [lead.email for lead in rows(Lead)] == ["late@example.com"]


def test_everything_answered_before_the_end_is_stored(server, form, rows):
    process, port = server
    thanked: list[str] = []

    def post(number: int) -> None:
        for turn in range(1000):
            email = f"p{number}-{turn}@example.com"
            try:
                status = ask(port, "POST", "/signup", urlencode(form(email=email, at=datetime.now(UTC))))
            except (OSError, http.client.HTTPException):
                return
            if status == 303:
                thanked.append(email)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    until = time.monotonic() + 20
    while len(thanked) < 20 and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    for each in threads:
        each.join()
    assert process.wait(20) == 0
    assert len(thanked) > 10
    assert set(thanked) <= {lead.email for lead in rows(Lead)}
