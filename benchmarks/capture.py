"""Measures how many sign-ups a second are stored for good, over real HTTP, against "hello" from the same server.

    python -m benchmarks.capture [--seconds 5] [--rounds 3] [--connections 32] [--postgresql]

Both servers run at once and are loaded in turn, so that a busy machine slows both. A sign-up counts when it was
answered 303, that is after its commit (SQLite: ``synchronous=FULL``; PostgreSQL: ``fsync=on``), and in the end as many
must be in the database as were thanked. Each has its own e-mail address and comes from one of the members' pages,
through the page that is shown after the form to a browser without JavaScript. The limits on sign-ups are lifted, so
that every sign-up queues its confirmation mail: over a limit it would cost less. The load comes from a process of its
own on the same machine, so it takes its share of the cores from either server alike; the processor time of the server
for an answer (``CPU µs``) says more than the rate if other programs use the machine, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from flask import Flask
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from capture.base.db import Database
from capture.base.tokens import Links
from capture.company import directory
from capture.company.generator import PageSeen, TokenSigner
from capture.limits import human_proof
from capture.models import Lead, Member, Wording
from capture.ops import server
from capture.settings import Settings
from capture.sync.site_folder import sync

KEY = "a-key-for-measuring-0123456789abcdef"
MOST_A_SECOND = 3_000
"""Requests prepared for each second of a round before the clock starts; more are made as they are needed."""

ROOT = Path(__file__).parent.parent


@dataclass
class Round:
    """The figures of one round of requests to one server. ``took``: the seconds that each answer took."""

    seconds: float
    took: list[float]
    refused: int = 0
    worked: float = 0.0
    """Seconds of processor time that the server used in this round, in all its processes."""

    @property
    def rate(self) -> float:
        """How many answers came a second."""
        return len(self.took) / self.seconds


@dataclass
class Started:
    """A server that runs in a process of its own, and its port."""

    process: psutil.Process
    port: int

    def worked(self) -> float:
        """Returns the seconds of processor time that the server has used so far, in all its processes."""
        times = [each.cpu_times() for each in (self.process, *self.process.children(recursive=True))]
        return float(sum(each.user + each.system for each in times))


class Hello(server.Server):
    """The capture service's web server with an application that only says hello, to compare with."""

    def load(self) -> Any:
        """Returns an application that answers every request with "Hello, world!"."""
        app = Flask("hello")
        app.add_url_rule("/", view_func=lambda: "Hello, world!")
        return app


def main() -> None:
    """Runs the benchmark; in a child process, the hello server or the load of one round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=8, help="of each serving process")
    parser.add_argument("--postgresql", action="store_true", help="also PostgreSQL, with two processes")
    parser.add_argument("--hello", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--load", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hello is not None:
        settings = Settings(token_keys=(KEY,), secret_key=KEY, database_url="sqlite:////nowhere")
        with server.listen("127.0.0.1", options.hello) as listener:
            print(f"hello listens on {server.address(listener)}", flush=True)  # noqa: T201
            Hello(settings, listener.detach(), options.threads, 1, False).run()
    elif options.load:
        print(json.dumps(vars(asyncio.run(_load(**json.loads(options.load))))))  # noqa: T201
    else:
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Measures sign-ups on SQLite, and if asked for on PostgreSQL, and prints the table."""
    table = Table("what", "a second", "of hello", "p50 ms", "p99 ms", "CPU µs", "refused", "stored", box=None)
    with tempfile.TemporaryDirectory(prefix="espalier-benchmark-") as name:
        folder = Path(name)
        rows = [("SQLite, one process", f"sqlite:///{folder}/capture.sqlite", 1)]
        if options.postgresql:
            from tests.capture.databases import running

            with running(durable=True) as server:
                rows.append(("PostgreSQL, two processes", server.url(server.create()), 2))
                for row in rows:
                    _alternate(table, options, folder, *row)
        else:
            _alternate(table, options, folder, *rows[0])
    Console(width=110).print(table)


def _alternate(table: Table, options: argparse.Namespace, folder: Path, name: str, url: str, processes: int) -> None:
    forms = _prepare(url)
    database = Database(url)
    capture = ["capture", "serve", "--port", "0", "--no-worker", "--processes", str(processes)]
    capture += ["--threads", str(options.threads)]
    hello = ["benchmarks.capture", "--hello", "0", "--threads", str(options.threads)]
    environ = {"ESPALIER_TOKEN_KEY": KEY, "ESPALIER_SECRET_KEY": KEY, "ESPALIER_DATABASE_URL": url}
    environ |= {f"ESPALIER_LIMIT_{name}": str(10**9) for name in ("TOKEN", "NETWORK", "DOMAIN", "TOTAL")}
    rounds: dict[str, list[Round]] = {"hello": [], "signup": []}
    names = count()
    with _server(hello, environ, folder) as greeter, _server(capture, environ, folder) as service:
        for number in range(options.rounds + 1):
            for kind, server in (("hello", greeter), ("signup", service)):
                told = {
                    "port": server.port,
                    "seconds": options.seconds if number else 1.0,
                    "connections": options.connections,
                    "forms": forms if kind == "signup" else None,
                    "series": next(names),
                }
                command = [sys.executable, "-m", "benchmarks.capture", "--load", json.dumps(told)]
                before = server.worked()
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
                result = Round(**json.loads(done.stdout))
                result.worked = server.worked() - before
                if number:  # the first round warms up
                    rounds[kind].append(result)
                elif kind == "signup":
                    warm = len(result.took)
    with database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Lead)) or 0
    database.engine.dispose()
    thanked = warm + sum(len(each.took) for each in rounds["signup"])
    plain = statistics.median(each.rate for each in rounds["hello"])
    for kind, title in (("hello", "hello, same server"), ("signup", name)):
        took = sorted(second for each in rounds[kind] for second in each.took)
        rate = statistics.median(each.rate for each in rounds[kind])
        share = f"{rate / plain:.2f}" if kind == "signup" else ""
        kept = f"{stored} of {thanked}" if kind == "signup" else ""
        p50, p99 = (f"{1000 * took[int(len(took) * part)]:.1f}" for part in (0.5, 0.99))
        work = f"{1_000_000 * sum(each.worked for each in rounds[kind]) / len(took):.0f}"
        table.add_row(
            title, f"{rate:.0f}", share, p50, p99, work, str(sum(each.refused for each in rounds[kind])), kept
        )


def _prepare(url: str) -> list[dict[str, str]]:
    """Loads the sample company and returns the fields of a sign-up form for each active member who speaks English."""
    database = Database(url)
    database.migrate()
    sync(
        database, directory.load_directory(ROOT / "content", url="http://127.0.0.1:9", capture_url="http://127.0.0.1:9")
    )
    with database.read() as session:
        members = session.scalars(select(Member.id).where(Member.active, Member.locale == "en")).all()
        wording = session.scalars(select(Wording.id).where(Wording.has_member, Wording.locale == "en")).first()
    database.engine.dispose()
    assert wording is not None
    signer = TokenSigner([KEY])
    page = signer.page_token(PageSeen("home", "en", "b0b0b0b0b0b0", wording))
    typed = {"first_name": "Pat", "interest": "both", "consent": "yes", "website": ""}
    return [{"token": signer.member_token(member), "page": page, **typed} for member in members]


@contextmanager
def _server(module: list[str], environ: dict[str, str], folder: Path) -> Iterator[Started]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert " listens on " in line, (folder / "log").read_text()
        yield Started(psutil.Process(process.pid), int(line.rsplit(":", 1)[1]))
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def _load(port: int, seconds: float, connections: int, forms: list[dict[str, str]] | None, series: int) -> Round:
    """Sends requests over ``connections`` connections, each as soon as the last is answered; returns the figures."""
    numbers, links = count(), Links([KEY])
    result = Round(0.0, [])

    def sign_up(number: int) -> bytes:
        assert forms is not None
        typed = {**forms[number % len(forms)], "email": f"p{number}@s{series}.example.com"}
        # As from the page that stands between, read for some seconds.
        pause = human_proof.sign_pause(links, typed, datetime.now(UTC) - timedelta(seconds=10))
        body = urlencode({**typed, "pause": pause})
        head = "POST /signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    # Made beforehand: what signing costs must not be taken from the server's cores.
    made = [sign_up(number) for number in range(int(seconds * MOST_A_SECOND))] if forms else []
    begun = time.perf_counter()

    def request() -> bytes:
        if forms is None:
            return b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        number = next(numbers)
        return made[number] if number < len(made) else sign_up(number)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() - begun < seconds:
            asked = time.perf_counter()
            try:
                writer.write(request())
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                # A server may end a connection that it has kept for long: that is no refusal.
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            if head.split(b" ", 2)[1] in (b"200", b"303"):
                result.took.append(time.perf_counter() - asked)
            else:
                result.refused += 1
            if b"connection: close" in head.lower():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    result.seconds = time.perf_counter() - begun
    return result


if __name__ == "__main__":
    main()
