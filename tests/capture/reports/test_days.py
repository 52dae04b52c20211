"""Whose day it is: weeks, visits and months of people in several time zones, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.models import Company, Lead, Member, OfficeSession, Staff, StoredResults, Visit
from capture.reports import counting
from capture.reports.results import EARLIER, InterestFilter, Period, Results
from capture.reports.visits import Visits
from capture.teams import counts

Look = Callable[..., Results]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def zones(database: Database) -> None:
    """The company is in Dublin, Bo in Auckland, Ana in Honolulu."""
    with database.write() as session:
        session.get_one(Company, 1).timezone = "Europe/Dublin"
        session.get_one(Member, "m-2").timezone = "Pacific/Auckland"
        session.get_one(Member, "m-1").timezone = "Pacific/Honolulu"


@pytest.fixture
def leads(database: Database) -> Callable[..., None]:
    """Gives a member one lead for each of these moments."""

    def give(*moments: str, whose: str | None = "m-2") -> None:
        with database.write() as session:
            for at in map(moment, moments):
                mine = {"member_id": whose, "owner_id": whose, "assignee_id": whose}
                known = {"created_at": at, "known_at": at, "confirmed_at": at}
                session.add(Lead(email=f"{at.timestamp()}@example.com", interest="both", locale="en", **mine, **known))

    return give


@pytest.fixture
def look(database: Database) -> Look:
    """The results as a member or (None) as staff see them."""

    def read(who: str | None, now: str, period: Period = Period.FOUR) -> Results:
        with database.read() as session:
            person = someone(session.get(Member, who) if who else None)
            recent = counting.RecentResults()
            found = counting.results_for(session, recent, person, period, InterestFilter.ALL, moment(now))
        assert found.results is not None
        return found.results

    return read


def someone(member: Member | None) -> Person:
    staff = Staff(id=1, email="x", added_at=moment("2026-01-01")) if member is None else None
    return Person(member, staff, OfficeSession())


def weeks(found: Results) -> dict[str, int]:
    return {each.key: each.figures.leads for each in found.weeks if each.figures.leads}


@pytest.mark.usefixtures("zones")
def test_a_week_begins_where_the_person_is(leads: Callable[..., None], look: Look) -> None:
    # Monday, 2 March: in Auckland it begins at 11:00 UTC on Sunday, in Dublin at 00:00.
    leads("2026-03-01 10:59:59.999999", "2026-03-01 11:00:00", "2026-03-01 23:59:59.999999", "2026-03-02 00:00:00")
    assert weeks(look("m-2", "2026-03-04 12:00")) == {"2026-03-02": 3, "2026-02-23": 1}
    assert weeks(look(None, "2026-03-04 12:00")) == {"2026-03-02": 1, "2026-02-23": 3}


@pytest.mark.usefixtures("zones")
def test_weeks_in_which_the_clock_changes(leads: Callable[..., None], look: Look) -> None:
    # Dublin's week from 23 March has 167 hours and ends at 23:00 UTC; that from 19 October has 169.
    leads("2026-03-29 22:59:59", "2026-03-29 23:00:00", whose=None)
    assert weeks(look(None, "2026-03-31 12:00")) == {"2026-03-30": 1, "2026-03-23": 1}
    leads("2026-10-18 22:59:59", "2026-10-18 23:00:00", "2026-10-25 23:59:59", "2026-10-26 00:00:00", whose=None)
    expected = {"2026-10-26": 1, "2026-10-19": 2, "2026-10-12": 1}
    assert weeks(look(None, "2026-10-27 12:00")) == expected


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize("period", Period)
def test_every_table_counts_the_same_leads(leads: Callable[..., None], look: Look, period: Period) -> None:
    begin = moment("2026-03-01 11:00")
    for back in (0, 3, 4, 11, 12, 51, 52, 60):
        for seconds in (0, -1):
            leads((begin - timedelta(weeks=back) + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat())
    found = look("m-2", "2026-03-04 12:00", period)
    # This week has no lead before it but those of the week before: each period begins with a lead on its first second.
    expected = {Period.FOUR: 3, Period.TWELVE: 7, Period.YEAR: 11, Period.ALL: 16}[period]
    tables = (found.weeks, found.channels, found.pages)
    assert [sum(line.figures.leads for line in lines) for lines in tables] == [expected] * 3
    assert found.total.leads == expected
    earlier = {each.key: each.figures.leads for each in found.weeks}.get(EARLIER, 0)
    assert earlier == (5 if period is Period.ALL else 0)


@pytest.mark.usefixtures("zones")
def test_a_week_that_has_begun_only_where_the_member_is(leads: Callable[..., None], look: Look) -> None:
    leads("2026-03-01 12:00")
    assert look("m-2", "2026-03-01 13:00").weeks[0].key == "2026-03-02"
    assert look(None, "2026-03-01 13:00").weeks[0].key == "2026-02-23"
    assert weeks(look(None, "2026-03-01 13:00")) == {"2026-02-23": 1}


@pytest.mark.usefixtures("zones")
def test_visits_count_on_the_day_that_it_is_for_their_host(database: Database, look: Look) -> None:
    visits = Visits(database)
    for at in ("2026-03-01 10:59:59", "2026-03-01 11:00"):
        for host in ("m-2", "m-1", None, "unknown"):
            assert visits.add(moment(at), host, "home")
    visits.write()
    with database.read() as session:
        found = {(each.host, each.day): each.count for each in session.query(Visit)}
    sunday, monday = date(2026, 3, 1), date(2026, 3, 2)
    assert found == {
        ("m-2", sunday): 1,
        ("m-2", monday): 1,
        ("m-1", sunday): 2,
        ("_company", sunday): 2,
        ("unknown", sunday): 2,
    }
    # In Dublin it is Sunday: the visit of Monday is of the week that is now.
    company = look(None, "2026-03-01 13:00")
    assert (company.weeks[0].key, company.weeks[0].figures.visits) == ("2026-02-23", 8)
    assert company.total.visits == 8
    bo = look("m-2", "2026-03-01 13:00")
    assert [each.figures.visits for each in bo.weeks] == [1, 1, 0, 0]


@pytest.mark.usefixtures("zones")
def test_counts_ahead_are_by_the_company_s_days(
    database: Database, leads: Callable[..., None], look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads("2026-03-29 22:59:59", "2026-03-29 23:00:00")
    monkeypatch.setattr(counting, "FEW", 1)
    now = moment("2026-03-29 23:30")
    assert counting.count_ahead(database, now)
    with database.read() as session:
        kept = session.get_one(StoredResults, (Period.FOUR, InterestFilter.ALL))
        assert weeks(Results.restored(kept.figures)) == {"2026-03-30": 1, "2026-03-23": 1}


@pytest.mark.usefixtures("zones")
def test_the_month_of_a_team(database: Database, leads: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 1 April in Dublin, and 31 March where Ana is, who stands above Bo."""
    with database.write() as session:
        session.get_one(Member, "m-2").sponsor_id = "m-1"
    leads("2026-03-02 00:00", "2026-03-31 22:59:59", "2026-03-31 23:00:00")
    now = moment("2026-04-01 03:00")

    def this_month(at: datetime = now) -> int:
        with database.read() as session:
            return counts.team_of(session, someone(session.get(Member, "m-1")), at).this_month

    assert this_month() == 3, "Ana's March"
    assert this_month(moment("2026-04-01 10:00")) == 0, "Ana's April"
    monkeypatch.setattr(counting, "FEW", 1)
    assert counts.count_teams_ahead(database, now)
    assert this_month() == 1, "counted ahead: the company's April"
