"""Names mail workers, so that another worker on the same machine can tell whether a worker's process still runs.

A name has the machine's start (boot), its space of process numbers (which each container has for itself), and the
process with its start. Of a worker of another machine or container nothing can be said.
"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS = Path("/proc/self/ns/pid")
_UNKNOWN = "unknown"


def new() -> str:
    """Returns a name for a worker of this process; no two are the same."""
    process = os.getpid()
    return f"{_place()}.{process}.{_start(process)}.{uuid4().hex[:8]}"


def has_ended(owner: str) -> bool:
    """Returns True if a worker's process ran here and is gone; False if it runs, or if that cannot be told."""
    place, *rest = owner.split(".")
    if len(rest) != 3 or place != _place() or place == _UNKNOWN:
        return False
    process, start, _ = rest
    # The number alone may be another process's by now.
    return _start(int(process)) != start


def _place() -> str:
    """Returns what processes share that see each other's numbers; ``_UNKNOWN`` where the system does not tell."""
    try:
        boot, numbers = _BOOT.read_text(encoding="ascii"), str(_NUMBERS.readlink())
    except OSError:
        return _UNKNOWN
    return f"{boot[:8]}-{''.join(filter(str.isdigit, numbers))}"


def _start(process: int) -> str:
    """Returns when a process began, in clock ticks since the machine's start; an empty text if there is no such
    process."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name of the program, in brackets, may hold blanks; the start is the 20th field after it (proc(5)).
    return told.rpartition(")")[2].split()[19]
