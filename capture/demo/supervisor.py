"""Runs the demo: the company's sites and the capture service on this machine, as two child processes.

The demo writes only below the instance folder, where it also keeps a copy of the site folder. When it ends, by Ctrl-C,
by SIGTERM or because a child process ended, it stops both child processes by their ids.
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from capture.base.feature import Feature
from capture.company.generator import create_instance, find_instance
from capture.demo import filling, site_copy, welcome
from capture.demo.sole_demo import sole_demo
from capture.demo.terminal import say
from capture.settings import Settings
from sitegen.errors import EspalierError, Fault

LOOPBACK = "127.0.0.1"
SITES = "sites"
"""The folder below the instance folder into which the sites are built."""

START_SECONDS = 60.0
STOP_SECONDS = 15.0
PORTS_TRIED = 100


class DemoError(EspalierError):
    """Raised if the demo cannot start, or one of its servers ended."""


@dataclass(frozen=True, slots=True)
class Part:
    """A server that runs as a child process of the demo: its name for messages, its web address, and the process."""

    name: str
    address: str
    process: subprocess.Popen[bytes]


def run(
    folder: Path, features: Sequence[Feature], port: int, capture_port: int, console: Console, *, empty: bool = False
) -> None:
    """Runs the demo: syncs the site folder, adds the sample data, builds the sites, and serves them and the capture
    service until Ctrl-C or SIGTERM.

    ``port``, ``capture_port``: the ports of sites and service, or the next free ones. ``empty``: without the sample
    data. Raises DemoError if a step or a server fails, and SoleProcessError if another demo or service runs on this
    instance folder.
    """
    instance = (find_instance(os.environ, folder) or Path("instance")).absolute()
    made = create_instance(instance)
    if made:
        say(console, f"made {' and '.join(made)} in {instance}")
    with sole_demo(instance):
        _build_and_serve(folder, features, instance, port, capture_port, console, empty=empty)


def _build_and_serve(
    folder: Path,
    features: Sequence[Feature],
    instance: Path,
    port: int,
    capture_port: int,
    console: Console,
    *,
    empty: bool,
) -> None:
    port = free_port(port)
    capture_port = free_port(capture_port, taken=port)
    sites, service = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{capture_port}"
    environ = {**os.environ, "ESPALIER_INSTANCE": str(instance), "ESPALIER_DEMO": "1"}
    built = str(instance / SITES)
    addresses = ("--url", sites, "--capture-url", service)
    try:
        copy = site_copy.refresh(folder, instance)
        steps = Steps(environ, copy.beside)
        sync = ["capture", "sync", copy.name, *addresses]
        steps.finish("sync", sync)
        settings = Settings.from_environ(environ)
        if filling.fill(settings, features, console, empty=empty):
            # This sync writes the new campaigns to campaigns.csv, from which the build makes their pages.
            steps.finish("sync", sync)
        steps.finish("build", ["sitegen", "build", copy.name, "--out", built, *addresses])
        # The preview server's policy allows forms to be sent to the capture service only.
        serve_sites = ["sitegen", "serve", copy.name, "--built", built, "--port", str(port), *addresses[2:]]
        serve_capture = ["capture", "serve", "--host", LOOPBACK, "--port", str(capture_port)]
        with (
            steps.child("the sites", sites, serve_sites) as one,
            steps.child("the capture service", service, serve_capture) as two,
        ):
            _wait_until_they_answer(one, two)
            welcome.tell(settings, console, sites, service)
            _wait_for_an_end(one, two)
    except KeyboardInterrupt:
        say(console, "stopped")


def free_port(wished: int, *, taken: int | None = None) -> int:
    """Returns the port ``wished`` if it is free, else the next free one; never ``taken``. Raises DemoError if none of
    PORTS_TRIED ports is free."""
    for port in range(wished, min(wished + PORTS_TRIED, 65536)):
        if port == taken and port:
            continue
        with contextlib.suppress(OSError), socket.create_server((LOOPBACK, port)) as listener:
            return int(listener.getsockname()[1])
    raise DemoError(Fault("no free port", where=f"{LOOPBACK}:{wished}", hint="choose another one with --port"))


@dataclass(frozen=True, slots=True)
class Steps:
    """Runs the command lines of which the demo consists, as child processes. ``environ``: the commands' environment;
    ``folder``: their working folder."""

    environ: dict[str, str]
    folder: Path

    def finish(self, name: str, module: list[str]) -> None:
        """Runs a command to its end, with its output on the terminal. ``module``: the module for ``python -m``, and its
        arguments. Raises DemoError if the command fails."""
        command = [sys.executable, "-m", *module]
        code = subprocess.run(command, env=self.environ, cwd=self.folder, check=False).returncode
        if code == -signal.SIGINT:
            raise KeyboardInterrupt
        if code:
            raise DemoError(Fault(f"{name} ended with exit code {code}", hint="its message is printed above"))

    @contextlib.contextmanager
    def child(self, name: str, address: str, module: list[str]) -> Iterator[Part]:
        """Runs a server as long as the ``with`` block lasts, and then stops it. ``module``: the module for
        ``python -m``, and its arguments."""
        # A session of its own: Ctrl-C reaches this process alone, which then stops the children in order.
        # Its output is dropped, since the demo prints its own addresses; errors go to stderr.
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=self.environ,
            cwd=self.folder,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield Part(name, address, process)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Terminates a child process and waits for its end; kills it after STOP_SECONDS. Ctrl-C is ignored meanwhile."""
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
        raise DemoError(Fault(f"{part.name} ended with exit code {code}", hint="its message is printed above"))
