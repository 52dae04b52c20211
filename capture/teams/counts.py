"""Counts a member's team (all the people below the member): how many they are, and how many leads they follow up.

Members at the top have thousands of people below them, and counting all their leads takes too long for a page. In
large companies each member's leads are counted ahead every few minutes, and a page adds up these counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.company.calendar import Calendar, calendar_of
from capture.models import Lead, LeadCount, Member, StoredResults
from capture.reports import counting

_MARK = ("team", "all")
"""The key of the ``StoredResults`` row that holds the time of the last count."""

_BATCH = 500

_ONE_AT_A_TIME = 5_260_121
"""The number of the PostgreSQL lock by which only one of several processes counts at a time."""


@dataclass(frozen=True, slots=True)
class TeamTotals:
    """Totals of a member's team (everyone below the member): how many members, how many of them active, and how many
    leads they follow up, in all and new this month.

    ``at``: when the leads were counted; None: just now. ``old``: the count is out of date.
    """

    members: int
    active: int
    leads: int
    this_month: int
    at: datetime | None = None
    old: bool = False


def team_of(session: Session, person: Person, now: datetime) -> TeamTotals:
    """Returns the totals of everyone below the signed-in member ``person``, at any depth: members and their leads.

    The leads are as counted ahead, if a count is stored; otherwise they are counted now. The month is the member's own
    in a count of now; counts ahead are the same for all members above, so that their month is the company's.
    """
    assert person.member is not None
    # Sponsors form a forest (other rosters are refused), so the recursion ends.
    below = select(Member.id, Member.active).where(Member.sponsor_id == person.member.id).cte("below", recursive=True)
    deeper = aliased(Member)
    below = below.union_all(select(deeper.id, deeper.active).where(deeper.sponsor_id == below.c.id))
    heads = (func.count(), func.count().filter(below.c.active))
    kept = session.get(StoredResults, _MARK)
    if kept is not None:
        lately = case((LeadCount.month == _month(calendar_of(session, None), now), LeadCount.this_month), else_=0)
        sums = (func.coalesce(func.sum(LeadCount.leads), 0), func.coalesce(func.sum(lately), 0))
        counted = below.outerjoin(LeadCount, LeadCount.member_id == below.c.id)
        members, active, leads, new = session.execute(select(*heads, *sums).select_from(counted)).one()
        return TeamTotals(members, active, int(leads), int(new), kept.at, kept.at < now - counting.OLD)
    members, active = session.execute(select(*heads).select_from(below)).one()
    calendar = calendar_of(session, person.member)
    theirs = (
        _counting(calendar.begins(_month(calendar, now))).where(Lead.assignee_id.in_(select(below.c.id))).subquery()
    )
    sums = (func.coalesce(func.sum(theirs.c.leads), 0), func.coalesce(func.sum(theirs.c.this_month), 0))
    leads, new = session.execute(select(*sums)).one()
    return TeamTotals(members, active, int(leads), int(new))


def count_teams_ahead(database: Database, now: datetime) -> bool:
    """Counts how many leads each member follows up, for the team pages, if that is due. Returns True if it was.

    Only counts that changed are written. Raises Unavailable if the database cannot be used.
    """
    with database.read() as session:
        if not counting.is_count_due(session, database, _ONE_AT_A_TIME, _MARK[0], now):
            return False
        calendar = calendar_of(session, None)
        month = _month(calendar, now)
        before = {row.member_id: (row.leads, row.this_month, row.month) for row in session.scalars(select(LeadCount))}
        after = {
            member_id: (leads, new, month)
            for member_id, leads, new in session.execute(
                _counting(calendar.begins(month)).where(Lead.assignee_id.is_not(None))
            )
        }
        changed = [each for each in after.keys() | before.keys() if after.get(each) != before.get(each)]
        names = ("member_id", "leads", "this_month", "month")
        with database.write() as writing:
            for part in (changed[start : start + _BATCH] for start in range(0, len(changed), _BATCH)):
                writing.execute(delete(LeadCount).where(LeadCount.member_id.in_(part)))
                rows = [dict(zip(names, (each, *after[each]), strict=True)) for each in part if each in after]
                if rows:
                    writing.execute(insert(LeadCount), rows)
            period, interest = _MARK
            writing.merge(StoredResults(period=period, interest=interest, figures={}, at=now))
    return True


def _counting(since: datetime) -> Any:
    """Returns a query that counts, for each member, the known leads that the member follows up: all of them, and those
    known since a moment."""
    counts = (func.count().label("leads"), func.count().filter(Lead.known_at >= since).label("this_month"))
    return select(Lead.assignee_id, *counts).where(Lead.known_at.is_not(None)).group_by(Lead.assignee_id)


def _month(calendar: Calendar, now: datetime) -> date:
    """Returns the first day of the month that it is now."""
    return calendar.day(now).replace(day=1)
