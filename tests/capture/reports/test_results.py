"""Results: hand-counted numbers on both databases, costs, whose numbers they are, and the page that shows them."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import event

from capture.accounts.scope import scope
from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.models import (
    Campaign,
    Lead,
    Member,
    OfficeSession,
    Provenance,
    Spending,
    Staff,
    StoredResults,
    Touch,
    Visit,
)
from capture.reports import charts, counting, results
from capture.reports.charts import Bars
from capture.reports.counting import gather_counts
from capture.reports.results import (
    CampaignPlacement,
    InterestFilter,
    Period,
    ResultCounts,
    ResultFigures,
    Results,
    StageCounts,
    fold_results,
)
from tests.capture.office import STAFF, Browser, SignIn

TODAY = date(2026, 3, 4)  # a Wednesday; the week began on 2 March
WEEK = timedelta(weeks=1)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


class Desk:
    """Puts leads with what belongs to them into the database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.number = 0

    def campaign(self, code: str, member: str | None, channel: str) -> int:
        with self.database.write() as session:
            found = Campaign(code=code, member_id=member, channel=channel, name=f"={code} name", created_at=at(TODAY))
            session.add(found)
            session.flush()
            return found.id

    def spend(self, campaign: int, on: date, amount: int) -> None:
        with self.database.write() as session:
            session.add(Spending(campaign_id=campaign, on=on, amount=amount, at=at(on)))

    def visits(self, day: date, host: str, page: str, count: int) -> None:
        with self.database.write() as session:
            session.add(Visit(day=day, host=host, page=page, count=count))

    def lead(
        self,
        whose: str | None = "m-2",
        *,
        when: datetime | None = None,
        interest: str = "products",
        stage: str = "new",
        confirmed: bool = True,
        page: str | None = "home",
        campaign: int | None = None,
        kind: str | None = None,
        **more: Any,
    ) -> None:
        self.number += 1
        when = when or at(TODAY)
        with self.database.write() as session:
            provenance = Provenance(kind=kind, member_id=whose, at=when) if kind else None
            if provenance:
                session.add(provenance)
                session.flush()
            known = confirmed or kind is not None
            values = {
                "member_id": whose,
                "assignee_id": whose if known else None,
                "owner_id": whose if known else None,
                "known_at": when if known else None,
                "provenance_id": provenance.id if provenance else None,
                **more,
            }
            found = Lead(
                email=f"p{self.number}@example.com",
                interest=interest,
                locale="en",
                stage=stage,
                created_at=when,
                confirmed_at=when if confirmed else None,
                campaign_id=campaign,
                **values,
            )
            session.add(found)
            session.flush()
            for name in (page, "later") if page else ():
                session.add(
                    Touch(
                        lead_id=found.id,
                        member_id=whose,
                        page=name,
                        locale="en",
                        build_id="b",
                        interest=interest,
                        digest="d",
                        at=when,
                    )
                )
                session.flush()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def look(database: Database) -> Callable[..., Results]:
    """The tables as somebody sees them: "m-2", or "staff"."""

    def read(who: str = "m-2", period: Period = Period.ALL, about: InterestFilter = InterestFilter.ALL) -> Results:
        with database.read() as session:
            staff = Staff(id=1, email="x", added_at=at(TODAY)) if who == "staff" else None
            person = Person(session.get(Member, who) if staff is None else None, staff, OfficeSession())
            found = counting.results_for(session, counting.RecentResults(), person, period, about, at(TODAY))
        assert found.results is not None and found.at is None
        return found.results

    return read


def lines(found: list[results.ResultLine], *names: str) -> dict[str, tuple[Any, ...]]:
    """Key to the figures named; all counts where none is."""
    wanted = names or ("visits", "leads", "confirmed", "qualified", "customers", "recruits", "spend")
    return {each.key: tuple(getattr(each.figures, name) for name in wanted) for each in found}


def scene(desk: Desk) -> dict[str, int]:
    """Bo has a radio spot and a flyer, Ana a newspaper advertisement, the company an event."""
    radio = desk.campaign("radio7", "m-2", "radio")
    flyer = desk.campaign("flyer", "m-2", "flyer")
    paper = desk.campaign("paper", "m-1", "newspaper")
    event_ = desk.campaign("fair", None, "event")
    # Bo, by radio: four this week, of whom three confirmed; one five weeks ago.
    desk.lead(campaign=radio, page="c/radio7", stage="customer")
    desk.lead(campaign=radio, page="c/radio7", stage="recruit", interest="opportunity")
    desk.lead(campaign=radio, page="c/radio7", stage="lost", interest="both")
    desk.lead(campaign=radio, page="c/radio7", confirmed=False)
    desk.lead(campaign=radio, page="home", stage="qualified", when=at(TODAY - 5 * WEEK))
    # Bo, by the flyer, for which nothing was written down.
    desk.lead(campaign=flyer, page="c/flyer", stage="customer", interest="both")
    # Bo, without a campaign: a page, a list, somebody met, somebody erased, and one who came by the company's event.
    desk.lead(page="about", stage="contacted", when=at(TODAY - WEEK))
    desk.lead(page=None, kind="list", confirmed=False, stage="qualified")
    desk.lead(page=None, kind="met", confirmed=False, interest="opportunity")
    desk.lead(page="home", stage="customer", when=at(TODAY - 60 * WEEK), known_at=None, erased_at=at(TODAY))
    desk.lead(page="home", campaign=event_, stage="recruit", interest="opportunity")
    # Ana's, and one that was Ana's and is Bo's to follow up now.
    desk.lead("m-1", campaign=paper, page="c/paper", stage="customer")
    desk.lead("m-1", page="home", confirmed=False)
    desk.lead("m-1", page="home", assignee_id="m-2", when=at(TODAY - 2 * WEEK))
    # The company's own.
    desk.lead(None, campaign=event_, page="c/fair")
    desk.spend(radio, TODAY, 10_000)
    desk.spend(radio, TODAY - WEEK, 2_000)
    desk.spend(radio, TODAY - 20 * WEEK, 500)
    desk.spend(radio, TODAY + WEEK, 99_999)  # next week's is not this week's
    desk.spend(paper, TODAY, 5_000)
    desk.spend(event_, TODAY, 0)
    for days, host, page, count in (
        (0, "m-2", "c/radio7", 40),
        (7, "m-2", "c/radio7", 5),
        (0, "m-2", "home", 100),
        (14, "m-2", "about", 7),
        (500, "m-2", "home", 1_000),
        (0, "m-1", "c/paper", 11),
        (0, "_company", "c/fair", 3),
        (0, "_company", "home", 2),
    ):
        desk.visits(TODAY - timedelta(days=days), host, page, count)
    return {"radio": radio, "flyer": flyer, "paper": paper, "event": event_}


def test_channels_counted_by_hand(desk: Desk, look: Callable[..., Results]) -> None:
    scene(desk)
    assert lines(look().channels) == {
        "radio": (45, 5, 4, 3, 1, 1, 12_500),
        "own": (1_107, 3, 3, 1, 1, 0, None),
        "flyer": (0, 1, 1, 1, 1, 0, None),
        "event": (0, 1, 1, 1, 0, 1, None),
        "list": (None, 1, 0, 1, 0, 0, None),
        "met": (None, 1, 0, 0, 0, 0, None),
    }
    assert lines(look(period=Period.FOUR).channels) == {
        "radio": (45, 4, 3, 2, 1, 1, 12_000),
        "own": (107, 2, 2, 0, 0, 0, None),
        "flyer": (0, 1, 1, 1, 1, 0, None),
        "event": (0, 1, 1, 1, 0, 1, None),
        "list": (None, 1, 0, 1, 0, 0, None),
        "met": (None, 1, 0, 0, 0, 0, None),
    }
    assert lines(look("staff").channels) == {
        "radio": (45, 5, 4, 3, 1, 1, 12_500),
        "own": (1_109, 4, 3, 1, 1, 0, None),
        "event": (3, 2, 2, 1, 0, 1, 0),
        "flyer": (0, 1, 1, 1, 1, 0, None),
        "newspaper": (11, 1, 1, 1, 1, 0, 5_000),
        "list": (None, 1, 0, 1, 0, 0, None),
        "met": (None, 1, 0, 0, 0, 0, None),
    }


def test_retail_and_opportunity_apart(desk: Desk, look: Callable[..., Results]) -> None:
    """Who asked about both stands in both."""
    scene(desk)
    retail, joining = look(about=InterestFilter.RETAIL), look(about=InterestFilter.OPPORTUNITY)
    assert lines(retail.channels, "leads", "confirmed", "customers", "recruits") == {
        "radio": (4, 3, 1, 0),
        "own": (3, 3, 1, 0),
        "flyer": (1, 1, 1, 0),
        "list": (1, 0, 0, 0),
    }
    assert lines(joining.channels, "leads", "confirmed", "customers", "recruits") == {
        "radio": (2, 2, 0, 1),
        "flyer": (1, 1, 1, 0),
        "event": (1, 1, 0, 1),
        "met": (1, 0, 0, 0),
        "own": (0, 0, 0, 0),
    }
    assert (retail.total.visits, joining.total.visits) == (1_152, 1_152)
    assert (retail.total.spend, joining.total.spend) == (12_500, 12_500)


def test_campaigns_pages_and_weeks(desk: Desk, look: Callable[..., Results]) -> None:
    numbers = scene(desk)
    mine, all_ = look(), look("staff")
    # The company's event brought Bo a lead; what it is called and cost is not Bo's business.
    assert lines(mine.campaigns, "visits", "leads", "customers", "spend") == {
        str(numbers["radio"]): (45, 5, 1, 12_500),
        str(numbers["flyer"]): (0, 1, 1, None),
        "others": (None, 1, 0, None),
    }
    assert lines(all_.campaigns, "visits", "leads", "customers", "spend") == {
        str(numbers["radio"]): (45, 5, 1, 12_500),
        str(numbers["event"]): (3, 2, 0, 0),
        str(numbers["flyer"]): (0, 1, 1, None),
        str(numbers["paper"]): (11, 1, 1, 5_000),
    }
    assert lines(mine.pages, "visits", "leads", "confirmed") == {
        "c/": (45, 5, 4),
        "home": (1_100, 4, 4),
        "about": (7, 1, 1),
        "": (None, 2, 0),
    }
    weeks = lines(look(period=Period.FOUR).weeks, "visits", "leads", "confirmed", "spend")
    assert weeks == {
        "2026-03-02": (140, 8, 5, 10_000),
        "2026-02-23": (5, 1, 1, 2_000),
        "2026-02-16": (7, 1, 1, None),
        "2026-02-09": (0, 0, 0, None),
    }
    assert mine.weeks[-1] == results.ResultLine(
        "earlier", ResultFigures(visits=1_000, leads=1, confirmed=1, qualified=1, customers=1)
    )
    assert len(mine.weeks) == 53


def test_every_table_adds_up(desk: Desk, look: Callable[..., Results]) -> None:
    scene(desk)
    for who in ("m-1", "m-2", "staff"):
        for period in Period:
            for about in InterestFilter:
                found = look(who, period, about)
                for table in (found.channels, found.pages, found.weeks):
                    for name in ("leads", "confirmed", "qualified", "customers", "recruits"):
                        assert sum(getattr(each.figures, name) for each in table) == getattr(found.total, name)
                    assert sum(each.figures.visits or 0 for each in table) == found.total.visits


def test_costs_are_shared_by_what_they_paid_for_alone(desk: Desk, look: Callable[..., Results]) -> None:
    numbers = scene(desk)
    radio = next(each.figures for each in look().campaigns if each.key == str(numbers["radio"]))
    assert (radio.per_confirmed, radio.per_customer, radio.per_recruit) == (3_125, 12_500, 12_500)
    flyer = next(each.figures for each in look().campaigns if each.key == str(numbers["flyer"]))
    assert (flyer.spend, flyer.per_confirmed, flyer.per_customer) == (None, None, None)
    # A second spot for which nothing was written down makes the first no cheaper.
    other = desk.campaign("radio8", "m-2", "radio")
    for _ in range(4):
        desk.lead(campaign=other, page="c/radio8", stage="customer")
    channel = next(each.figures for each in look().channels if each.key == "radio")
    assert (channel.confirmed, channel.customers, channel.per_confirmed, channel.per_customer) == (8, 5, 3_125, 12_500)
    assert look().total.per_confirmed == 3_125
    # What was free is another thing than what nobody wrote down.
    fair = next(each.figures for each in look("staff").campaigns if each.key == str(numbers["event"]))
    assert (fair.spend, fair.per_confirmed, fair.per_customer, fair.per_recruit) == (0, 0, None, 0)


@pytest.mark.parametrize(
    ("spend", "number", "each"), [(None, 5, None), (100, 0, None), (0, 3, 0), (100, 3, 33), (200, 3, 67), (5, 2, 3)]
)
def test_a_cost(spend: int | None, number: int, each: int | None) -> None:
    assert ResultFigures(spend=spend, paid_confirmed=number).per_confirmed == each
    assert ResultFigures(spend=spend, paid_customers=number).per_customer == each


def test_where_weeks_begin_and_end(desk: Desk, look: Callable[..., Results]) -> None:
    """Monday, midnight, UTC."""
    for moment in (
        datetime(2026, 3, 2, 0, 0, tzinfo=UTC),
        datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 2, 9, 0, 0, tzinfo=UTC),
        datetime(2026, 2, 8, 23, 59, 59, 999_999, tzinfo=UTC),
    ):
        desk.lead(when=moment)
    found = look(period=Period.FOUR)
    assert [each.figures.leads for each in found.weeks] == [1, 1, 0, 1]
    assert found.total.leads == found.channels[0].figures.leads == found.pages[0].figures.leads == 3
    assert look(period=Period.TWELVE).total.leads == 4


def test_nobody_sees_another_branch_in_the_numbers(
    desk: Desk, look: Callable[..., Results], database: Database
) -> None:
    scene(desk)
    with database.write() as session:
        session.get_one(Member, "m-2").sponsor_id = "m-1"  # Ana stands above Bo
    ana = look("m-1")
    assert (ana.total.leads, ana.total.customers, ana.total.spend, ana.total.visits) == (2, 1, 5_000, 11)
    assert {each.key for each in ana.channels} == {"newspaper", "own"}
    assert look("m-3").total == ResultFigures(visits=0)


def test_lines_that_do_not_fit_are_put_together() -> None:
    many = range(1, results.MOST + 51)
    counts = ResultCounts(
        sources=[(Period.FOUR, number, None, "products", StageCounts(number, number, 0, 0, 0)) for number in many],
        weeks=[(date(2026, 3, 2), "products", StageCounts(sum(many), sum(many), 0, 0, 0))],
        spend=[(TODAY, 3, 7)],
        placements={number: CampaignPlacement(number, f"c{number}", "flyer", True) for number in many},
    )
    found = fold_results(counts, Period.FOUR, InterestFilter.ALL, TODAY)
    assert len(found.campaigns) == results.MOST + 1
    assert found.campaigns[0].key == str(results.MOST + 50)
    rest = found.campaigns[-1]
    assert (rest.key, rest.figures.leads, rest.figures.spend) == ("rest", sum(range(1, 51)), 7)


def test_counting_ahead_gives_the_same(
    desk: Desk, look: Callable[..., Results], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene(desk)
    expected = {(period, about): look("staff", period, about) for period in Period for about in InterestFilter}
    now = at(TODAY)
    assert not counting.count_ahead(database, now), "there are few leads"
    monkeypatch.setattr(counting, "FEW", 3)
    staff = Person(None, Staff(id=1, email="x", added_at=now), OfficeSession())

    def found(
        period: Period = Period.ALL, about: InterestFilter = InterestFilter.ALL, when: datetime = now
    ) -> counting.CountedResults:
        with database.read() as session:
            return counting.results_for(session, counting.RecentResults(), staff, period, about, when)

    assert found().results is None
    assert counting.count_ahead(database, now)
    for key, each in expected.items():
        assert asdict(found(*key).results) == asdict(each), key
    # Not again at once; then what is new is counted, late visits of last week as well.
    assert not counting.count_ahead(database, now + timedelta(minutes=2))
    desk.lead()
    desk.visits(TODAY - WEEK, "m-1", "home", 13)
    assert found().results.total == expected[Period.ALL, InterestFilter.ALL].total
    later = now + timedelta(minutes=5)
    assert counting.count_ahead(database, later)
    counted = found(when=later)
    assert counted.results.total.leads == expected[Period.ALL, InterestFilter.ALL].total.leads + 1
    assert counted.results.total.visits == expected[Period.ALL, InterestFilter.ALL].total.visits + 13
    assert (counted.at, counted.old) == (later, False)
    assert found(when=later + timedelta(minutes=16)).old
    # Members' own numbers are counted when they are asked for.
    assert look("m-2").total.leads == 13


def test_the_page(desk: Desk, enter: SignIn) -> None:
    scene(desk)
    browser = enter("bo@members.example.com")
    page = browser.get("/office/results?period=all").text
    assert 'aria-current="page">Results' in page
    table = page.partition('aria-labelledby="by-campaigns"')[2].partition("</table>")[0]
    cells = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", table)]
    assert cells[10:20] == ["=radio7 nameradio7", "45", "5", "4", "3", "1", "1", "€125.00", "€31.25", "€125.00"]
    assert "not recorded" in table
    assert "Other people&#39;s campaigns" in table
    assert "fair" not in page and "paper" not in page
    assert "<script" not in page and "<style" not in page and "style=" not in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert 'role="img"' in svg
        assert "href" not in svg and "http" not in svg and "pygal.org" not in svg
        assert re.search(r'aria-labelledby="([^"]+)"><title id="\1">', svg)
    assert page.count("<svg") == 2


def test_the_page_says_so_where_there_is_nothing(enter: SignIn, desk: Desk) -> None:
    browser = enter("bo@members.example.com")
    page = browser.get("/office/results").text
    assert "No leads in this period" in page
    assert "<svg" not in page
    desk.visits(TODAY, "m-2", "home", 3)
    page = browser.get("/office/results?period=nonsense&about=nonsense").text
    assert "No leads in this period" not in page
    assert re.search(r"<dt>Visits</dt><dd>3</dd>", page)


def test_the_page_tells_when_it_was_counted(
    enter: SignIn,
    desk: Desk,
    database: Database,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene(desk)
    monkeypatch.setattr(counting, "FEW", 3)
    browser = enter(STAFF)
    assert "for the first time" in browser.get("/office/results").text
    clock.now = at(TODAY, 14) + timedelta(minutes=5)
    assert counting.count_ahead(database, clock.now)
    page = browser.get("/office/results").text
    assert "Counted at 14:05 UTC on 2026-03-04" in page
    assert "out of date" not in page
    clock.forward(minutes=20)
    assert "out of date" in browser.get("/office/results").text


def test_the_table_for_spreadsheets(desk: Desk, enter: SignIn) -> None:
    numbers = scene(desk)
    browser = enter("bo@members.example.com")
    answer = browser.get("/office/results.csv?period=all")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    radio = next(each for each in rows if each["table"] == "campaigns" and each["key"] == "radio7")
    assert radio["name"] == "'=radio7 name", "no cell starts a formula"
    assert (radio["spend"], radio["per_confirmed"], radio["currency"]) == ("125.00", "31.25", "EUR")
    flyer = next(each for each in rows if each["key"] == "flyer" and each["table"] == "campaigns")
    assert (flyer["spend"], flyer["per_customer"]) == ("", "")
    assert not {each["key"] for each in rows} & {"fair", "paper", str(numbers["event"])}


def test_as_many_questions_for_many_leads_as_for_few(
    desk: Desk,
    enter: SignIn,
    database: Database,
) -> None:
    asked: list[str] = []
    event.listen(database.engine, "after_cursor_execute", lambda *args: asked.append(args[2]))

    def count(browser: Browser) -> tuple[int, int]:
        found = []
        for path in ("/office/results?period=all", "/office/results.csv?period=all"):
            asked.clear()
            assert browser.get(path).status_code == 200
            found.append(len(asked))
        return found[0], found[1]

    scene(desk)
    people = [enter("bo@members.example.com"), enter(STAFF)]
    few = [count(each) for each in people]
    for number in range(20):
        campaign = desk.campaign(f"more{number}", "m-2", "social")
        desk.lead(campaign=campaign, page=f"page {number}", when=at(TODAY - number * WEEK))
        desk.spend(campaign, TODAY - number * WEEK, 100)
    assert [count(each) for each in people] == few
    assert max(map(max, few)) < 16


def test_numbers_hold_nothing_of_a_person(desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scene(desk)
    monkeypatch.setattr(counting, "FEW", 0)
    counting.count_ahead(database, at(TODAY))
    with database.read() as session:
        kept = str([each.figures for each in session.query(StoredResults)])
    assert "@" not in kept and "p1" not in kept


def test_who_counts_among_somebodys_numbers(desk: Desk, database: Database) -> None:
    """What a member sees is among them; names only come from ``scope(person).leads``."""
    scene(desk)
    with database.read() as session:
        person = Person(session.get(Member, "m-2"), None, OfficeSession())
        seen = set(session.scalars(session.query(Lead.id).where(scope(person).leads).statement))
        counted = set(session.scalars(session.query(Lead.id).where(scope(person).counted_leads).statement))
        counts = gather_counts(session, person, TODAY, Period.ALL)
    assert seen < counted
    assert len(counted - seen) == 2, "one not confirmed, one erased"
    assert sum(stages.leads for _, _, stages in counts.weeks) == len(counted)


@pytest.mark.parametrize("count", [1, 2, 12, 13, 52])
@pytest.mark.parametrize("top", [0, 1, 2, 999, 1_234_567])
def test_charts_of_any_size(count: int, top: int) -> None:
    """Every bar is there, zero or not, and every number is written in the reader's language."""

    def write(value: int) -> str:
        return f"{value:,}"

    values = [top * number // count for number in range(1, count + 1)]
    bars = Bars("A & <B>", [f"<{number}>" for number in range(count)], [values, values[::-1]], write)
    for drawn, series in ((charts.horizontal_bars(bars, "one"), 2), (charts.vertical_bars(bars, "two"), 1)):
        root = ElementTree.fromstring(drawn)
        rects = [each for each in root.iter("rect") if "reactive" in each.get("class", "")]
        assert len(rects) == series * count
        texts = [each.text for each in root.iter("text")]
        assert write(top) in texts
        assert "<0>" in texts
        assert root.find("title").text == "A & <B>"


def test_several_processes_count_once(desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both begin together; one finds that the other is at it, or has just done it."""
    scene(desk)
    monkeypatch.setattr(counting, "FEW", 3)
    together = threading.Barrier(2)
    told: list[bool] = []

    def count() -> None:
        together.wait()
        told.append(counting.count_ahead(database, at(TODAY)))

    if database.is_sqlite:  # it has one process, whose thread counts
        told = [counting.count_ahead(database, at(TODAY)) for _ in range(2)]
    else:
        threads = [threading.Thread(target=count) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert sorted(told) == [False, True]
    with database.read() as session:
        assert session.query(StoredResults).count() == len(Period) * len(InterestFilter)


def test_numbers_of_members_with_many_leads_are_good_for_a_while(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FEW_OF_MEMBER", 1)
    recent, now = counting.RecentResults(), at(TODAY)

    def leads(of: str, when: datetime) -> tuple[int, bool]:
        with database.read() as session:
            member = Person(session.get(Member, of), None, OfficeSession())
            found = counting.results_for(session, recent, member, Period.ALL, InterestFilter.ALL, when)
        assert found.results is not None
        return found.results.total.leads, found.at is not None

    desk.lead()
    assert leads("m-2", now) == (1, False), "few are counted each time"
    desk.lead()
    assert leads("m-2", now) == (2, True)
    desk.lead()
    assert leads("m-2", now + timedelta(minutes=4)) == (2, True)
    assert leads("m-1", now)[0] == 0, "nobody gets another's"
    assert leads("m-2", now + timedelta(minutes=5)) == (3, True)
