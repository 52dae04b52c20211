"""Counts page visits: in memory, and every few seconds into the database in one statement.

A visit is a day, a host and a page; nothing about the visitor. Counts since the last write are lost if the process is
killed. While the database is unavailable, counts are kept in memory, up to a bound.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite

from capture.base.db import Database
from capture.models import Visit

COMPANY = "_company"
"""Stands for the company's own pages where a member's id would stand."""

EVERY_SECONDS = 5.0
"""Seconds between two writes."""

MOST = 20_000
"""Different pages that are held in memory, in all some megabytes. Beyond it those already held go on counting, and
the first visits of further ones are lost."""

LONGEST_PAGE = 200
"""Characters of a page's name that the database takes."""

Key = tuple[date, str, str]


class Visits:
    """The visits of one process. May be used by several threads at once."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._underway = 0

    def add(self, day: date, member_id: str | None, page: str) -> bool:
        """Counts one visit. ``member_id`` None: a company page. Returns False if there is no room for it."""
        if len(page) > LONGEST_PAGE:
            return False
        key = (day, member_id or COMPANY, page)
        with self._lock:
            if key not in self._counts and len(self._counts) + self._underway >= self._most:
                return False
            self._counts[key] += 1
        return True

    def write(self) -> None:
        """Adds the counts to the table. Raises Unavailable, and then keeps them for the next call."""
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
    """Adds counts to the table in one transaction. Raises Unavailable."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    statement = insert(Visit)
    kept = Visit.count + statement.excluded["count"]
    upsert = statement.on_conflict_do_update(index_elements=["day", "host", "page"], set_={"count": kept})
    # In one order everywhere: two processes that write the same pages must not wait for each other in a circle.
    rows = [{"day": day, "host": host, "page": page, "count": count} for (day, host, page), count in counts.items()]
    rows.sort(key=lambda row: (row["day"], row["host"], row["page"]))
    with database.writing() as connection:
        connection.execute(upsert, rows)
