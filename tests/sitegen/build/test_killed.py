"""``kill -9`` at any moment of a build, a hundred times, with a reader on the tree: never a torn page, and in the
end the tree of a clean build. Half of the kills take the whole group of processes, half only the first."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sitegen.build.builder import build
from sitegen.errors import OutputError
from tests.conftest import build_options, replace_in, tree

MEMBERS = 2_000
KILLS = 100


class Reader(threading.Thread):
    """Reads pages at random as long as it lives, and keeps those that were not whole."""

    def __init__(self, out: Path) -> None:
        super().__init__(daemon=True)
        self.out = out
        self.torn: list[str] = []
        self.read = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            for path in self.out.glob("*/index.html"):
                try:
                    page = path.read_bytes()
                except FileNotFoundError:  # gone between listing and reading
                    continue
                self.read += 1
                if not (page.startswith(b"<!doctype html>") and page.endswith(b"</html>")):
                    self.torn.append(f"{path}: {len(page)} bytes")
                if self.over.is_set():
                    return
            time.sleep(0.01)


def populate(folder: Path) -> None:
    rows = (f"n{number},,Member {number},,n{number}@example.com,,,,,,,m1,en,GB,active,\n" for number in range(MEMBERS))
    with (folder / "members.csv").open("a", encoding="utf-8") as roster:
        roster.writelines(rows)


def seconds_of_a_build(folder: Path, out: Path) -> float:
    started = time.monotonic()
    run(folder, out).wait()
    return time.monotonic() - started


def run(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sitegen", "build", str(folder), "--out", str(out), "--jobs", "2", "--quiet"]
    return subprocess.Popen(
        command, env=os.environ, start_new_session=True, stderr=subprocess.DEVNULL, preexec_fn=heed_interrupts
    )


def heed_interrupts() -> None:
    """Whoever starts the tests in the background ignores Ctrl-C, and so would every process below."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def finished(folder: Path, out: Path) -> None:
    """Builds to the end; processes that lost their parent may hold the lock for the rest of their chunk."""
    for _ in range(600):
        try:
            build(build_options(folder, out))
            return
        except OutputError as error:
            assert "another build" in str(error)
            time.sleep(0.05)
    pytest.fail("the lock was never given up")


@pytest.mark.slow
def test_a_hundred_kills(folder: Path, out: Path, tmp_path: Path) -> None:
    populate(folder)
    chance = random.Random(20261123)
    longest = seconds_of_a_build(folder, tmp_path / "timed")
    out.mkdir()
    reader = Reader(out)
    reader.start()
    survived = 0
    for number in range(KILLS):
        # Every round has something to write, and every tenth changes which members there are.
        replace_in(
            folder / "pages" / "en" / "thanks.md", f"Thank you{'!' * number}{{%", f"Thank you{'!' * (number + 1)}{{%"
        )
        if number % 10 == 0:
            replace_in(folder / "members.csv", f"n{number},,Member {number},", f"n{number},,Renamed {number},")
        process = run(folder, out)
        time.sleep(chance.uniform(0.2, longest))
        if process.poll() is not None:
            survived += 1
        elif number % 2:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    finished(folder, out)
    reader.over.set()
    reader.join()
    assert reader.read > 1000
    assert not reader.torn
    assert survived < KILLS // 2, "most builds must have been cut off for this to prove anything"
    build(build_options(folder, tmp_path / "clean"))
    assert tree(out) == tree(tmp_path / "clean")


@pytest.mark.slow
def test_an_interrupted_build_says_so_and_ends_its_processes(folder: Path, out: Path) -> None:
    populate(folder)
    process = run(folder, out)
    for _ in range(400):
        if len(list(out.glob("*/contact.vcf"))) > 50:
            break
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    finished(folder, out)
