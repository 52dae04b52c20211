"""Turns counts of leads, visits and spend into the tables of the page "Results". Pure arithmetic.

``counting`` counts in the database. What the numbers mean:

- A lead counts in the week in which it was created, with the stage that it has now. Erased leads still count, since a
  number contains nothing about a person.
- **leads**: all people who signed up, were met by a member or were on an imported list in the period, confirmed or not.
  **confirmed**: those who confirmed the sign-up from their mailbox. **qualified**: those who are qualified, customers
  or recruits now.
- The channel of a lead is the channel of its campaign. Without a campaign it is ``own`` for sign-ups, ``list`` for
  imported lists and ``met`` for people whom a member met. The page of a lead is the page of its first sign-up.
- Retail counts the people who asked about the products, opportunity the people who asked about joining. People who
  asked about both count in both, so the two may add up to more than all. Visits and spend cannot be split by interest:
  they are the same in each.
- **spend**: the money recorded for days of the period; None if none was recorded, which is not the same as 0. The cost
  per lead divides the spend by the leads of only those campaigns that have spend in the period: counting leads whose
  cost is not known would make everything look cheap.
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
"""The key of the line for leads who did not sign up on a page: from lists, or met in person."""

OTHERS = "others"
"""The key of the line for other people's campaigns that brought a member leads."""

REST = "rest"
"""The key of the line that sums up all campaigns, or pages, beyond the first ``MOST``."""

EARLIER = "earlier"
"""The key of the line that sums up all weeks before the last ``WEEKS``."""

MOST = 100
"""The most campaigns, or pages, that have a line of their own in their table."""

WEEKS = 52


class Period(StrEnum):
    """The period that results are shown for: whole weeks from Monday to Sunday, the current week included, by
    the days of the person who sees them."""

    FOUR = "4"
    TWELVE = "12"
    YEAR = "52"
    ALL = "all"

    def begins(self, today: date) -> date | None:
        """Returns the first Monday of the period that ends with this week; None for all time."""
        return None if self is Period.ALL else monday(today) - timedelta(weeks=int(self) - 1)


class InterestFilter(StrEnum):
    """Which leads count in the results: all, retail (asked about products), or opportunity (asked about joining)."""

    ALL = "all"
    RETAIL = "retail"
    OPPORTUNITY = "opportunity"

    @property
    def interests(self) -> frozenset[str]:
        """The interests of leads that this filter counts."""
        return _INTERESTS[self]


_INTERESTS = {
    InterestFilter.ALL: frozenset(map(str, Interest)),
    InterestFilter.RETAIL: frozenset({Interest.PRODUCTS.value, Interest.BOTH.value}),
    InterestFilter.OPPORTUNITY: frozenset({Interest.OPPORTUNITY.value, Interest.BOTH.value}),
}


class StageCounts(NamedTuple):
    """Numbers of leads: all of them, and how many are confirmed, qualified, customers and recruits."""

    leads: int
    confirmed: int
    qualified: int
    customers: int
    recruits: int


@dataclass(frozen=True, slots=True)
class CampaignPlacement:
    """What the tables of results need of a campaign.

    ``shown``: True if the campaign has a line with its name; other people's campaigns share one line without names.
    """

    id: int
    code: str
    channel: str
    shown: bool


@dataclass(frozen=True, slots=True)
class ResultCounts:
    """The counts from the database that one person's results are made from.

    A week is given by its Monday. ``since`` in a row is the shortest period in which its leads were created.
    """

    weeks: Sequence[tuple[date, str, StageCounts]] = ()
    """Leads by week: rows of week, interest, counts."""
    sources: Sequence[tuple[Period, int | None, str | None, str, StageCounts]] = ()
    """Leads by source: rows of since, campaign id, "list" or "met" (None for sign-ups), interest, counts."""
    pages: Sequence[tuple[Period, str | None, str, StageCounts]] = ()
    """Leads by page: rows of since, page, interest, counts."""
    visits: Sequence[tuple[date, str, int]] = ()
    """Visits: rows of week, page, number."""
    spend: Sequence[tuple[date, int, int]] = ()
    """Spend: rows of day, campaign id, minor units of the company's currency."""
    placements: Mapping[int, CampaignPlacement] = field(default_factory=dict)


@dataclass(slots=True)
class ResultFigures:
    """The numbers in one line of a table of results.

    ``visits``: None where visits cannot be counted. ``spend``: in minor units; None if none was recorded.
    """

    visits: int | None = None
    leads: int = 0
    confirmed: int = 0
    qualified: int = 0
    customers: int = 0
    recruits: int = 0
    spend: int | None = None
    paid_confirmed: int = 0
    """Confirmed leads of only those campaigns that have spend. ``paid_customers`` and ``paid_recruits`` likewise."""
    paid_customers: int = 0
    paid_recruits: int = 0

    @property
    def per_confirmed(self) -> int | None:
        """The cost of a confirmed lead in minor units, rounded; None if there is no such lead or no recorded spend."""
        return _each(self.spend, self.paid_confirmed)

    @property
    def per_customer(self) -> int | None:
        """The cost of a customer in minor units, rounded; None if there is no customer or no recorded spend."""
        return _each(self.spend, self.paid_customers)

    @property
    def per_recruit(self) -> int | None:
        """The cost of a recruit in minor units, rounded; None if there is no recruit or no recorded spend."""
        return _each(self.spend, self.paid_recruits)

    def take(self, stages: StageCounts, *, paid: bool = False) -> None:
        """Adds numbers of leads to this line. ``paid``: the leads came by a campaign that has spend."""
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
        """Adds a number of visits to this line."""
        self.visits = (self.visits or 0) + count

    def pay(self, amount: int) -> None:
        """Adds an amount of spend, in minor units, to this line."""
        self.spend = (self.spend or 0) + amount

    def merge(self, other: ResultFigures) -> None:
        """Adds the numbers of another line to this line."""
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
    """One line of a table of results.

    ``key``: the channel, the campaign's id, the page, or the week's Monday; for lines that sum up several of these, a
    constant such as OTHERS or REST.
    """

    key: str
    figures: ResultFigures


@dataclass(frozen=True, slots=True)
class Results:
    """The tables of results for one period and one interest.

    Lines with the most confirmed leads come first; among weeks, the newest.
    """

    total: ResultFigures
    channels: list[ResultLine]
    campaigns: list[ResultLine]
    pages: list[ResultLine]
    weeks: list[ResultLine]

    def stored(self) -> dict[str, Any]:
        """Returns the results as plain values that JSON can store; ``restored`` reads them back."""
        return asdict(self)

    @classmethod
    def restored(cls, found: dict[str, Any]) -> Self:
        """Returns the results that ``stored`` turned into plain values."""
        lines = {
            name: [ResultLine(each["key"], ResultFigures(**each["figures"])) for each in found[name]]
            for name in ("channels", "campaigns", "pages", "weeks")
        }
        return cls(total=ResultFigures(**found["total"]), **lines)


def monday(day: date) -> date:
    """Returns the Monday of the week that a day is in."""
    return day - timedelta(days=day.weekday())


def fold_results(counts: ResultCounts, period: Period, about: InterestFilter, today: date) -> Results:
    """Turns counts from the database into the tables of results for one period and one interest."""
    return _Folding(counts, period, about, today).results()


class _Folding:
    """Makes the tables of results for one period and one interest from counts."""

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
                # Where a member is, the next week may have begun.
                found.get(min(week, last), earlier).visit(count)
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
    """Returns the empty line of a channel. Visits are None for lists and people met, since no page brought them."""
    return ResultFigures(visits=None if channel in (LIST, MET) else 0)


def _page(name: str | None) -> str:
    """Returns the key of a page's line. Landing pages of campaigns share one: campaigns have a table of their own."""
    return NO_PAGE if name is None else CAMPAIGN_PAGES if name.startswith(CAMPAIGN_PAGES) else name


def _ranked(found: Mapping[str, ResultFigures]) -> list[ResultLine]:
    lines = (ResultLine(key, figures) for key, figures in found.items())
    return sorted(lines, key=lambda line: (-line.figures.confirmed, -line.figures.leads, line.key))


def _shortened(lines: Sequence[ResultLine]) -> list[ResultLine]:
    """Returns the first ``MOST`` lines, and one line that sums up all others."""
    if len(lines) <= MOST:
        return list(lines)
    rest = ResultFigures()
    for each in lines[MOST:]:
        rest.merge(each.figures)
    return [*lines[:MOST], ResultLine(REST, rest)]


def _each(amount: int | None, number: int) -> int | None:
    """Returns the amount divided by the number, rounded half up; None if the amount is None or the number 0."""
    return None if amount is None or not number else (2 * amount + number) // (2 * number)
