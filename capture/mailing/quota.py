"""How many mails one receiving domain gets in a minute: counted in the database, so that it holds over all workers.

A minute is one of the clock's. Domains are counted under keyed hashes, like everything else that could tell of
somebody: a domain may be one person's alone.
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

    ``named``: the keyed hash under which a name is counted. One per worker; it remembers which domains it found to
    have had their share, so that these are left alone until the minute is over.
    """

    def __init__(self, per_minute: int, named: Callable[[str], str]) -> None:
        self._most = per_minute
        self._named = named
        self._minute: datetime | None = None
        self._full: set[str] = set()

    def full(self, now: datetime) -> list[str]:
        """The domains that are known to have had their share of this minute."""
        self._begin(now)
        return sorted(self._full)

    def take(self, session: Session, domain: str, now: datetime) -> datetime | None:
        """Uses one of the domain's share, within the caller's transaction; where none is left, when there will be."""
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
