"""Counts what ``results`` turns into tables, and counts ahead where that takes too long for a page.

A member's few leads are counted on request; for a member with many, the process keeps the numbers for ``EVERY``. The
whole company's leads are counted on request while they are few; beyond that the service counts them every few minutes
and stores the finished tables with their time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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
from capture.leads.pipeline import Stage
from capture.models import Campaign, Lead, Provenance, Spending, StoredResults, Touch, Visit, WeeklyVisits
from capture.reports.results import (
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
"""Most leads of a company that are counted on request."""

FEW_OF_MEMBER = 2_000
"""Most leads of a member that are counted on request; numbers of more are kept for ``EVERY``."""

_MOST_KEPT = 500

FEW_VISITS = 20_000
"""Most rows of visits that are counted on request."""

EVERY = timedelta(minutes=5)
"""The pause between two counts ahead."""

OLD = 3 * EVERY
"""The age from which numbers are shown as out of date."""

_ONE_AT_A_TIME = 5_260_120
"""The number of PostgreSQL's advisory lock: of several processes only one counts ahead."""

_QUALIFIED = (Stage.QUALIFIED, Stage.CUSTOMER, Stage.RECRUIT)


@dataclass(frozen=True, slots=True)
class CountedResults:
    """Results and their age. ``results`` None: not counted yet. ``at`` None: counted for this request."""

    results: Results | None
    at: datetime | None = None
    old: bool = False


class RecentResults:
    """A cache of results of members with many leads, in this process, each good for ``EVERY``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Period, InterestFilter], CountedResults] = OrderedDict()

    def get(self, member_id: str, period: Period, about: InterestFilter, now: datetime) -> CountedResults | None:
        """Returns results that were counted less than ``EVERY`` ago; None otherwise."""
        with self._lock:
            found = self._kept.get((member_id, period, about))
        return found if found is not None and found.at is not None and now - EVERY < found.at <= now else None

    def keep(self, member_id: str, period: Period, about: InterestFilter, found: CountedResults) -> None:
        """Stores results; the oldest go when there are too many."""
        with self._lock:
            self._kept[member_id, period, about] = found
            self._kept.move_to_end((member_id, period, about))
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


def results_for(
    session: Session, recent: RecentResults, person: Person, period: Period, about: InterestFilter, now: datetime
) -> CountedResults:
    """Returns the results for a person: a member's own, everything for staff."""
    today = now.date()
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
    """Returns whether the company has so many leads or visits that its results are counted ahead."""
    for column, few in ((Lead.id, FEW), (Visit.day, FEW_VISITS)):
        some = select(column).limit(few + 1).subquery()
        if (session.scalar(select(func.count()).select_from(some)) or 0) > few:
            return True
    return False


def is_count_due(session: Session, database: Database, lock: int, kind: str, now: datetime) -> bool:
    """Returns whether it is time to count ahead: there is much to count, the lock is free, and the last count is old.

    ``kind``: the period of the ``StoredResults`` rows that hold the time of the last count. The PostgreSQL lock with
    the number ``lock`` is held until the session's transaction ends.
    """
    free = database.is_sqlite or session.scalar(select(func.pg_try_advisory_xact_lock(lock)))
    latest = session.scalar(select(func.max(StoredResults.at)).where(StoredResults.period == kind))
    # A little less than the pause, so that clocks that tick together do not skip every other turn.
    return bool(free) and (latest is None or latest <= now - EVERY * 0.9) and has_many_leads(session)


def count_ahead(database: Database, now: datetime) -> bool:
    """Counts the company's results ahead if that is due. Returns whether it did. Raises Unavailable."""
    with database.read() as session:
        if not is_count_due(session, database, _ONE_AT_A_TIME, Period.ALL, now):
            return False
        _sum_up_visits(session, database)
        if database.is_sqlite:
            session.rollback()  # it would go on seeing what was there before; PostgreSQL's lock must stay
        counts = gather_counts(session, None, now.date(), Period.ALL)
        kept = [
            StoredResults(
                period=period, interest=about, figures=fold_results(counts, period, about, now.date()).stored(), at=now
            )
            for period in Period
            for about in InterestFilter
        ]
        with database.write() as writing:
            for each in kept:
                writing.merge(each)
    return True


def gather_counts(session: Session, person: Person | None, today: date, period: Period) -> ResultCounts:
    """Counts everything of a period for a person. ``person`` None: for the company, with visits summed up by week."""
    member_id = person.member_id if person else None
    begins = period.begins(today)
    sqlite = session.get_bind().dialect.name == "sqlite"
    leads = [true() if person is None else scope(person).counted_leads]
    if begins is not None:
        leads.append(Lead.created_at >= _midnight(begins))
    weeks, sources, pages = _leads(session, leads, today, sqlite)
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
"""The groupings of leads; each is split by interest as well."""


def _leads(
    session: Session, leads: Sequence[ColumnElement[bool]], today: date, sqlite: bool
) -> tuple[list[Any], list[Any], list[Any]]:
    """Counts leads and their stages in each grouping, in one pass over the leads."""
    keys: dict[str, Any] = {
        "week": _week(Lead.created_at, sqlite),
        "since": _since(today),
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


def _since(today: date) -> ColumnElement[str]:
    """Returns an expression for the shortest period that a lead falls into."""
    begun = [(Lead.created_at >= _midnight(begins), str(each)) for each in Period if (begins := each.begins(today))]
    return case(*begun, else_=str(Period.ALL))


def _kind() -> ColumnElement[Any]:
    """Returns an expression for the kind of provenance; NULL for leads that signed up."""
    return select(Provenance.kind).where(Provenance.id == Lead.provenance_id).scalar_subquery()


def _first_page() -> ColumnElement[Any]:
    """Returns an expression for the page of a lead's first sign-up."""
    return select(Touch.page).where(Touch.lead_id == Lead.id).order_by(Touch.id).limit(1).scalar_subquery()


def _week(column: Any, sqlite: bool) -> ColumnElement[Any]:
    """Returns an expression for the Monday of a day, or of a moment in UTC."""
    if sqlite:
        # The day alone: SQLite rounds the last microseconds of a day up to the next.
        return func.date(func.substr(column, 1, 10), "weekday 0", "-6 days", type_=String)
    plain = cast(column, DateTime) if isinstance(column.type, Date) else func.timezone("UTC", column)
    return cast(func.date_trunc("week", plain), Date)


def _visits(session: Session, member_id: str | None, begins: date | None, sqlite: bool) -> list[tuple[date, str, int]]:
    """The visits of a member's pages, or of all pages."""
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
    """The visits of all pages, as far as they were summed up."""
    query = select(WeeklyVisits.week, WeeklyVisits.page, WeeklyVisits.count)
    if begins is not None:
        query = query.where(WeeklyVisits.week >= begins)
    return [(week, page, count) for week, page, count in session.execute(query)]


def _sum_up_visits(session: Session, database: Database) -> None:
    """Adds what came since the last time. Counts of a day may come late, though hardly by more than a week.

    Sums are made while reading: who writes meanwhile waits only for the few rows that come of it.
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
    """Returns the spend on a person's campaigns as rows of day, campaign and minor units."""
    query = select(Spending.on, Spending.campaign_id, func.sum(Spending.amount)).where(Spending.on < ends, mine)
    query = query.join(Campaign, Campaign.id == Spending.campaign_id)
    if begins is not None:
        query = query.where(Spending.on >= begins)
    rows = session.execute(query.group_by(Spending.on, Spending.campaign_id))
    return [(day, number, int(amount)) for day, number, amount in rows]


def _placements(session: Session, mine: ColumnElement[bool], numbers: set[int]) -> dict[int, CampaignPlacement]:
    """Returns a person's campaigns, and those of others that brought them leads, by id."""
    query = select(Campaign.id, Campaign.code, Campaign.channel, mine.label("shown"))
    rows = session.execute(query.where(or_(mine, Campaign.id.in_(numbers))))
    return {number: CampaignPlacement(number, code, channel, bool(shown)) for number, code, channel, shown in rows}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(value: date | str) -> date:
    """SQLite tells days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
