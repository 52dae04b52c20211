"""How many mails one receiving domain gets per minute: counted in the database, so that it holds for all workers.

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
    """At most ``per_minute`` mails to one domain, from all workers of a database together.

    ``named``: returns the keyed hash under which a name is counted. Each worker has a quota of its own, which remembers
    the domains that have used up their minute, so that the worker leaves them alone until it is over.
    """

    def __init__(self, per_minute: int, named: Callable[[str], str]) -> None:
        self._most = per_minute
        self._named = named
        self._minute: datetime | None = None
        self._full: set[str] = set()

    def full(self, now: datetime) -> list[str]:
        """Returns the domains that are known to have used up this minute's quota."""
        self._begin(now)
        return sorted(self._full)

    def take(self, session: Session, domain: str, now: datetime) -> datetime | None:
        """Uses one mail of the domain's quota, in the caller's transaction. Returns None; if the quota is used up, when
        the next minute begins."""
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
