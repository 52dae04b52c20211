"""Lets only one process run at a time, by an advisory lock on a file. The kernel releases the lock when the process
ends, even if it is killed.

The file stays, and contains the id of the last process that had the lock, for messages. Processes forked within the
block share the lock, which is free again when the last of them has ended.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from capture.base.db import Database
from sitegen.errors import EspalierError, Fault

ORPHANS_SECONDS = 10.0
"""How many seconds to wait for the lock if the process that took it was killed: the processes that it forked still
share the lock, notice its death within about a second, and end."""


class SoleProcessError(EspalierError):
    """Raised if another process has the lock by which only one may run, or if the lock's file cannot be used."""


def sole_service(database: Database) -> AbstractContextManager[None]:
    """Returns a context with a lock, so that only one ``capture serve`` runs on a SQLite file. On PostgreSQL several
    may run, and the context does nothing.

    The context raises SoleProcessError if another service runs on the file, or if the lock's file cannot be used.
    """
    if database.file is None:
        return nullcontext()
    file = database.file.resolve()

    def refusal(holder: str) -> Fault:
        hint = "stop it first, or use PostgreSQL, which several services may share"
        return Fault(f"another service runs on this database: {holder}", where=file, hint=hint)

    return sole_process(file.with_name(f"{file.name}.lock"), refusal)


@contextmanager
def sole_process(path: Path, refusal: Callable[[str], Fault]) -> Iterator[None]:
    """Locks a file for the block, so that no other process can lock it; creates a missing file, and missing folders
    above it, as private ones.

    Raises SoleProcessError if the file cannot be used, or if another process has the lock. ``refusal``: makes the fault
    for the latter; its argument names the other process, such as "process 1234".
    """
    handle = _open(path)
    try:
        if not _lock(handle, path):
            raise SoleProcessError(refusal(f"process {_holder(handle) or 'unknown'}"))
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        # Closed and never unlocked: a forked process that leaves the block must not free it for the others.
        os.close(handle)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(path, error) from error


def _lock(handle: int, path: Path) -> bool:
    """Locks the open file. Returns True, or False if another process has locked it and still runs."""
    until = time.monotonic() + ORPHANS_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if _is_alive(_holder(handle)) or time.monotonic() > until:
                return False
        except OSError as error:
            raise _unusable(path, error) from error
        time.sleep(0.1)


def _holder(handle: int) -> int | None:
    """Returns the process id that the lock's file contains; None if it contains none yet."""
    text = os.pread(handle, 20, 0).strip()
    return int(text) if text.isdigit() else None


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # it belongs to another user
    return True


def _unusable(path: Path, error: OSError) -> SoleProcessError:
    hint = "the user who runs this must be able to write the file"
    return SoleProcessError(Fault(f"cannot be locked: {error.strerror}", where=path, hint=hint))
