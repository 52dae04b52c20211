"""Measures serving random pages of many members against hello-world on the same server (hello.py), on 127.0.0.1.

Both servers have as many processes and threads, and one is idle while the other is measured. Connections are kept
open; answers are compressed where possible, as browsers ask for it. The load generator uses the same processors.
"""

from __future__ import annotations

import os
import random
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.measure import Row, in_turn, times
from benchmarks.workshop import TOKEN_KEY, Workshop

BAR = 0.4
NAME = "serving"
OPTION = "--production"


@dataclass(frozen=True, slots=True)
class Load:
    """The load on a server: how many connections at once, and for how many seconds."""

    connections: int = 16
    seconds: float = 5.0


def measure(shop: Workshop, count: int, turns: int, load: Load) -> Row:
    """Measures requests a second with ``count`` members and returns the row of the table."""
    site = shop.site(count)
    port, other = free_port(), free_port()
    serve = [sys.executable, "-m", "sitegen", "serve", "--production", "--port", str(port), str(site)]
    hello = [sys.executable, "-m", "benchmarks.hello", str(other)]
    with Server(serve, shop.root, port), Server(hello, Path(__file__).parent.parent, other):
        pages = addresses(site, count, random.Random(1))
        rate(port, pages, load)  # the first members of each shape are rendered plainly
        pairs = in_turn(turns, lambda: rate(port, pages, load), lambda: rate(other, lambda: "/", load))
    share = pairs.share()
    rates = [f"{sum(each) / len(each):,.0f}/s" for each in (pairs.ours, pairs.theirs)]
    figures: dict[str, object] = {"ours": pairs.ours, "theirs": pairs.theirs, "share": share.values}
    what = f"random pages of {count:,} members, requests a second"
    met = share.middle >= BAR
    return Row(NAME, what, rates[0], f"hello-world {rates[1]}", times(share), f"≥ {BAR:g}x", met, figures)


def addresses(site: Path, count: int, luck: random.Random) -> Callable[[], str]:
    """Returns a function that gives the path of a random page of a random member each time."""
    root = site / "pages" / "en"
    keys = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.rglob("*.md"))]
    ends = ["" if key == "home" else f"{key}/" for key in keys]
    return lambda: f"/m{luck.randrange(count):07}/{luck.choice(ends)}"


def rate(port: int, address: Callable[[], str], load: Load) -> float:
    """Loads a server over connections that are kept open, one request at a time on each; returns answers a second.

    Raises RuntimeError if an answer is not 200.
    """
    with ExitStack() as open_now:
        waiting = open_now.enter_context(selectors.DefaultSelector())
        for _ in range(load.connections):
            connection = open_now.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.register(connection, selectors.EVENT_READ, Answer())
            connection.sendall(request(address()))
        answers = 0
        started = perf_counter()
        ends = started + load.seconds
        while (now := perf_counter()) < ends:
            for key, _ in waiting.select(1.0):
                asked, answer = key.fileobj, key.data
                assert isinstance(asked, socket.socket)
                if answer.take(asked.recv(1 << 18)):
                    answers += 1
                    asked.sendall(request(address()))
        return answers / (now - started)


def request(address: str) -> bytes:
    """Returns the bytes of a GET request with the few header fields of a browser that matter here."""
    return f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode()


class Answer:
    """Reads one HTTP answer after another from the bytes that arrive: a status line, Content-Length, a body."""

    def __init__(self) -> None:
        self._head = b""
        self._left = -1

    def take(self, arrived: bytes) -> bool:
        """Reads the bytes that arrived and returns whether an answer is complete.

        Raises RuntimeError if the answer is not 200, has no Content-Length, or the connection is closed.
        """
        if not arrived:
            raise RuntimeError("the server closed the connection")
        if self._left < 0:
            self._head += arrived
            head, blank, body = self._head.partition(b"\r\n\r\n")
            if not blank:
                return False
            if head.split(b" ", 2)[1] != b"200":
                raise RuntimeError(f"the server answered {head.splitlines()[0].decode(errors='replace')}")
            self._left = _length(head) - len(body)
        else:
            self._left -= len(arrived)
        if self._left > 0:
            return False
        self._head, self._left = b"", -1
        return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without Content-Length")


class Server:
    """Runs a server while a block runs: starts it, waits until it listens, and ends it with all its processes.

    Raises RuntimeError if the server does not listen after 300 seconds.
    """

    def __init__(self, command: Sequence[str], folder: Path, port: int) -> None:
        self._command = command
        self._folder = folder
        self._port = port

    def __enter__(self) -> None:
        environment = {**os.environ, "ESPALIER_TOKEN_KEY": TOKEN_KEY}
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        ends = perf_counter() + 300  # a large roster is checked first
        while perf_counter() < ends and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
                return
            except OSError:
                sleep(0.05)
        self._end()
        raise RuntimeError("the server did not begin to listen")

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def free_port() -> int:
    """Returns a port of 127.0.0.1 on which no server listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
