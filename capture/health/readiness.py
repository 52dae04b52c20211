"""Tries whether sign-ups can be stored, by storing: a full disk, a read-only server or a lock that another program
holds shows only then.

The one row of the table ``readiness`` is written and committed, so nothing grows. However many probes ask, this happens
at most once a second in each process, and only one request waits for a locked database.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime

from sqlalchemy import bindparam

from capture.base.db import Database
from capture.base.prepared import Driver, Prepared
from capture.base.unavailable import Unavailable
from capture.models import Readiness

FRESH_SECONDS = 1.0
"""How long the result of a try is told to others who ask."""

_STORE = Prepared(
    lambda insert: (
        insert(Readiness)
        .values(id=1, at=bindparam("at"))
        .on_conflict_do_update(index_elements=["id"], set_={"at": bindparam("at")})
    )
)


class StoringProbe:
    """Tries whether the service can store, and remembers the result for a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trying = threading.Lock()
        self._last: tuple[float, str | None] | None = None

    def fault(self, now: datetime) -> str | None:
        """Returns why nothing can be stored; None if it can. While another thread is still trying, returns the last
        result. ``now``: the moment to store."""
        last = self._last
        if not self._trying.acquire(blocking=last is None):
            return last[1] if last else None
        try:
            if self._last is None or time.monotonic() - self._last[0] >= FRESH_SECONDS:
                self._last = time.monotonic(), self._try(now)
            return self._last[1]
        finally:
            self._trying.release()

    def _try(self, now: datetime) -> str | None:
        try:
            with self._database.writing() as connection:
                _STORE(Driver(connection), at=now)
        except Unavailable as error:
            return f"nothing can be stored: {error}"
        return None
