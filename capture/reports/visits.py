"""Counts page visits in memory, and adds the counts to the database every few seconds in one statement.

Of a visit only the day, the member or company, and the page are stored; nothing about the visitor. The day is the
member's own or, on the company's pages, the company's; which one it is, is decided when the counts are written. Counts
since the last write are lost if the process is killed. While the database is not available, counts are kept in memory,
up to ``MOST`` pages.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from capture.base.db import Database
from capture.company.calendar import Calendar, calendar_of, named
from capture.models import Member, Visit

COMPANY = "_company"
"""Stored instead of a member's id for visits of the company's own pages."""

EVERY_SECONDS = 5.0
"""Seconds between two times at which counts of visits are added to the database."""

MOST = 20_000
"""The most different pages (by quarter of an hour and member) whose visits are counted in memory: some megabytes in
all. Beyond it, visits of other pages are lost until the next write."""

LONGEST_PAGE = 200
"""The most characters of a page's name that the database can store; visits of longer ones are not counted."""

_QUARTER = 15
"""Minutes. Everywhere a day begins at a full quarter of an hour in UTC (Nepal's, say, at 18:15), so that the quarter in
which a visit was made tells its day in every time zone."""

_AT_ONCE = 500

Key = tuple[datetime, str, str]
DayKey = tuple[date, str, str]


class Visits:
    """The visits that one process has counted and not yet added to the database. Several threads may use it at once."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self._underway = 0

    def add(self, at: datetime, member_id: str | None, page: str) -> bool:
        """Counts one visit of a page at a moment in UTC. ``member_id`` None: a page of the company.

        Returns False, and counts nothing, if the page's name is too long or too many pages are in memory.
        """
        if len(page) > LONGEST_PAGE:
            return False
        quarter = at.replace(minute=at.minute - at.minute % _QUARTER, second=0, microsecond=0)
        key = (quarter, member_id or COMPANY, page)
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
                    add_visits(self._database, on_their_days(self._database, taken))
            except BaseException:
                with self._lock:
                    self._counts.update(taken)
                raise
            finally:
                with self._lock:
                    self._underway = 0


def on_their_days(database: Database, counts: Counter[Key]) -> Counter[DayKey]:
    """Returns counts of visits by moment as counts by day: the day that it was then for the member whose page was
    shown, or for the company. Raises Unavailable if the database is not available."""
    calendars: dict[str, Calendar] = {}
    hosts = sorted({host for _, host, _ in counts})
    with database.read() as session:
        company = calendar_of(session, None)
        for start in range(0, len(hosts), _AT_ONCE):
            some = Member.id.in_(hosts[start : start + _AT_ONCE])
            zones = session.execute(select(Member.id, Member.timezone).where(some, Member.timezone.is_not(None)))
            calendars |= {host: named(zone) for host, zone in zones if zone is not None}
    days: Counter[DayKey] = Counter()
    for (at, host, page), count in counts.items():
        days[calendars.get(host, company).day(at), host, page] += count
    return days


def add_visits(database: Database, counts: Counter[DayKey]) -> None:
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
