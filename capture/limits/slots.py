"""Limits how many slow uploads a process receives at a time, since each occupies a thread; a user may send one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class UploadSlots:
    """Allows at most ``most`` uploads at a time in this process, and never two of the same user."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._holders: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, holder: str) -> Iterator[bool]:
        """Allows a user one upload for as long as the ``with`` block lasts. Yields True if the upload may begin; False
        if too many others run, or the user (``holder``) sends one already."""
        with self._lock:
            free = holder not in self._holders and len(self._holders) < self._most
            if free:
                self._holders.add(holder)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._holders.discard(holder)
