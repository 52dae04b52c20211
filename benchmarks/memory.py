"""Measures the memory of a build with few members against one with many: the largest resident size of each process.

The pages of members' sites are dropped instead of written. The kernel keeps the largest size of each process (VmHWM in
/proc/PID/status, which counts shared pages in full), which is read again and again while the process lives.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from benchmarks import company
from benchmarks.measure import Row
from benchmarks.workshop import TOKEN_KEY, Workshop

GROWTH_BAR, BAR = 50.0, 250.0
"""The most MB by which many members may enlarge the largest process, and the most MB that any process may have."""
NAME = "memory"
_EVERY = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Peaks:
    """The memory of one build: MB of the command's own process and of the largest that it started; wall seconds."""

    parent: float
    child: float
    seconds: float
    pages: int

    @property
    def most(self) -> float:
        """MB of the largest process of the build."""
        return max(self.parent, self.child)


def measure(shop: Workshop, few: int, many: int) -> Row:
    """Builds ``few`` and ``many`` members and returns the row of the table."""
    small, large = peaks(shop, few), peaks(shop, many)
    growth = large.most - small.most
    return Row(
        NAME,
        f"largest process, {many:,} members ({large.pages:,} pages in {large.seconds:.0f} s) to a sink",
        f"{large.most:.0f} MB (parent {large.parent:.0f}, child {large.child:.0f})",
        f"{few:,} members {small.most:.0f} MB (parent {small.parent:.0f}, child {small.child:.0f})",
        f"{growth:+.0f} MB",
        f"≤ {GROWTH_BAR:+.0f} MB, < {BAR:.0f} MB",
        growth <= GROWTH_BAR and large.most < BAR,
        {
            "few": [few, small.parent, small.child, small.seconds],
            "many": [many, large.parent, large.child, large.seconds],
        },
    )


def peaks(shop: Workshop, count: int) -> Peaks:
    """Builds ``count`` members without writing their pages, and returns the memory that the build took.

    Raises RuntimeError if the build fails.
    """
    site = company.make(shop.fresh(f"members-{count}"), count)
    command = [sys.executable, "-m", "benchmarks.sink", str(site), str(shop.fresh("sink"))]
    environment = {**os.environ, "ESPALIER_TOKEN_KEY": TOKEN_KEY, "TMPDIR": str(shop.root)}
    started = perf_counter()
    seen: dict[int, float] = {}
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(command, env=environment, stdout=printed, cwd=Path(__file__).parent.parent)
        while process.poll() is None:
            for pid in (process.pid, *children(process.pid)):
                seen[pid] = max(seen.get(pid, 0.0), high_water(pid))
            sleep(_EVERY)
        spent = perf_counter() - started
        if process.returncode:
            raise RuntimeError(f"the build into the sink failed ({process.returncode})")
        printed.seek(0)
        pages = int(printed.read().split()[0])
    parent = seen.pop(process.pid)
    return Peaks(parent, max(seen.values(), default=0.0), spent, pages)


def children(pid: int) -> list[int]:
    """Returns the ids of the processes that a process has started; none if the process has ended."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:  # it ended meanwhile
        return []
    return [int(each) for each in text.split()]


def high_water(pid: int) -> float:
    """Returns the largest resident size of a process so far, in MB; 0 if the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    found = [line for line in lines if line.startswith("VmHWM:")]
    return int(found[0].split()[1]) * 1024 / 1e6 if found else 0.0
