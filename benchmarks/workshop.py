"""A temporary root with everything a run needs: site folders, fresh output folders, commands and their time.

No folder is ever removed and made again under its name while a run goes on: ext4 steps over inodes that were freed
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
    """A command that ended well."""

    seconds: float
    """Wall time of the whole process."""
    cpu: float
    """Processor seconds, of the processes that it started and waited for as well."""
    output: str


class CommandError(Exception):
    """A command failed; the message holds what it printed."""


class Workshop:
    """Use as a context; the root is removed at its end."""

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
        """A path that nothing has ever stood at."""
        self._made += 1
        return self.root / f"{name}-{self._made}"

    def site(self, count: int) -> Path:
        """The heavy company with so many members; made once."""
        if count not in self._sites:
            self._sites[count] = company.make(self.fresh(f"site-{count}"), count)
        return self._sites[count]

    def run(self, command: Sequence[str | Path]) -> Ran:
        """Runs a command in the root, after what was written before has reached the disk."""
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
        """``sitegen build`` as a process of its own, and its summary."""
        ran = self.run([sys.executable, "-m", "sitegen", "build", site, "--out", out, "--json", *options])
        return ran, json.loads(ran.output)
