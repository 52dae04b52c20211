"""The office in a real browser: clean for axe in both schemes, on a phone and a desk, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from capture.app import create_app
from capture.settings import Settings
from tests.browser.axe import violations
from tests.browser.company import EVERYTHING
from tests.browser.layout import small_targets, too_wide
from tests.browser.live import run
from tests.browser.office import CODE, FIRST, STAFF, enter
from tests.browser.place import SAYS, Place
from tests.browser.prospect import fill, go_on, new_address, press, send
from tests.browser.windows import DESK, PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser-office")]

HERE = {"number": str(FIRST), "code": CODE, "signed": "x"}
"""What stands in addresses of pages about one thing."""


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
def test_every_page_is_clean(who: str, size: tuple[int, int], place: Place, open_window: Callable[..., Window]) -> None:
    window = open_window(size=size, touch=size == PHONE)
    page = window.page
    enter(place, page, STAFF if who == "staff" else place.site.members[EVERYTHING["en"]]["email"])
    faults, seen = [], 0
    for path in pages():
        answer = page.request.get(f"{place.capture.origin}{path}")
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            assert answer.status in (200, 404), path
            continue
        page.goto(f"{place.capture.origin}{path}")
        seen += 1
        faults += [f"{path}: {each}" for each in violations(page)]
        faults += [f"{path} is too wide: {each}" for each in too_wide(page)]
        if "flyer" not in path:  # a sheet of paper
            faults += [f"{path} is hard to hit: {each}" for each in small_targets(page, 44)]
        faults += [f"{path}: {each}" for each in page.evaluate("window.violations")]
    assert faults == [], "\n".join(faults)
    assert seen > 8
    assert all(url.startswith(place.capture.origin) for _, _, url in window.requests), "nobody else is asked"


@pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])
def test_a_lead_is_worked_with(javascript: bool, place: Place, open_window: Callable[..., Window]) -> None:
    page = open_window(javascript=javascript).page
    enter(place, page, place.site.members[EVERYTHING["en"]]["email"])
    page.goto(f"{place.capture.origin}/office/leads?q=lead-6")
    page.locator("table a").first.click()
    page.locator("[name=note]").fill("Called, no answer.")
    page.locator("form[action$=note] button").click()
    expect(page.locator(".story")).to_contain_text("Called, no answer.")
    page.locator("select[name=stage]").select_option("qualified")
    page.locator("form[action$=stage] button").click()
    expect(page.locator("h1 .stage")).to_have_text("qualified")
    page.locator(".undo button").click()
    expect(page.locator("h1 .stage")).not_to_have_text("qualified")


def test_by_keyboard_from_the_door_to_a_stage(place: Place, open_window: Callable[..., Window]) -> None:
    page = open_window(touch=False, size=DESK).page
    enter(place, page, place.site.members[EVERYTHING["en"]]["email"])
    press(page, "nav a[href$=leads]")
    page.wait_for_url("**/office/leads")
    press(page, "a[href$='office/met']")
    page.wait_for_url("**/office/met")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])
def test_from_the_radio_to_a_customer_and_what_they_cost(
    javascript: bool,
    place: Place,
    open_window: Callable[..., Window],
) -> None:
    """A member makes a campaign for a spot; somebody hears its code, types it, signs up, and becomes a customer."""
    slug = EVERYTHING["es" if javascript else "en"]
    member = place.site.members[slug]
    locale, email = member["locale"], new_address()
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
