"""The days of time zones, across changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from capture.base.db import Database
from capture.company import hosts
from capture.company.calendar import calendar_of, named
from capture.models import Company, Member

HOUR = timedelta(hours=1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("UTC", date(2026, 3, 4), "2026-03-04 00:00", 24),
        ("Pacific/Auckland", date(2026, 3, 4), "2026-03-03 11:00", 24),
        ("Asia/Kathmandu", date(2026, 3, 4), "2026-03-03 18:15", 24),
        ("Europe/Dublin", date(2026, 3, 29), "2026-03-29 00:00", 23),
        ("Europe/Dublin", date(2026, 10, 25), "2026-10-24 23:00", 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04 13:00", 24.5),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23 22:00", 23),  # it has no midnight
        ("America/Havana", date(2025, 11, 2), "2025-11-02 04:00", 25),  # it has two
        ("America/Santiago", date(2026, 4, 4), "2026-04-04 03:00", 25),  # it ends twice at 24:00
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-29 10:00", 24),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30 10:00", 0),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30 10:00", 24),
    ],
)
def test_where_a_day_begins_and_how_long_it_is(zone: str, day: date, begins: str, hours: float) -> None:
    calendar = named(zone)
    first, end = calendar.begins(day), calendar.begins(day + timedelta(days=1))
    assert (first, (end - first) / HOUR) == (moment(begins), hours)
    if hours:
        assert calendar.day(first) == calendar.day(end - timedelta(microseconds=1)) == day
        assert calendar.day(first - timedelta(microseconds=1)) < day


@pytest.mark.parametrize(
    "zone", ["Europe/Dublin", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo"]
)
def test_every_moment_is_in_the_day_that_it_is(zone: str) -> None:
    """Half an hour by half an hour, through two years with all their changes."""
    calendar, at = named(zone), moment("2011-01-01 00:00")
    for _ in range(2 * 365 * 48):
        day = calendar.day(at)
        assert calendar.begins(day) <= at < calendar.begins(day + timedelta(days=1)), at
        at += HOUR / 2


def test_tomorrow_is_a_day_that_comes() -> None:
    apia, dublin = named("Pacific/Apia"), named("Europe/Dublin")
    assert apia.after(date(2011, 12, 29), 1) == date(2011, 12, 31)
    assert apia.after(date(2011, 12, 28), 1) == date(2011, 12, 29)
    assert apia.after(date(2011, 12, 27), 3) == date(2011, 12, 31)
    assert dublin.after(date(2026, 3, 28), 1) == date(2026, 3, 29)
    assert dublin.after(date(2026, 12, 31), 7) == date(2027, 1, 7)


def test_a_member_has_their_own_days_and_else_the_company_s(database: Database) -> None:
    def zones() -> list[str | None]:
        with database.read() as session:
            bo, ana = session.get_one(Member, "m-2"), session.get_one(Member, "m-1")
            company = hosts.get_company(session)
            found = [calendar_of(session, each) for each in (None, ana, bo)]
            assert found == [hosts.Host(company, each).calendar for each in (None, ana, bo)]
            return [each.zone.key for each in found]

    assert zones() == ["UTC", "UTC", "UTC"]
    with database.write() as session:
        session.get_one(Company, 1).timezone = "Europe/Dublin"
        session.get_one(Member, "m-2").timezone = "Pacific/Auckland"
    assert zones() == ["Europe/Dublin", "Europe/Dublin", "Pacific/Auckland"]


@pytest.mark.database("sqlite")
def test_before_the_first_sync_days_are_those_of_utc(unfilled_url: str) -> None:
    database = Database(unfilled_url)
    with database.read() as session:
        assert calendar_of(session, None).zone.key == "UTC"
    database.engine.dispose()
