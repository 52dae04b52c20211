"""Limits how many mails one receiving domain gets per minute. The count is in the database, so all workers share it.

A minute is one of the clock's. Domains are counted under keyed hashes, since a domain may belong to one person alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from capture.base.prepared import Driver
from capture.limits.counters import count_up

SCOPE = "mails"

_MINUTE = timedelta(minutes=1)


class Quota:
    """Allows at most ``per_minute`` mails to one domain, from all workers of a database together.

    ``named``: returns the keyed hash under which a name is counted. Each worker has a Quota object of its own, which
    remembers the domains that may get no more mails in this minute, so that the worker does not try them again.
    """

    def __init__(self, per_minute: int, named: Callable[[str], str]) -> None:
        self._most = per_minute
        self._named = named
        self._minute: datetime | None = None
        self._full: set[str] = set()

    def full(self, now: datetime) -> list[str]:
        """Returns the domains of which this worker knows that they have used up this minute's quota of mails."""
        self._begin(now)
        return sorted(self._full)

    def take(self, session: Session, domain: str, now: datetime) -> datetime | None:
        """Counts one mail against the domain's quota, in the caller's transaction.

        Returns None if the mail may be sent now; if the quota is used up, returns when the next minute begins.
        """
        minute = self._begin(now)
        subject = self._named(f"mails@{domain}")[:32]
        if count_up(Driver.of(session), minute, {SCOPE: subject})[SCOPE] <= self._most:
            return None
        self._full.add(domain)
        return minute + _MINUTE

    def _begin(self, now: datetime) -> datetime:
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute = minute
            self._full.clear()
        return minute
