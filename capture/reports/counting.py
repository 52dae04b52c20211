"""Counts leads, visits and spend in the database; ``results`` turns the counts into tables.

A member's leads are counted when the page is opened; the numbers of a member with many leads are kept in memory for
``EVERY``. The whole company's leads are counted when the page is opened while they are few; beyond that the service
counts them every few minutes and stores the finished tables with their time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    String,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from capture.accounts.scope import scope
from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.company.calendar import Calendar, calendar_of
from capture.leads.pipeline import Stage
from capture.models import Campaign, Lead, Provenance, Spending, StoredResults, Touch, Visit, WeeklyVisits
from capture.reports.results import (
    WEEKS,
    CampaignPlacement,
    InterestFilter,
    Period,
    ResultCounts,
    Results,
    StageCounts,
    fold_results,
    monday,
)

FEW = 5_000
"""The most leads of a company that are counted when the page is opened."""

FEW_OF_MEMBER = 2_000
"""The most leads of a member that are counted each time; beyond that number the results are kept for ``EVERY``."""

_MOST_KEPT = 500

FEW_VISITS = 20_000
"""The most rows of the table of visits that are counted when the page is opened."""

EVERY = timedelta(minutes=5)
"""The time between two counts of the whole company in the background, and how long results are kept in memory."""

OLD = 3 * EVERY
"""The age from which results are shown as out of date."""

_ONE_AT_A_TIME = 5_260_120
"""The number of the advisory lock in PostgreSQL by which only one of several processes counts in the background."""

_QUALIFIED = (Stage.QUALIFIED, Stage.CUSTOMER, Stage.RECRUIT)


@dataclass(frozen=True, slots=True)
class CountedResults:
    """Results and their age.

    ``results``: None if they were not counted yet. ``at``: when they were counted; None: for this request. ``old``:
    True if they are out of date.
    """

    results: Results | None
    at: datetime | None = None
    old: bool = False


class RecentResults:
    """A cache in memory for the results of members with many leads. Each result can be used for the time ``EVERY``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Period, InterestFilter], CountedResults] = OrderedDict()

    def get(self, member_id: str, period: Period, about: InterestFilter, now: datetime) -> CountedResults | None:
        """Returns a member's results if they were counted less than ``EVERY`` ago; else None."""
        with self._lock:
            found = self._kept.get((member_id, period, about))
        return found if found is not None and found.at is not None and now - EVERY < found.at <= now else None

    def keep(self, member_id: str, period: Period, about: InterestFilter, found: CountedResults) -> None:
        """Stores a member's results in memory; if too many are stored, removes the oldest."""
        with self._lock:
            self._kept[member_id, period, about] = found
            self._kept.move_to_end((member_id, period, about))
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


def results_for(
    session: Session, recent: RecentResults, person: Person, period: Period, about: InterestFilter, now: datetime
) -> CountedResults:
    """Returns the results that a person sees: a member their own, staff the whole company's.

    ``recent``: the cache for members with many leads. ``about``: which leads count, by their interest.
    """
    today = calendar_of(session, person.member).day(now)
    if person.member is not None:
        kept_lately = recent.get(person.member.id, period, about, now)
        if kept_lately is not None:
            return kept_lately
        results = fold_results(gather_counts(session, person, today, period), period, about, today)
        if results.total.leads <= FEW_OF_MEMBER:
            return CountedResults(results)
        found = CountedResults(results, now)
        recent.keep(person.member.id, period, about, found)
        return found
    if not has_many_leads(session):
        return CountedResults(fold_results(gather_counts(session, person, today, period), period, about, today))
    kept = session.get(StoredResults, (period, about))
    if kept is None:
        return CountedResults(None)
    return CountedResults(Results.restored(kept.figures), kept.at, kept.at < now - OLD)


def has_many_leads(session: Session) -> bool:
    """Returns True if the company has so many leads or visits that results are counted in the background."""
    for column, few in ((Lead.id, FEW), (Visit.day, FEW_VISITS)):
        some = select(column).limit(few + 1).subquery()
        if (session.scalar(select(func.count()).select_from(some)) or 0) > few:
            return True
    return False


def is_count_due(session: Session, database: Database, lock: int, kind: str, now: datetime) -> bool:
    """Returns True if results must be counted in the background now.

    That is so if there are many leads or visits, no other process is counting, and the last count is old. ``kind``: the
    period of the ``StoredResults`` rows that have the time of the last count. ``lock``: the number of an advisory lock
    in PostgreSQL, which this session keeps until its transaction ends.
    """
    free = database.is_sqlite or session.scalar(select(func.pg_try_advisory_xact_lock(lock)))
    latest = session.scalar(select(func.max(StoredResults.at)).where(StoredResults.period == kind))
    # A little less than the pause, so that clocks that tick together do not skip every other turn.
    return bool(free) and (latest is None or latest <= now - EVERY * 0.9) and has_many_leads(session)


def count_ahead(database: Database, now: datetime) -> bool:
    """Counts the whole company's results and stores them, if it is time to. Returns True if they were counted.

    Raises Unavailable if the database is not available.
    """
    with database.read() as session:
        if not is_count_due(session, database, _ONE_AT_A_TIME, Period.ALL, now):
            return False
        _sum_up_visits(session, database)
        if database.is_sqlite:
            session.rollback()  # it would go on seeing what was there before; PostgreSQL's lock must stay
        today = calendar_of(session, None).day(now)
        counts = gather_counts(session, None, today, Period.ALL)
        kept = [
            StoredResults(
                period=period, interest=about, figures=fold_results(counts, period, about, today).stored(), at=now
            )
            for period in Period
            for about in InterestFilter
        ]
        with database.write() as writing:
            for each in kept:
                writing.merge(each)
    return True


def gather_counts(session: Session, person: Person | None, today: date, period: Period) -> ResultCounts:
    """Counts the leads, visits and spend of a period that a person may see, for ``fold_results``.

    ``person`` None: counts the whole company's, with visits from the stored sums by week. ``today``: the day that it is
    for this person, or for the company.
    """
    calendar = calendar_of(session, person.member if person else None)
    member_id = person.member_id if person else None
    begins = period.begins(today)
    sqlite = session.get_bind().dialect.name == "sqlite"
    leads = [true() if person is None else scope(person).counted_leads]
    if begins is not None:
        leads.append(Lead.created_at >= calendar.begins(begins))
    weeks, sources, pages = _leads(session, leads, calendar, _weeks(period, today), today)
    mine = true() if person is None else scope(person).campaigns
    return ResultCounts(
        weeks=weeks,
        sources=sources,
        pages=pages,
        visits=_all_visits(session, begins) if person is None else _visits(session, member_id, begins, sqlite),
        spend=_spend(session, mine, begins, monday(today) + timedelta(weeks=1)),
        placements=_placements(session, mine, {number for _, number, *_ in sources if number is not None}),
    )


_GROUPINGS = (("week",), ("since", "campaign", "kind"), ("since", "page"))
"""The columns by which leads are grouped for each kind of count; each kind is also grouped by interest."""


def _leads(
    session: Session, leads: Sequence[ColumnElement[bool]], calendar: Calendar, weeks: Sequence[date], today: date
) -> tuple[list[Any], list[Any], list[Any]]:
    """Counts leads by week, by source and by page, with the stages they have reached, in one query.

    ``leads``: the conditions for the leads to count. ``weeks``: the Mondays of the weeks, in their order. Returns the
    rows for ``ResultCounts`` weeks, sources and pages.
    """
    keys: dict[str, Any] = {
        "week": _week_of(Lead.created_at, calendar, weeks),
        "since": _since(calendar, today),
        "campaign": Lead.campaign_id,
        "kind": _kind(),
        "page": _first_page(),
    }
    named: list[ColumnElement[Any]] = [key.label(name) for name, key in keys.items()]
    each = select(*named, Lead.interest, Lead.confirmed_at, Lead.stage).where(*leads).cte("each")
    stages = (
        func.count(),
        func.count(each.c.confirmed_at),
        func.count().filter(each.c.stage.in_(_QUALIFIED)),
        func.count().filter(each.c.stage == Stage.CUSTOMER),
        func.count().filter(each.c.stage == Stage.RECRUIT),
    )
    parts = []
    for number, grouping in enumerate(_GROUPINGS):
        shown = [each.c[name] if name in grouping else cast(null(), each.c[name].type).label(name) for name in keys]
        by = (*(each.c[name] for name in grouping), each.c.interest)
        parts.append(select(literal_column(str(number)), *shown, each.c.interest, *stages).group_by(*by))
    found: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for number, week, since, campaign, kind, page, interest, *counts in session.execute(union_all(*parts)):
        told = (
            (_day(week), interest)
            if number == 0
            else (Period(since), campaign, kind, interest)
            if number == 1
            else (Period(since), page, interest)
        )
        found[number].append((*told, StageCounts(*counts)))
    return found


def _since(calendar: Calendar, today: date) -> ColumnElement[str]:
    """Returns an SQL expression for the shortest period in which a lead was created."""
    begun = [
        (Lead.created_at >= calendar.begins(begins), str(each)) for each in Period if (begins := each.begins(today))
    ]
    return case(*begun, else_=str(Period.ALL))


def _kind() -> ColumnElement[Any]:
    """Returns an SQL expression for where a lead came from: "list" or "met"; NULL if the person signed up."""
    return select(Provenance.kind).where(Provenance.id == Lead.provenance_id).scalar_subquery()


def _first_page() -> ColumnElement[Any]:
    """Returns an SQL expression for the page of a lead's first sign-up; NULL if there is none."""
    return select(Touch.page).where(Touch.lead_id == Lead.id).order_by(Touch.id).limit(1).scalar_subquery()


def _weeks(period: Period, today: date) -> list[date]:
    """Returns the Mondays of the weeks that have a line in the results, in their order. Before the first line of all
    time there is one more week, in which all earlier leads are counted."""
    last = monday(today)
    begins = period.begins(today) or last - timedelta(weeks=WEEKS)
    return [begins + timedelta(weeks=number) for number in range((last - begins).days // 7 + 1)]


def _week_of(column: Any, calendar: Calendar, weeks: Sequence[date]) -> ColumnElement[Any]:
    """Returns an SQL expression for the one of these weeks that a column's moment is in, as the Monday's ISO 8601 text.

    Moments before the first week count in it, those after the last in that. The database compares moments in UTC and
    needs to know nothing of time zones; halving takes six comparisons for a year.
    """
    if len(weeks) == 1:
        return literal(weeks[0].isoformat())
    middle = len(weeks) // 2
    late, early = (_week_of(column, calendar, part) for part in (weeks[middle:], weeks[:middle]))
    return case((column >= calendar.begins(weeks[middle]), late), else_=early)


def _week(column: Any, sqlite: bool) -> ColumnElement[Any]:
    """Returns an SQL expression for the Monday of the week that a column's day is in."""
    if sqlite:
        return func.date(column, "weekday 0", "-6 days", type_=String)
    return cast(func.date_trunc("week", cast(column, DateTime)), Date)


def _visits(session: Session, member_id: str | None, begins: date | None, sqlite: bool) -> list[tuple[date, str, int]]:
    """Returns visits as rows of week, page and number: of a member's pages, or of all if ``member_id`` is None."""
    days = select(_week(Visit.day, sqlite).label("week"), Visit.page, Visit.count.label("number"))
    if member_id is not None:
        days = days.where(Visit.host == member_id)
    if begins is not None:
        days = days.where(Visit.day >= begins)
    each = days.subquery()
    by = (each.c.week, each.c.page)
    rows = session.execute(select(*by, func.sum(each.c.number)).group_by(*by))
    return [(_day(week), page, int(count)) for week, page, count in rows]


def _all_visits(session: Session, begins: date | None) -> list[tuple[date, str, int]]:
    """Returns the visits of all pages from the stored sums, as rows of week, page and number."""
    query = select(WeeklyVisits.week, WeeklyVisits.page, WeeklyVisits.count)
    if begins is not None:
        query = query.where(WeeklyVisits.week >= begins)
    return [(week, page, count) for week, page, count in session.execute(query)]


def _sum_up_visits(session: Session, database: Database) -> None:
    """Brings the stored sums of visits by week up to date.

    The last stored week and the week before it are summed up anew, since counts of a day may arrive late. The sums are
    made before the write transaction begins, so that other writers wait only for a few rows.
    """
    latest = session.scalar(select(func.max(WeeklyVisits.week)))
    since = latest - timedelta(weeks=1) if latest else None
    rows = [
        {"week": week, "page": page, "count": count}
        for week, page, count in _visits(session, None, since, database.is_sqlite)
    ]
    with database.write() as writing:
        if since is not None:
            writing.execute(delete(WeeklyVisits).where(WeeklyVisits.week >= since))
        if rows:
            writing.execute(insert(WeeklyVisits), rows)


def _spend(session: Session, mine: ColumnElement[bool], begins: date | None, ends: date) -> list[tuple[date, int, int]]:
    """Returns what was spent on campaigns as rows of day, campaign id and minor units. ``mine``: which campaigns."""
    query = select(Spending.on, Spending.campaign_id, func.sum(Spending.amount)).where(Spending.on < ends, mine)
    query = query.join(Campaign, Campaign.id == Spending.campaign_id)
    if begins is not None:
        query = query.where(Spending.on >= begins)
    rows = session.execute(query.group_by(Spending.on, Spending.campaign_id))
    return [(day, number, int(amount)) for day, number, amount in rows]


def _placements(session: Session, mine: ColumnElement[bool], numbers: set[int]) -> dict[int, CampaignPlacement]:
    """Returns by id a person's campaigns (``mine``), and others' campaigns that brought them leads (``numbers``)."""
    query = select(Campaign.id, Campaign.code, Campaign.channel, mine.label("shown"))
    rows = session.execute(query.where(or_(mine, Campaign.id.in_(numbers))))
    return {number: CampaignPlacement(number, code, channel, bool(shown)) for number, code, channel, shown in rows}


def _day(value: date | str) -> date:
    """Returns a day that the database returned as a date; SQLite returns days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
