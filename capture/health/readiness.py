"""Tries whether sign-ups can be stored, by storing: a full disk, a read-only server or a lock that another program
holds shows only then.

The one row of the table ``readiness`` is written and committed, so nothing grows. Before it, every lock is taken that a
sign-up takes: SQLite locks the whole file, PostgreSQL each table. However many probes ask, this happens at most once a
second in each process, and only one request waits for a locked database.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam

from capture.base.db import Database
from capture.base.prepared import Driver, Prepared
from capture.base.unavailable import Unavailable
from capture.credit import evidence
from capture.models import (
    Base,
    BudgetUse,
    Campaign,
    Chain,
    Company,
    Consent,
    HourlyCount,
    Lead,
    Member,
    OutboxMail,
    Page,
    PersonalData,
    Readiness,
    Touch,
    UsedProof,
)

FRESH_SECONDS = 1.0
"""How long the result of a try is told to others who ask."""

READ: tuple[type[Base], ...] = (Campaign, Company, Member, Page)
"""The tables that a sign-up only reads."""

WRITTEN: tuple[type[Base], ...] = (
    *(Lead, Touch, PersonalData, Consent, Chain, OutboxMail),
    *(BudgetUse, HourlyCount, UsedProof),
)
"""The tables that a sign-up writes."""

ROOM_BYTES = 256 * 1024
"""How many bytes are stored on SQLite. A sign-up changes some 35 pages of 4 KiB, more in a large file; where less room
is left on the disk, a smaller row would still be stored."""

_STORE = Prepared(
    lambda insert: (
        insert(Readiness)
        .values(id=1, at=bindparam("at"), room=bindparam("room"))
        .on_conflict_do_update(index_elements=["id"], set_={"at": bindparam("at"), "room": bindparam("room")})
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
                driver = Driver(connection)
                if driver.is_postgresql:
                    _lock_as_a_sign_up(driver)
                # Random: SQLite writes no page that stays as it was. PostgreSQL takes room for its log in advance.
                _STORE(driver, at=now, room=None if driver.is_postgresql else os.urandom(ROOM_BYTES))
        except Unavailable as error:
            return f"nothing can be stored: {error}"
        return None


def _lock_as_a_sign_up(driver: Driver) -> None:
    """Takes the locks of a sign-up, in its order, so that neither waits for the other; waits as long as it would."""
    for mode, tables in (("ACCESS SHARE", READ), ("ROW EXCLUSIVE", WRITTEN)):
        driver.execute(f"LOCK TABLE {_names(tables)} IN {mode} MODE", None)
    evidence.ChainHead(driver).hold()


def _names(tables: Iterable[type[Base]]) -> str:
    return ", ".join(each.__tablename__ for each in tables)
