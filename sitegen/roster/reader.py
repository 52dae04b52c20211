"""Read-only connections to an SQLite index on disk, for several threads and after forks."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sitegen.roster import table


class Reader:
    """Opens read-only connections to one SQLite index and uses them again, each for one reader at a time."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self._process = os.getpid()
        self._idle: deque[sqlite3.Connection] = deque()
        self._inherited: list[deque[sqlite3.Connection]] = []

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yields a connection that nothing else uses until the block ends; then the next reader may have it."""
        if self._process != os.getpid():
            # After a fork, connections of the parent must be neither used nor closed (sqlite.org/howtocorrupt).
            self._inherited.append(self._idle)  # else they would be closed as garbage
            self._process, self._idle = os.getpid(), deque()
        try:
            database = self._idle.pop()
        except IndexError:
            address = f"{self._index.resolve().as_uri()}?mode=ro&immutable=1"
            database = sqlite3.connect(address, uri=True, check_same_thread=False)
            database.create_function("fold", 1, table.fold, deterministic=True)
        try:
            yield database
        finally:
            self._idle.append(database)

    def all(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Returns all rows that a query finds."""
        with self.connection() as database:
            return database.execute(query, values).fetchall()

    def close(self) -> None:
        """Closes the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()
