"""Results: leads, customers and costs by channel, campaign, page and week. Pure arithmetic.

``counting`` counts in the database; this module turns its counts into tables. What the numbers mean:

- A lead belongs to the week it was created in, whatever happens later; its stage is the one it has now. A lead that
  was erased goes on counting: nothing of the person is in a number.
- **leads**: everybody who signed up, was met or stood on a list in the period, confirmed or not. **confirmed**: whose
  owner confirmed the sign-up from their own mailbox. **qualified**: who is qualified, a customer or a recruit now.
- The channel of a lead is its campaign's. Without a campaign it is ``own`` for sign-ups on somebody's pages, ``list``
  for lists, ``met`` for people a member met. The page is that of the first sign-up.
- Retail is everybody who asked about the products, opportunity who asked about joining; who asked about both stands in
  both, so the two may add up to more than all. Visits and spend know no interest: they are the same in each.
- **spend**: what was written down for days of the period; None where nothing was, which is not the same as 0. Costs
  share it out among the leads of those campaigns alone that have spend in the period: dividing it among leads whose
  cost nobody wrote down would make everything look cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from capture.company.generator import CAMPAIGN_PAGES, Interest, campaign_page
from capture.leads.sources import LIST, MET, OWN

NO_PAGE = ""
"""Stands for the page of leads who never signed up on one."""

OTHERS = "others"
"""Stands for the campaigns of others that brought a member leads."""

REST = "rest"
"""Stands for all campaigns beyond the first ``MOST``."""

EARLIER = "earlier"
"""Stands for the weeks before the last ``WEEKS``."""

MOST = 100
"""Campaigns and pages with a line of their own."""

WEEKS = 52


class Period(StrEnum):
    """Whole weeks from Monday to Sunday in UTC, this one included."""

    FOUR = "4"
    TWELVE = "12"
    YEAR = "52"
    ALL = "all"

    def begins(self, today: date) -> date | None:
        """Its first Monday; None: it has no beginning."""
        return None if self is Period.ALL else monday(today) - timedelta(weeks=int(self) - 1)


class InterestFilter(StrEnum):
    """A filter by interest: all leads, retail, or opportunity."""

    ALL = "all"
    RETAIL = "retail"
    OPPORTUNITY = "opportunity"

    @property
    def interests(self) -> frozenset[str]:
        """The interests of the leads that count."""
        return _INTERESTS[self]


_INTERESTS = {
    InterestFilter.ALL: frozenset(map(str, Interest)),
    InterestFilter.RETAIL: frozenset({Interest.PRODUCTS.value, Interest.BOTH.value}),
    InterestFilter.OPPORTUNITY: frozenset({Interest.OPPORTUNITY.value, Interest.BOTH.value}),
}


class StageCounts(NamedTuple):
    """Numbers of leads by the stage they have reached."""

    leads: int
    confirmed: int
    qualified: int
    customers: int
    recruits: int


@dataclass(frozen=True, slots=True)
class CampaignPlacement:
    """What the tables need to know of a campaign. ``shown``: by its name; those of others stay nameless."""

    id: int
    code: str
    channel: str
    shown: bool


@dataclass(frozen=True, slots=True)
class ResultCounts:
    """Counts for one person. Weeks are given by their Monday; ``since`` is the shortest period of a lead."""

    weeks: Sequence[tuple[date, str, StageCounts]] = ()
    """Rows of week, interest, counts."""
    sources: Sequence[tuple[Period, int | None, str | None, str, StageCounts]] = ()
    """Rows of since, campaign id, kind of provenance, interest, counts."""
    pages: Sequence[tuple[Period, str | None, str, StageCounts]] = ()
    """Rows of since, page, interest, counts."""
    visits: Sequence[tuple[date, str, int]] = ()
    """Rows of week, page, number."""
    spend: Sequence[tuple[date, int, int]] = ()
    """Rows of day, campaign id, minor units of the company's currency."""
    placements: Mapping[int, CampaignPlacement] = field(default_factory=dict)


@dataclass(slots=True)
class ResultFigures:
    """One line. ``visits`` and ``spend`` are None where there is nothing that could be counted or was written down."""

    visits: int | None = None
    leads: int = 0
    confirmed: int = 0
    qualified: int = 0
    customers: int = 0
    recruits: int = 0
    spend: int | None = None
    paid_confirmed: int = 0
    """Confirmed leads of the campaigns that the spend was for; the same for customers and recruits."""
    paid_customers: int = 0
    paid_recruits: int = 0

    @property
    def per_confirmed(self) -> int | None:
        """What a confirmed lead cost, in minor units, rounded; None where there is none, or no spend was recorded."""
        return _each(self.spend, self.paid_confirmed)

    @property
    def per_customer(self) -> int | None:
        """The same for a customer."""
        return _each(self.spend, self.paid_customers)

    @property
    def per_recruit(self) -> int | None:
        """The same for a recruit."""
        return _each(self.spend, self.paid_recruits)

    def take(self, stages: StageCounts, *, paid: bool = False) -> None:
        """Adds counts of leads by stage."""
        self.leads += stages.leads
        self.confirmed += stages.confirmed
        self.qualified += stages.qualified
        self.customers += stages.customers
        self.recruits += stages.recruits
        if paid:
            self.paid_confirmed += stages.confirmed
            self.paid_customers += stages.customers
            self.paid_recruits += stages.recruits

    def visit(self, count: int) -> None:
        """Adds a number of visits."""
        self.visits = (self.visits or 0) + count

    def pay(self, amount: int) -> None:
        """Adds minor units of spend."""
        self.spend = (self.spend or 0) + amount

    def merge(self, other: ResultFigures) -> None:
        """Adds the figures of another line to these."""
        self.take(StageCounts(other.leads, other.confirmed, other.qualified, other.customers, other.recruits))
        self.paid_confirmed += other.paid_confirmed
        self.paid_customers += other.paid_customers
        self.paid_recruits += other.paid_recruits
        if other.visits is not None:
            self.visit(other.visits)
        if other.spend is not None:
            self.pay(other.spend)


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A line and what it is about: a channel, a campaign's number, a page or a week; or one of the words above."""

    key: str
    figures: ResultFigures


@dataclass(frozen=True, slots=True)
class Results:
    """The tables of one period and one interest; those with most confirmed leads first, the newest week first."""

    total: ResultFigures
    channels: list[ResultLine]
    campaigns: list[ResultLine]
    pages: list[ResultLine]
    weeks: list[ResultLine]

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def restored(cls, found: dict[str, Any]) -> Self:
        """Restores results from the plain values of ``stored``."""
        lines = {
            name: [ResultLine(each["key"], ResultFigures(**each["figures"])) for each in found[name]]
            for name in ("channels", "campaigns", "pages", "weeks")
        }
        return cls(total=ResultFigures(**found["total"]), **lines)


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def fold_results(counts: ResultCounts, period: Period, about: InterestFilter, today: date) -> Results:
    """Turns counts into the tables of one period and interest."""
    return _Folding(counts, period, about, today).results()


class _Folding:
    """One period and one interest of what was counted."""

    def __init__(self, counts: ResultCounts, period: Period, about: InterestFilter, today: date) -> None:
        self._counts = counts
        self._interests = about.interests
        self._today = today
        self._begins = period.begins(today)
        order = list(Period)
        self._within = frozenset(order[: order.index(period) + 1])
        self._spend = {(day, number): amount for day, number, amount in counts.spend if self._begun(day)}
        self._paid = {number for _, number in self._spend}
        self._by_code = {campaign_page(each.code): each for each in counts.placements.values() if each.shown}

    def _begun(self, day: date) -> bool:
        return self._begins is None or day >= self._begins

    def results(self) -> Results:
        total, weeks = ResultFigures(visits=0), self._weeks()
        for each in weeks:
            total.merge(each.figures)
        channels, campaigns = self._sources()
        for line in channels:
            total.paid_confirmed += line.figures.paid_confirmed
            total.paid_customers += line.figures.paid_customers
            total.paid_recruits += line.figures.paid_recruits
        return Results(total, channels, campaigns, self._pages(), weeks)

    def _weeks(self) -> list[ResultLine]:
        last = monday(self._today)
        first = max(self._begins or date.min, last - timedelta(weeks=WEEKS - 1))
        found = {first + timedelta(weeks=n): ResultFigures(visits=0) for n in range((last - first).days // 7 + 1)}
        earlier = ResultFigures()
        for week, interest, stages in self._counts.weeks:
            if interest in self._interests and self._begun(week):
                found.get(week, earlier).take(stages)
        for week, _, count in self._counts.visits:
            if self._begun(week):
                found.get(week, earlier).visit(count)
        for (day, _), amount in self._spend.items():
            found.get(monday(day), earlier).pay(amount)
        lines = [ResultLine(week.isoformat(), figures) for week, figures in sorted(found.items(), reverse=True)]
        return lines if earlier == ResultFigures() else [*lines, ResultLine(EARLIER, earlier)]

    def _sources(self) -> tuple[list[ResultLine], list[ResultLine]]:
        channels = {OWN: _empty(OWN)}
        campaigns: dict[str, ResultFigures] = {}
        for since, number, kind, interest, stages in self._counts.sources:
            if since not in self._within or interest not in self._interests:
                continue
            placement = self._counts.placements.get(number) if number is not None else None
            paid = number in self._paid
            channel = placement.channel if placement else kind or OWN
            channels.setdefault(channel, _empty(channel)).take(stages, paid=paid)
            if number is not None:
                shown = placement is not None and placement.shown
                line = campaigns.setdefault(str(number) if shown else OTHERS, _empty(channel if shown else MET))
                line.take(stages, paid=paid)
        for week, page, count in self._counts.visits:
            if not self._begun(week):
                continue
            placement = self._by_code.get(page)
            channel = placement.channel if placement else OWN
            channels.setdefault(channel, _empty(channel)).visit(count)
            if placement:
                campaigns.setdefault(str(placement.id), ResultFigures()).visit(count)
        for (_, number), amount in self._spend.items():
            channel = self._counts.placements[number].channel
            channels.setdefault(channel, _empty(channel)).pay(amount)
            campaigns.setdefault(str(number), _empty(channel)).pay(amount)
        return _ranked(channels), _shortened(_ranked(campaigns))

    def _pages(self) -> list[ResultLine]:
        pages: dict[str, ResultFigures] = {}
        for since, page, interest, stages in self._counts.pages:
            if since in self._within and interest in self._interests:
                pages.setdefault(_page(page), ResultFigures(visits=None if page is None else 0)).take(stages)
        for week, page, count in self._counts.visits:
            if self._begun(week):
                pages.setdefault(_page(page), ResultFigures()).visit(count)
        return _shortened(_ranked(pages))


def _empty(channel: str) -> ResultFigures:
    """A line to begin with: who stood on a list or was met came by no page, so visits do not count there."""
    return ResultFigures(visits=None if channel in (LIST, MET) else 0)


def _page(name: str | None) -> str:
    """Campaigns' own pages stand together: each has its line among the campaigns."""
    return NO_PAGE if name is None else CAMPAIGN_PAGES if name.startswith(CAMPAIGN_PAGES) else name


def _ranked(found: Mapping[str, ResultFigures]) -> list[ResultLine]:
    lines = (ResultLine(key, figures) for key, figures in found.items())
    return sorted(lines, key=lambda line: (-line.figures.confirmed, -line.figures.leads, line.key))


def _shortened(lines: Sequence[ResultLine]) -> list[ResultLine]:
    """The first ones, and what is left in one line, so that they add up."""
    if len(lines) <= MOST:
        return list(lines)
    rest = ResultFigures()
    for each in lines[MOST:]:
        rest.merge(each.figures)
    return [*lines[:MOST], ResultLine(REST, rest)]


def _each(amount: int | None, number: int) -> int | None:
    """A share, rounded half up."""
    return None if amount is None or not number else (2 * amount + number) // (2 * number)
