"""The days of a person: where they begin, and which one it is. A member counts days in their own time zone, the company
and its staff in the company's.

All moments of the database are UTC. The bounds of days are computed here, in Python, so that both kinds of database
find the same rows, whatever they know about time zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.company.generator import find_zone
from capture.models import Company, Member

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one time zone."""

    zone: ZoneInfo

    def local(self, moment: datetime) -> datetime:
        """Returns a moment as the clock in this zone shows it; ``strftime("%Z")`` gives the zone's short name."""
        return moment.astimezone(self.zone)

    def day(self, moment: datetime) -> date:
        """Returns the day that a moment is in."""
        return self.local(moment).date()

    def begins(self, day: date) -> datetime:
        """Returns the moment, in UTC, at which a day begins.

        Where the clock skips midnight, the day begins later by its clock. A day that the zone skipped as a whole, such
        as 30 December 2011 in Samoa, has no length: it begins when the next one does.
        """
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def after(self, day: date, days: int) -> date:
        """Returns the day that is ``days`` days after ``day``, or the next one if the zone skipped that day."""
        found = day + days * _DAY
        while self.begins(found) == self.begins(found + _DAY):
            found += _DAY
        return found


def named(timezone: str | None) -> Calendar:
    """Returns the calendar of a time zone by its name in the tz database; for None, that of UTC. Raises KeyError for an
    unknown name."""
    return Calendar(find_zone(timezone or "UTC"))


def calendar_of(session: Session, member: Member | None) -> Calendar:
    """Returns the calendar by which a member counts days; for None, the company's. Before the first ``capture sync``,
    which loads the company, that is UTC."""
    if member is not None and member.timezone is not None:
        return named(member.timezone)
    return named(session.scalar(select(Company.timezone)))
