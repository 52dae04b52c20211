"""``capture bounces --lmtp`` as a process of its own, as a service manager runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from capture.settings import Settings
from tests.capture.process import environment


@contextmanager
def taking_lmtp(settings: Settings, place: str, folder: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A running process that takes reports at a place. ``folder`` gets its ``log``, and in ``left`` what it cannot
    read; ``more``: settings."""
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "capture", "bounces", "--lmtp", place, "--left", str(folder / "left")],
            env=environment(settings, **more),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout
    try:
        assert process.stdout.readline() == f"capture takes reports by LMTP at {place}\n", (folder / "log").read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
