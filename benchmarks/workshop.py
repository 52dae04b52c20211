"""A temporary folder for a run of the benchmarks: makes site folders and fresh output folders, runs and times commands.

No folder is ever removed and made again under its name during a run: ext4 steps over inodes that were freed
a moment ago, which makes creating files several times as slow.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from benchmarks import company

TOKEN_KEY = "a-key-for-benchmarks-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Ran:
    """The times and the output of a command that succeeded."""

    seconds: float
    """Wall time of the whole command, in seconds."""
    cpu: float
    """Seconds of processor time, including the processes that the command started and waited for."""
    output: str


class CommandError(Exception):
    """A command failed; the message holds what it printed."""


class Workshop:
    """A temporary folder for a run, with site folders and fresh output folders; runs and times commands in it.

    To be used in a ``with`` statement, which removes the folder at its end.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="espalier-bench-", dir=folder))
        self._made = 0
        self._sites: dict[int, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def fresh(self, name: str) -> Path:
        """Returns a path below the folder that was never used before."""
        self._made += 1
        return self.root / f"{name}-{self._made}"

    def site(self, count: int) -> Path:
        """Returns the site folder of the heavy company with ``count`` members; it is made only once."""
        if count not in self._sites:
            self._sites[count] = company.make(self.fresh(f"site-{count}"), count)
        return self._sites[count]

    def run(self, command: Sequence[str | Path]) -> Ran:
        """Runs a command in the folder, once earlier writes have reached the disk, and returns its times and output.

        Raises CommandError if the command fails.
        """
        os.sync()
        with tempfile.TemporaryFile("w+") as printed:
            started = perf_counter()
            process = subprocess.Popen(
                [os.fspath(each) for each in command],
                cwd=self.root,
                env={**os.environ, "ESPALIER_TOKEN_KEY": TOKEN_KEY},
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            _, status, used = os.wait4(process.pid, 0)  # in place of process.wait, for the figures of this child alone
            seconds = perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            printed.seek(0)
            output = printed.read()
        if process.returncode:
            raise CommandError(f"{' '.join(map(str, command))}\n{output}")
        return Ran(seconds, used.ru_utime + used.ru_stime, output)

    def build(self, site: Path, out: Path, *options: str) -> tuple[Ran, dict[str, Any]]:
        """Runs ``sitegen build`` in a process of its own and returns its times and its summary."""
        ran = self.run([sys.executable, "-m", "sitegen", "build", site, "--out", out, "--json", *options])
        return ran, json.loads(ran.output)
