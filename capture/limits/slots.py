"""Caps concurrent slow uploads in this process, one for each user: each holds a thread while it lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class UploadSlots:
    """At most ``most`` slots, and never two for the same holder."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._holders: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, holder: str) -> Iterator[bool]:
        """Takes a slot for as long as the block lasts. Yields False at once if none is free, or the holder has one."""
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
