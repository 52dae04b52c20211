"""How many may do at a time what takes long, and holds a thread of this process while it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Slots:
    """So many places, and never two for the same holder."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._holders: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, holder: str) -> Iterator[bool]:
        """A place for as long as the block lasts; False where there is none. Nobody waits for one."""
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
