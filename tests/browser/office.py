"""The office of the sample company after some weeks, and the way into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from capture.accounts import signing_in
from capture.base.db import Database
from capture.leads import pipeline
from capture.models import Campaign, Lead, OfficeSession, Spending, Visit
from capture.models import Member as MemberRow
from capture.settings import Settings
from tests.browser.company import EVERYTHING
from tests.browser.place import Place
from tests.browser.prospect import send

STAFF = "desk-hand@example.com"
SUBJECT = {"en": "Your way into the office", "es": "Su entrada a la oficina"}
CODE = "event41"

FIRST = 1
"""The number of the first lead, of the first campaign and of the first list."""


def furnish(place: Place) -> None:
    """Makes something happen in it: leads in every stage, a campaign that cost something, visits."""
    database = Database(Settings.from_environ(place.capture.environ).database_url, checkpoints=False)
    now = datetime.now(UTC)
    with database.write() as session:
        signing_in.add_staff(session, STAFF, now)
        member = session.query(MemberRow).filter_by(slug=EVERYTHING["en"]).one()
        campaign = Campaign(code=CODE, member_id=member.id, channel="event", name="Tasting evening", created_at=now)
        session.add(campaign)
        session.flush()
        session.add(Spending(campaign_id=campaign.id, on=now.date(), amount=4500, note="Tea and cups", at=now))
        for number in range(12):
            at = now - timedelta(days=5 * number)
            session.add(
                Lead(
                    member_id=member.id,
                    owner_id=member.id,
                    assignee_id=member.id,
                    campaign_id=campaign.id if number % 3 else None,
                    email=f"lead-{number}@example.com",
                    first_name=("Aoife", "Bríd", None)[number % 3],
                    phone="+353871234567" if number % 2 else None,
                    interest=("products", "opportunity", "both")[number % 3],
                    stage=list(pipeline.Stage)[number % 6].value,
                    lost_because="not-now" if number % 6 == 5 else None,
                    locale="en",
                    created_at=at,
                    confirmed_at=at,
                    known_at=at,
                    due_on=now.date() if number % 4 == 0 else None,
                )
            )
            session.add(Visit(day=at.date(), host=member.id, page="home", count=40 + number))
            session.add(Visit(day=at.date(), host=member.id, page=f"c/{CODE}", count=7))
        session.flush()
        lead = session.get_one(Lead, FIRST)
        who = signing_in.Person(member, None, OfficeSession())
        pipeline.add_note(session, lead, who, "Wants to taste before she decides.", now)
        pipeline.set_stage(session, lead, who, pipeline.Stage.CONTACTED, None, now)
    database.engine.dispose()


KEPT: dict[tuple[str, str], list[Any]] = {}
"""The cookies of those who are signed in: the door mails nobody two links within a minute."""


def enter(where: Place, page: Page, address: str, locale: str = "en") -> None:
    """Signs in by the mailed link, as a person does; who is signed in already brings their cookie."""
    whose = (where.capture.origin, address)
    if whose in KEPT:
        page.context.add_cookies(KEPT[whose])
        page.goto(f"{where.capture.origin}/office/")
        return
    page.goto(f"{where.capture.origin}/office/sign-in")
    page.locator("[name=email]").fill(address)
    send(page)
    page.goto(where.link(address, SUBJECT[locale], "office/enter/"))
    page.locator("main button").click()
    page.wait_for_url(f"{where.capture.origin}/office/")
    KEPT[whose] = page.context.cookies()
