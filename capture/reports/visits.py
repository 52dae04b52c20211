"""Counts page visits in memory, and adds the counts to the database every few seconds in one statement.

Of a visit only the day, the member or company, and the page are stored; nothing about the visitor. Counts since the
last write are lost if the process is killed. While the database is not available, counts are kept in memory, up to
``MOST`` pages.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite

from capture.base.db import Database
from capture.models import Visit

COMPANY = "_company"
"""Stored instead of a member's id for visits of the company's own pages."""

EVERY_SECONDS = 5.0
"""Seconds between two times at which counts of visits are added to the database."""

MOST = 20_000
"""The most different pages (by day and member) whose visits are counted in memory: some megabytes in all. Beyond it,
visits of other pages are lost until the next write."""

LONGEST_PAGE = 200
"""The most characters of a page's name that the database can store; visits of longer ones are not counted."""

Key = tuple[date, str, str]


class Visits:
    """The visits that one process has counted and not yet added to the database. Several threads may use it at once."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._underway = 0

    def add(self, day: date, member_id: str | None, page: str) -> bool:
        """Counts one visit of a page. ``member_id`` None: a page of the company.

        Returns False, and counts nothing, if the page's name is too long or too many pages are in memory.
        """
        if len(page) > LONGEST_PAGE:
            return False
        key = (day, member_id or COMPANY, page)
        with self._lock:
            if key not in self._counts and len(self._counts) + self._underway >= self._most:
                return False
            self._counts[key] += 1
        return True

    def write(self) -> None:
        """Adds all visits counted so far to the database.

        Raises Unavailable if the database is not available; the counts are then kept for the next call.
        """
        with self._writing:
            with self._lock:
                taken, self._counts = self._counts, Counter()
                self._underway = len(taken)
            try:
                if taken:
                    add_visits(self._database, taken)
            except BaseException:
                with self._lock:
                    self._counts.update(taken)
                raise
            finally:
                with self._lock:
                    self._underway = 0


def add_visits(database: Database, counts: Counter[Key]) -> None:
    """Adds counts of visits to the database in one transaction. Raises Unavailable if the database is not available."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    statement = insert(Visit)
    kept = Visit.count + statement.excluded["count"]
    upsert = statement.on_conflict_do_update(index_elements=["day", "host", "page"], set_={"count": kept})
    # In one order everywhere: two processes that write the same pages must not wait for each other in a circle.
    rows = [{"day": day, "host": host, "page": page, "count": count} for (day, host, page), count in counts.items()]
    rows.sort(key=lambda row: (row["day"], row["host"], row["page"]))
    with database.writing() as connection:
        connection.execute(upsert, rows)
