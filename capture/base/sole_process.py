"""One process at a time, by an advisory lock on a file that the kernel releases when its holder dies, however it dies.

The file stays and holds the process id of the last holder, for messages. Processes forked within the block share the
lock: it is free when the last of them has ended.
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
"""How long to wait if the holder was killed: the processes that it forked notice within about a second, and end."""


class SoleProcessError(EspalierError):
    """Another process holds the lock, or its file cannot be used."""


def sole_service(database: Database) -> AbstractContextManager[None]:
    """Holds the lock by which only one ``capture serve`` runs on a SQLite file. PostgreSQL takes several, and needs
    none.

    Raises SoleProcessError.
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
    """Holds the lock on a file for the block; creates the file, and private folders above it, if they are missing.

    ``refusal`` makes the fault to raise if another process holds the lock, which it gets as "process 1234". Raises
    SoleProcessError.
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
    """Takes the lock; returns False if a living process holds it."""
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
    """Returns the process id in the file; None in the moment before it is written."""
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
