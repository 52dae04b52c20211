"""However many senders are slow, others are answered meanwhile, and everybody hears why they were refused."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from capture.models import Lead
from capture.settings import Settings
from tests import slow
from tests.capture.process import ask, serving

pytestmark = pytest.mark.database("sqlite")


@pytest.fixture
def port(settings: Settings, tmp_path: Path) -> Iterator[int]:
    """A service with fewer threads than there are slow senders."""
    with serving(settings, tmp_path, "--threads", "2") as (_, port):
        yield port


@pytest.mark.parametrize("kind", slow.KINDS)
def test_others_are_answered_while_slow_senders_wait(
    port: int, kind: str, form: Callable[..., dict[str, Any]], rows: Callable[..., list[Any]]
) -> None:
    """All of them still wait afterwards: that nobody had to be cut off first is what makes it quick."""
    with slow.senders(port, "/signup", kind) as senders:
        assert ask(port, "GET", "/healthz") == 200
        assert ask(port, "POST", "/signup", urlencode(form(email="quick@example.com", at=datetime.now(UTC)))) == 303
        if kind != "a body that is too large":  # refused at once
            assert slow.still_open(senders) == slow.SENDERS
    assert [lead.email for lead in rows(Lead)] == ["quick@example.com"]
    assert ask(port, "GET", "/healthz") == 200


def test_slow_bodies_that_nobody_reads_hold_no_thread(port: int) -> None:
    """The page answers without reading the body: the thread must not wait for it to keep the connection."""
    head = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\na"
    connections = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(slow.SENDERS)]
    try:
        for each in connections:
            each.sendall(head)
        for each in connections:
            heard = each.recv(10_000)
            assert heard.startswith(b"HTTP/1.1 405 ")
            assert b"Connection: close" in heard
        assert ask(port, "GET", "/healthz") == 200
    finally:
        for each in connections:
            each.close()


def test_a_sender_of_too_much_hears_so_however_slowly_it_listens(port: int) -> None:
    """It sends all of its three million bytes before it reads: the connection must not break before that."""
    body = b"a" * 3_000_000
    head = f"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    for kind, status in (("text/plain", b"415"), ("application/x-www-form-urlencoded", b"413")):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.replace("text/plain", kind).encode() + body)
            heard = b""
            while piece := connection.recv(65_536):
                heard += piece
        assert heard.startswith(b"HTTP/1.1 " + status)


def test_a_body_that_ends_early_is_refused_and_not_stored(
    port: int, form: Callable[..., dict[str, Any]], rows: Callable[..., list[Any]]
) -> None:
    """Half a name is not a name."""
    body = urlencode(form(email="half@example.com", at=datetime.now(UTC))).encode()
    head = "POST /signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += f"Content-Length: {len(body) + 9}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert rows(Lead) == []


def test_leave_to_go_on_is_given(port: int) -> None:
    head = b"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"email=p")
        assert connection.recv(1000).startswith(b"HTTP/1.1 415 ")


def test_a_stopping_service_waits_for_nobody_who_sent_nothing(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path, "--threads", "2") as (process, port):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as idle:
            assert ask(port, "GET", "/healthz") == 200
            process.terminate()
            assert idle.recv(1) == b""
        assert process.wait(30) == 0
