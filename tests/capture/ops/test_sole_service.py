"""One service on a SQLite file: a second one refuses, and starts once the first has ended, however it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from capture.settings import Settings
from tests.capture.process import ask, environment, serving


def capture(settings: Settings, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "capture", *arguments],
        cwd=folder,
        env=environment(settings, **more),
        capture_output=True,
        text=True,
        timeout=120,
    )


def file_of(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


@pytest.mark.slow
@pytest.mark.database("sqlite")
def test_a_second_service_says_which_process_runs_and_what_to_do(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path) as (first, port):
        second = capture(settings, tmp_path, "serve", "--port", "0")
        assert (second.returncode, second.stdout, second.stderr) == (
            1,
            "",
            f"{file_of(settings)}: another service runs on this database: process {first.pid}\n"
            "  hint: stop it first, or use PostgreSQL, which several services may share\n",
        )
        link = tmp_path / "link.sqlite"
        link.symlink_to(file_of(settings))
        by_link = capture(replace(settings, database_url=f"sqlite:///{link}"), tmp_path, "serve", "--port", "0")
        assert (by_link.returncode, by_link.stderr) == (1, second.stderr)
        assert ask(port, "GET", "/signup") == 405


@pytest.mark.slow
@pytest.mark.database("sqlite")
def test_a_worker_and_the_other_commands_run_beside_the_service(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path, "--no-worker"):
        worker = capture(settings, tmp_path, "worker", "--once", ESPALIER_DEMO="1")
        assert worker.returncode == 0, worker.stderr
        beside = capture(settings, tmp_path, "leads")
        assert beside.returncode == 0, beside.stderr


@pytest.mark.slow
@pytest.mark.database("sqlite")
def test_the_next_service_starts_once_the_first_has_ended(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path) as (first, port):
        assert ask(port, "GET", "/signup") == 405
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
        with serving(settings, tmp_path) as (_, port):
            assert ask(port, "GET", "/signup") == 405


@pytest.mark.slow
@pytest.mark.database("sqlite")
@pytest.mark.parametrize("all_at_once", [True, False])
def test_the_next_service_starts_after_kill_9(settings: Settings, tmp_path: Path, all_at_once: bool) -> None:
    with serving(settings, tmp_path) as (first, port):
        assert ask(port, "GET", "/signup") == 405
        if all_at_once:
            os.killpg(first.pid, signal.SIGKILL)
        else:
            first.kill()  # what it forked notices a moment later; the next service waits for that
        first.wait(30)
        with serving(settings, tmp_path) as (second, port):
            assert ask(port, "GET", "/signup") == 405
            assert capture(settings, tmp_path, "serve", "--port", "0").stderr.count(f"process {second.pid}\n") == 1


@pytest.mark.slow
@pytest.mark.database("sqlite")
def test_the_lock_stays_when_the_process_that_answers_is_replaced(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path) as (first, port):
        assert ask(port, "GET", "/signup") == 405
        [child] = map(int, Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split())
        os.kill(child, signal.SIGKILL)
        until = time.monotonic() + 30
        while not _answers(port) and time.monotonic() < until:
            time.sleep(0.1)
        assert _answers(port)
        assert capture(settings, tmp_path, "serve", "--port", "0").returncode == 1


@pytest.mark.database("postgresql")
def test_postgresql_takes_several_services(settings: Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path) as (_, one), serving(settings, tmp_path) as (_, two):
        assert [ask(port, "GET", "/signup") for port in (one, two)] == [405, 405]


def _answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/signup", timeout=5) == 405
    except OSError:
        return False
