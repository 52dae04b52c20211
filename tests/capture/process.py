"""The service as a process of its own, as an operator runs it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from capture.settings import Settings

KIND = {"Content-Type": "application/x-www-form-urlencoded"}


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a process is told of the settings."""
    return {
        **os.environ,
        "ESPALIER_TOKEN_KEY": settings.token_keys[0],
        "ESPALIER_SECRET_KEY": settings.secret_key,
        "ESPALIER_DATABASE_URL": settings.database_url,
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@contextmanager
def serving(
    settings: Settings,
    folder: Path,
    *options: str,
    port: int = 0,
    program: Sequence[str] = ("-m", "capture"),
    **more: str,
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running service and its port. It leads a group of processes, so that all of it can be killed.

    ``program``: what Python is to run in place of the command.
    """
    log = (folder / "log").open("a")
    process = subprocess.Popen(
        [sys.executable, *program, "serve", "--port", str(port), *options],
        env=environment(settings, **more),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    log.close()
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert "capture listens on http://127.0.0.1:" in line, (folder / "log").read_text()
        yield process, int(line.rsplit(":", 1)[1])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes | str = b"",
    timeout: float = 30,
    headers: Mapping[str, str] = KIND,
) -> int:
    """One request; the status of its answer. Raises OSError or HTTPException where none comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
