"""The demo: the company's sites and this service side by side on this machine, under one supervisor.

Everything it makes lies below the instance folder. Its children are stopped by their process ids when it ends,
however it ends: by Ctrl-C, by SIGTERM, or because one of them died.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from sqlalchemy import select

from capture import models
from capture.base.db import Database
from capture.company.generator import create_instance, find_instance
from capture.demo.sole_demo import sole_demo
from capture.settings import Settings
from sitegen.errors import EspalierError, Fault

LOOPBACK = "127.0.0.1"
SITES = "sites"
"""The folder below the instance that the sites are built into."""

START_SECONDS = 60.0
STOP_SECONDS = 15.0
PORTS_TRIED = 100


class DemoError(EspalierError):
    """The demo cannot start, or a part of it ended."""


@dataclass(frozen=True, slots=True)
class Part:
    """A running child."""

    name: str
    address: str
    process: subprocess.Popen[bytes]


def run(folder: Path, port: int, capture_port: int, console: Console) -> None:
    """Builds, loads, serves and waits. Returns after Ctrl-C or SIGTERM.

    Raises DemoError when a part fails, and SoleProcessError where another demo or service runs on this instance.
    """
    instance = (find_instance(os.environ, folder) or Path("instance")).absolute()
    made = create_instance(instance)
    if made:
        _say(console, f"made {' and '.join(made)} in {instance}")
    with sole_demo(instance):
        _build_and_serve(folder, instance, port, capture_port, console)


def _build_and_serve(folder: Path, instance: Path, port: int, capture_port: int, console: Console) -> None:
    port = free_port(port)
    capture_port = free_port(capture_port, taken=port)
    sites, service = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{capture_port}"
    environ = {**os.environ, "ESPALIER_INSTANCE": str(instance), "ESPALIER_DEMO": "1"}
    built = str(instance / SITES)
    addresses = ("--url", sites, "--capture-url", service)
    try:
        # In this order campaigns that were made in the office get their pages.
        _finish("sync", ["capture", "sync", str(folder), *addresses], environ)
        _finish("build", ["sitegen", "build", str(folder), "--out", built, *addresses], environ)
        # The preview server's policy names the only place that forms may be sent to.
        serve_sites = ["sitegen", "serve", str(folder), "--built", built, "--port", str(port), *addresses[2:]]
        serve_capture = ["capture", "serve", "--host", LOOPBACK, "--port", str(capture_port)]
        with (
            _child("the sites", sites, serve_sites, environ) as one,
            _child("the capture service", service, serve_capture, environ) as two,
        ):
            _wait_until_they_answer(one, two)
            _tell(console, environ, sites, service)
            _wait_for_an_end(one, two)
    except KeyboardInterrupt:
        _say(console, "stopped")


def free_port(wished: int, *, taken: int | None = None) -> int:
    """The wished port of this machine, or the next free one. Raises DemoError when there is none near."""
    for port in range(wished, min(wished + PORTS_TRIED, 65536)):
        if port == taken and port:
            continue
        with contextlib.suppress(OSError), socket.create_server((LOOPBACK, port)) as listener:
            return int(listener.getsockname()[1])
    raise DemoError(Fault("no free port", where=f"{LOOPBACK}:{wished}", hint="choose another one with --port"))


def _finish(name: str, module: list[str], environ: dict[str, str]) -> None:
    """Runs one step to its end; its output is the reader's to see."""
    code = subprocess.run([sys.executable, "-m", *module], env=environ, check=False).returncode
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code:
        raise DemoError(Fault(f"{name} ended with exit code {code}", hint="its message stands above"))


@contextlib.contextmanager
def _child(name: str, address: str, module: list[str], environ: dict[str, str]) -> Iterator[Part]:
    # A session of its own: Ctrl-C reaches this process alone, which then stops the children in order.
    # What it says of itself at its start would contradict us; what goes wrong is said on the other stream.
    process = subprocess.Popen(
        [sys.executable, "-m", *module], env=environ, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        yield Part(name, address, process)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks a child to end and waits; ends it by force when it does not. A second Ctrl-C does not cut this short."""
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_until_they_answer(*parts: Part) -> None:
    deadline = time.monotonic() + START_SECONDS
    for part in parts:
        while not _answers(part.address):
            _check(part)
            if time.monotonic() > deadline:
                raise DemoError(Fault(f"{part.name} did not answer", where=part.address))
            time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def _wait_for_an_end(*parts: Part) -> None:
    while True:
        for part in parts:
            _check(part)
        time.sleep(0.3)


def _check(part: Part) -> None:
    code = part.process.poll()
    if code is not None:
        raise DemoError(Fault(f"{part.name} ended with exit code {code}", hint="its message stands above"))


def _tell(console: Console, environ: dict[str, str], sites: str, service: str) -> None:
    members = _two_members(environ)
    lines = [
        ("The company", f"{sites}/"),
        *((f"{each.name} ({each.locale})", each.home) for each in members),
        ("The office", f"{service}/office/"),
        ("The mailbox", f"{service}/dev/mailbox"),
    ]
    width = max(len(name) for name, _ in lines)
    _say(console, "")
    for name, address in lines:
        _say(console, f"  {name:<{width}}  {address}")
    _say(console, "")
    _say(console, "A sign-up counts once it is confirmed: its mail is in the mailbox.")
    if members:
        _say(console, f"Members sign in at the office with their address, such as {members[0].email}.")
    _say(console, "Ctrl-C ends both.")


def _two_members(environ: dict[str, str]) -> list[models.Member]:
    """A member of the company's language and one of another, where there is one."""
    database = Database(Settings.from_environ(environ).database_url, checkpoints=False)
    with database.read() as session:
        active = select(models.Member).where(models.Member.active).order_by(models.Member.id)
        first = session.scalars(active.limit(1)).first()
        if first is None:
            return []
        others = active.where(models.Member.id != first.id).order_by(None)
        by_language = others.order_by(models.Member.locale == first.locale, models.Member.id)
        members = [first, *session.scalars(by_language.limit(1))]
    database.engine.dispose()
    return members


def _say(console: Console, line: str) -> None:
    # Addresses must stay whole, so nothing is wrapped or coloured in the middle.
    console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.file.flush()
