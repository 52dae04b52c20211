"""The office in a real browser: clean for axe in both schemes, on a phone and a desk, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from capture.accounts import signing_in
from capture.app import create_app
from capture.base.db import Database
from capture.leads import pipeline
from capture.models import Campaign, Lead, Sitting, Spending, Visit
from capture.models import Member as MemberRow
from capture.settings import Settings
from tests.browser.company import EVERYTHING
from tests.browser.live import run
from tests.browser.test_accessible import violations
from tests.browser.test_behaviour import small_targets, too_wide
from tests.browser.test_journey import SAYS, Place, place, press, somebody  # noqa: F401 - a fixture
from tests.browser.test_signing_up import fill, go_on, send
from tests.browser.windows import DESK, PHONE, Window

pytestmark = pytest.mark.browser

STAFF = "desk-hand@example.com"
SUBJECT = {"en": "Your way into the office", "es": "Su entrada a la oficina"}
CODE = "event41"

HERE = {"number": "1", "code": CODE, "signed": "x"}
"""What stands in addresses of pages about one thing."""


@pytest.fixture(scope="module")
def full(place: Place) -> Iterator[Place]:  # noqa: F811
    """An office in which something has happened: leads in every stage, a campaign that cost something, visits."""
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
                    servicer_id=member.id,
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
        lead = session.get_one(Lead, 1)
        who = signing_in.Person(member, None, Sitting())
        pipeline.note(session, lead, who, "Wants to taste before she decides.", now)
        pipeline.move(session, lead, who, pipeline.Stage.CONTACTED, None, now)
    yield place
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


def pages() -> list[str]:
    """Every page of the office that can be looked at, made from the service's own table of addresses."""
    settings = Settings(token_keys=("k" * 32,), secret_key="k" * 32, database_url="sqlite:///never-opened.sqlite")
    found = []
    for rule in create_app(settings).url_map.iter_rules():
        if rule.rule.startswith("/office") and "GET" in (rule.methods or ()):
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<row:{name}>", HERE[name]).replace(f"<{name}>", HERE[name])
            found.append(path)
    return sorted(found)


@pytest.mark.parametrize(
    ("who", "size"),
    [
        ("member", PHONE),
        ("staff", DESK),
        pytest.param("member", DESK, marks=pytest.mark.slow),
        pytest.param("staff", PHONE, marks=pytest.mark.slow),
    ],
    ids=["member-phone", "staff-desk", "member-desk", "staff-phone"],
)
def test_every_page_is_clean(who: str, size: tuple[int, int], full: Place, open_window: Callable[..., Window]) -> None:
    window = open_window(size=size, touch=size == PHONE)
    page = window.page
    enter(full, page, STAFF if who == "staff" else full.site.members[EVERYTHING["en"]]["email"])
    faults, seen = [], 0
    for path in pages():
        answer = page.request.get(f"{full.capture.origin}{path}")
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            assert answer.status in (200, 404), path
            continue
        page.goto(f"{full.capture.origin}{path}")
        seen += 1
        faults += [f"{path}: {each}" for each in violations(page)]
        faults += [f"{path} is too wide: {each}" for each in too_wide(page)]
        if "flyer" not in path:  # a sheet of paper
            faults += [f"{path} is hard to hit: {each}" for each in small_targets(page, 44)]
        faults += [f"{path}: {each}" for each in page.evaluate("window.violations")]
    assert faults == [], "\n".join(faults)
    assert seen > 8
    assert all(url.startswith(full.capture.origin) for _, _, url in window.requests), "nobody else is asked"


@pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])
def test_a_lead_is_worked_with(javascript: bool, full: Place, open_window: Callable[..., Window]) -> None:
    page = open_window(javascript=javascript).page
    enter(full, page, full.site.members[EVERYTHING["en"]]["email"])
    page.goto(f"{full.capture.origin}/office/leads?q=lead-6")
    page.locator("table a").first.click()
    page.locator("[name=note]").fill("Called, no answer.")
    page.locator("form[action$=note] button").click()
    expect(page.locator(".story")).to_contain_text("Called, no answer.")
    page.locator("select[name=stage]").select_option("qualified")
    page.locator("form[action$=stage] button").click()
    expect(page.locator("h1 .stage")).to_have_text("qualified")
    page.locator(".undo button").click()
    expect(page.locator("h1 .stage")).not_to_have_text("qualified")


def test_by_keyboard_from_the_door_to_a_stage(full: Place, open_window: Callable[..., Window]) -> None:
    page = open_window(touch=False, size=DESK).page
    enter(full, page, full.site.members[EVERYTHING["en"]]["email"])
    press(page, "nav a[href$=leads]")
    page.wait_for_url("**/office/leads")
    press(page, "a[href$='office/met']")
    page.wait_for_url("**/office/met")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])
def test_from_the_radio_to_a_customer_and_what_they_cost(
    javascript: bool,
    place: Place,  # noqa: F811
    open_window: Callable[..., Window],
) -> None:
    """A member makes a campaign for a spot; somebody hears its code, types it, signs up, and becomes a customer."""
    slug = EVERYTHING["es" if javascript else "en"]
    member = place.site.members[slug]
    locale, email = member["locale"], somebody()
    office = open_window(javascript=javascript).page
    enter(place, office, member["email"], locale)
    office.goto(f"{place.capture.origin}/office/campaigns/new")
    office.locator("[name=channel]").select_option("radio")
    office.locator("[name=name]").fill("Morning spot")
    office.locator("form[action$='campaigns/'] [type=submit]").click()
    code = office.locator(".spoken").inner_text()
    office.locator("[name=amount]").fill("120")
    office.locator("form[action$=spend] [type=submit]").click()
    expect(office.locator("table")).to_contain_text("120")
    publish(place)

    page = open_window(javascript=javascript).page
    page.goto(f"{place.site.origin}/c/")
    page.locator("[name=code]").fill(code.upper())
    page.locator("form:has([name=code]) [type=submit]").click()
    landing = f"{place.site.origin}/{slug}/c/{code.replace(' ', '')}/"
    page.wait_for_url(landing)
    expect(page.locator("main")).to_contain_text(member["name"])
    fill(page, email)
    send(page)
    go_on(page, javascript)
    page.wait_for_url(place.site.address(slug, "thanks", locale))
    page.goto(place.link(email, SAYS[locale].confirm, "confirm/"))
    send(page)
    expect(page.locator("address")).to_contain_text(member["name"])

    office.goto(f"{place.capture.origin}/office/")
    office.locator(".people a", has_text=email).click()
    expect(office.locator(".facts")).to_contain_text(code.replace(" ", ""))
    for stage in ("contacted", "customer"):
        office.locator("select[name=stage]").select_option(stage)
        office.locator("form[action$=stage] [type=submit]").click()
        expect(office.locator(f"h1 .stage-{stage}")).to_be_visible()
    office.goto(f"{place.capture.origin}/office/results")
    row = office.locator("table[aria-labelledby=by-channels] tr", has_text=re.compile("Radio"))
    expect(row.locator("td[data-label^='Customers'], td[data-label^='Clientes']")).to_have_text("1")
    cost = row.locator("td").last
    expect(cost).to_contain_text("120")
    if javascript:
        assert violations(office) == []


def publish(where: Place) -> None:
    """The company's next publication: campaigns reach the folder, and the build makes their pages."""
    addresses = ["--url", where.site.origin, "--capture-url", where.capture.origin]
    folder = str(where.site.folder)
    run(["capture", "sync", folder, *addresses], where.capture.environ)
    run(["sitegen", "build", folder, "--out", str(where.site.out), *addresses, "-q"], where.capture.environ)
