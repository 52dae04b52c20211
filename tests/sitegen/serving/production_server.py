"""The production server in a process of its own, and the sample company that it serves."""

from __future__ import annotations

import csv
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from sitegen.roster.slugs import slugify
from sitegen.site import bundled
from tests.conftest import SITES, replace_in

COMPANY = "brambleandwick.example"


Answer = tuple[int, http.client.HTTPMessage, bytes]


class ProductionServer:
    """A server that is running, and how to ask it."""

    def __init__(self, process: subprocess.Popen[str], port: int, folder: Path, log: Path) -> None:
        self.process = process
        self.port = port
        self.folder = folder
        self.log = log

    def ask(
        self, path: str, method: str = "GET", host: str = COMPANY, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in {"Host": host, **named}.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def becomes(self, true: Callable[[], bool]) -> None:
        """Waits until something holds for two seconds, so that every process has been met, one that was busy with
        the change included."""
        row, ends = 0, monotonic() + 60
        while row < 40:
            row = row + 1 if true() else 0
            assert monotonic() < ends, self.log.read_text()
            sleep(0.05)

    def raw(self, request: bytes) -> bytes:
        """The first line of the answer to bytes that no library would send."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            return connection.recv(200).split(b"\r\n")[0]


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[ProductionServer]:
    """The command itself, until the block ends."""
    instance, log = folder.parent / "instance", folder.parent / "log"
    instance.mkdir(exist_ok=True)
    environment = {**os.environ, "ESPALIER_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "sitegen", "serve", str(folder), "--production", "--port", "0", *options]
    with log.open("w") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, line + log.read_text()
        yield ProductionServer(process, int(found[1]), folder, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        process.stdout.close()


def sample(place: Path, layout: str = "path") -> Path:
    """The sample company, with one member who has left."""
    folder = Path(shutil.copytree(bundled.folder("content"), place / "content"))
    replace_in(folder / "site.toml", 'layout = "path"', f'layout = "{layout}"')
    return folder


def small(place: Path, layout: str = "path") -> Path:
    """Pot & Kettle, whose few pages a server has read in a moment."""
    return Path(shutil.copytree(SITES / layout / "input", place / "content"))


def inactive(folder: Path) -> str:
    """The slug of a member who has left."""
    with (folder / "members.csv").open(encoding="utf-8", newline="") as file:
        return next(row["slug"] or slugify(row["name"]) for row in csv.DictReader(file) if row["status"] == "inactive")
