"""A member in Auckland and staff in Dublin: each sees their own days, at the same moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from capture.base.db import Database
from capture.models import Company, Lead, Member, OutboxMail, Spending
from tests.capture.clock import Clock
from tests.capture.office import STAFF, Browser, SignIn

BO = "bo@members.example.com"
EVENING = datetime(2026, 3, 29, 21, 30, tzinfo=UTC)
"""29 March, 22:30 in Dublin, where the clock went forward that night; 30 March, 10:30 in Auckland."""


@pytest.fixture
def both(enter: SignIn, confirmed: Any, database: Database, clock: Clock) -> tuple[Browser, Browser]:
    """Bo in Auckland, and staff in Dublin, who both see Bo's lead; the lead signed up a minute before."""
    with database.write() as session:
        session.get_one(Company, 1).timezone = "Europe/Dublin"
        session.get_one(Member, "m-2").timezone = "Pacific/Auckland"
    clock.now = EVENING.replace(minute=29)
    confirmed("m-2")
    member, staff = enter(BO), enter(STAFF)
    clock.now = EVENING
    return member, staff


def due(database: Database, on: date) -> None:
    with database.write() as session:
        session.query(Lead).one().due_on = on


def test_today_is_the_reader_s(both: tuple[Browser, Browser]) -> None:
    member, staff = (each.get("/office/").text for each in both)
    assert "30 March 2026</h1>" in member and "since 30 March 2026" in member
    assert "29 March 2026</h1>" in staff and "since 29 March 2026" in staff
    assert "Days and hours are those of Pacific/Auckland." in member
    assert "Days and hours are those of Europe/Dublin." in staff


def test_a_follow_up_is_due_when_its_day_has_come(both: tuple[Browser, Browser], database: Database) -> None:
    due(database, date(2026, 3, 30))
    found = [each.get("/office/leads?due=yes").text.count("pat@example.com") for each in both]
    assert found[0] and not found[1]
    today = [each.get("/office/").text.partition('id="due"')[2].partition("</section>")[0] for each in both]
    assert ["pat@example.com" in each for each in today] == [True, False]


def test_tomorrow_is_the_reader_s(both: tuple[Browser, Browser], rows: Callable[..., list[Any]]) -> None:
    (lead,) = rows(Lead)
    for browser, days in zip(both, (["31", "02", "06"], ["30", "01", "05"]), strict=True):
        page = browser.get(f"/office/leads/{lead.id}").text
        proposed = re.findall(r'name="on" value="2026-0[34]-(\d\d)"><button', page)
        assert proposed == days


def test_moments_are_shown_by_the_reader_s_clock(both: tuple[Browser, Browser], rows: Any) -> None:
    (lead,) = rows(Lead)
    member, staff = (each.get(f"/office/leads/{lead.id}").text for each in both)
    assert "30 March 2026, 10:29 NZDT</time>" in member
    assert "29 March 2026, 22:29 IST</time>" in staff
    assert 'datetime="2026-03-29T21:29:00+00:00"' in member, "programs read UTC"
    for browser, day in zip(both, ("2026-03-30", "2026-03-29"), strict=True):
        assert f'<time datetime="{day}">' in browser.get("/office/leads").text


def test_the_mail_about_a_new_lead_names_the_member_s_hour(both: tuple[Browser, Browser], rows: Any) -> None:
    mail = next(each for each in rows(OutboxMail) if each.kind == "new-lead")
    assert "Time: 2026-03-30 10:29 NZDT\n" in mail.text
    assert "Time: 2026-03-30 10:29 NZDT</p>" in mail.html


def test_spend_without_a_day_is_today_s(both: tuple[Browser, Browser], rows: Any) -> None:
    for browser in both:
        made = browser.post("/office/campaigns/", channel="flyer", name="Sheets", starts="", ends="")
        code = made.headers["Location"].rpartition("/")[2]
        assert browser.post(f"/office/campaigns/{code}/spend", amount="5", on="", note="").status_code == 303
    assert [each.on for each in rows(Spending)] == [date(2026, 3, 30), date(2026, 3, 29)]


def test_a_day_that_was_skipped_is_not_tomorrow(
    enter: SignIn, confirmed: Any, database: Database, clock: Clock, rows: Any
) -> None:
    """Samoa went from 29 to 31 December 2011."""
    with database.write() as session:
        session.get_one(Member, "m-2").timezone = "Pacific/Apia"
    clock.now = datetime(2011, 12, 29, 20, 0, tzinfo=UTC)
    confirmed("m-2")
    member = enter(BO)
    (lead,) = rows(Lead)
    page = member.get(f"/office/leads/{lead.id}").text
    assert re.findall(r'name="on" value="([\d-]+)"><button', page) == ["2011-12-31", "2012-01-01", "2012-01-05"]
    due(database, date(2011, 12, 30))
    assert "pat@example.com" not in member.get("/office/leads?due=yes").text
    clock.now = datetime(2011, 12, 30, 10, 0, tzinfo=UTC)
    assert "31 December 2011</h1>" in member.get("/office/").text
    assert "pat@example.com" in member.get("/office/leads?due=yes").text
