"""Remembers when each page last changed: for the header ``Last-Modified``.

The times of files do not show this: a file that is put back, copied with its old time or removed leaves no newer time
behind. So each page's key (a digest of what the page is made from) is kept with the time when it was first seen
here, in a file that outlasts restarts and is shared by all processes. A page that changes gets a later time than
it ever had, even if it becomes what it was before; a page that did not change keeps its time. Only a page that is not
in the file yet gets its time from the files it is made from.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time


class ChangeTimes:
    """Keeps in one small file, for each page by name, a digest of what it is made from and since when that is so."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def since(self, keys: Mapping[str, str], files: Iterable[Path] = ()) -> dict[str, int]:
        """Returns the time since when each name has the digest in ``keys``, in whole seconds since 1970, and keeps it.

        ``files``: the files and folders that pages are made from; a new name gets the time of their last change.
        """
        with locked(self._path.with_suffix(".lock")):
            before = self._read()
            now = int(time())
            fresh = _newest(files, now) if keys.keys() - before.keys() else now
            after = {name: _entry(before.get(name), key, now, fresh) for name, key in keys.items()}
            if after != {name: before.get(name) for name in after}:
                self._write({**before, **after})
        return {name: since for name, (_, since) in after.items()}

    def _read(self) -> dict[str, tuple[str, int]]:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(name): (str(key), int(since)) for name, (key, since) in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):  # none yet, or none that can be read
            return {}

    def _write(self, entries: Mapping[str, tuple[str, int]]) -> None:
        growing = self._path.with_suffix(".new")
        growing.write_text(json.dumps(entries), encoding="utf-8")
        growing.replace(self._path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Locks a file while the block runs: other processes and threads that lock the same file wait."""
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _entry(before: tuple[str, int] | None, key: str, now: int, fresh: int) -> tuple[str, int]:
    if before is None:
        return key, fresh
    return before if before[0] == key else (key, max(now, before[1] + 1))


def _newest(roots: Iterable[Path], now: int) -> int:
    """Returns the latest change below some folders, in seconds: the system's own time, which no copy sets back."""
    newest = 0.0
    for root in roots:
        for path in (root, *root.rglob("*")):
            with suppress(OSError):  # gone since, or never there
                newest = max(newest, path.stat().st_ctime)
    return min(int(newest), now) if newest else now
