"""The whole way of a prospect in a real browser, with a real mail server: from the form to being forgotten."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from capture.limits import human_proof
from tests.browser.axe import violations
from tests.browser.company import EVERYTHING
from tests.browser.layout import small_targets, too_wide
from tests.browser.place import PATIENCE, SAYS, Place, text_of
from tests.browser.prospect import fill, go_on, new_address, press, press_tab, send
from tests.browser.windows import Window
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser-office")]


def looked_at(page: Page, javascript: bool) -> None:
    """Nothing hangs out of it, everything can be tapped, and axe finds nothing in either scheme."""
    if not javascript:
        return
    assert too_wide(page) == []
    assert small_targets(page, 44) == []
    assert violations(page) == []
    assert page.evaluate("window.violations") == []


def sign_up(place: Place, page: Page, slug: str | None, locale: str, email: str, *, javascript: bool) -> None:
    page.goto(place.site.address(slug, "signup", locale))
    fill(page, email)
    send(page)
    go_on(page, javascript)
    page.wait_for_url(place.site.address(slug, "thanks", locale))


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])
def test_from_the_form_to_being_forgotten(
    javascript: bool, locale: str, place: Place, open_window: Callable[..., Window]
) -> None:
    slug, other = EVERYTHING[locale], EVERYTHING["es" if locale == "en" else "en"]
    members, says = place.site.members, SAYS[locale]
    member, introducer = members[slug], members[other]
    before = place.told(member["email"]), place.told(introducer["email"])
    window = open_window(javascript=javascript, scheme="light" if javascript else "dark")
    page, email = window.page, new_address()

    sign_up(place, page, slug, locale, email, javascript=javascript)
    question = place.mail(email, says.confirm)
    assert question["List-Unsubscribe"] is None
    assert "Pat" not in question.as_string()
    assert place.told(member["email"]) == before[0], "nobody is told before it is confirmed"

    page.goto(place.link(email, says.confirm, "confirm/"))
    assert page.locator("html").get_attribute("lang") == locale
    looked_at(page, javascript)
    send(page)
    expect(page.locator("address")).to_contain_text(member["name"])
    expect(page.locator(f"a[href='mailto:{member['email']}']")).to_be_visible()
    card = page.request.get(page.locator("a[href$='.vcf']").get_attribute("href") or "")
    assert (card.status, card.text()[:11]) == (200, "BEGIN:VCARD")
    looked_at(page, javascript)
    place.mail(member["email"], SAYS[member["locale"]].new_lead, email)
    thanks = place.mail(email, says.thanks)
    assert thanks["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    page.locator("a[href*='my-data']").click()
    page.locator("[name=email]").fill(email)
    looked_at(page, javascript)
    send(page)
    page.goto(place.link(email, says.my_data, "my-data/"))
    looked_at(page, javascript)
    send(page)
    expect(page.locator("main")).to_contain_text(email)
    expect(page.locator("main")).to_contain_text(member["name"])
    looked_at(page, javascript)
    with page.expect_download() as download:
        page.locator("a[href$='download']").click()
    held = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [each["credited_to"] for each in held["sign_ups"]] == [member["name"]]

    page.locator("[name=introducer]").fill(place.site.address(other, "home", introducer["locale"]))
    page.locator("form[action$=introducer] button").click()
    expect(page.locator("[role=status]")).to_contain_text(introducer["name"])
    place.mail(introducer["email"], SAYS[introducer["locale"]].new_lead, email)
    page.locator("form[action$=withdraw] button").click()
    expect(page.locator("[role=status]")).to_be_visible()
    looked_at(page, javascript)
    page.locator("label:has([name=sure])").click()
    page.locator("form[action$=erase] button").click()
    expect(page.locator("h1")).to_contain_text(says.forgotten)
    assert not [line for line in place.state() if email in line]
    assert not [each for each in window.complaints if "410" not in each]
    assert window.requests, "the window remembers what it asked for"


def test_by_keyboard_from_the_mail_to_being_forgotten(place: Place, open_window: Callable[..., Window]) -> None:
    page, email = open_window(touch=False).page, new_address()
    sign_up(place, page, EVERYTHING["en"], "en", email, javascript=True)
    page.goto(place.link(email, "Please confirm", "confirm/"))
    press(page, "button")
    expect(page.locator("address")).to_be_visible()
    press(page, "a[href*='my-data']")
    expect(page.locator("[name=email]")).to_be_visible()
    while not page.evaluate("document.activeElement.matches('[name=email]')"):
        press_tab(page)
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your mailbox")
    page.goto(place.link(email, "The link to your data", "my-data/"))
    press(page, "button")
    expect(page.locator("[name=sure]")).to_be_visible()
    while not page.evaluate("document.activeElement.matches('[name=sure]')"):
        press_tab(page)
    page.keyboard.press("Space")
    press(page, "form[action$=erase] button")
    expect(page.locator("h1")).to_contain_text("Your data is erased")


@pytest.mark.parametrize("introducer", ["slug", "name"])
def test_who_introduced_you(introducer: str, place: Place, open_window: Callable[..., Window]) -> None:
    ana, rosa = place.site.members[EVERYTHING["es"]], place.site.members[EVERYTHING["en"]]
    page, email = open_window().page, new_address()
    page.goto(place.site.address(rosa["slug"], "signup", "en"))
    page.locator(".more-field summary").click()
    page.locator("[name=introducer]").fill(ana["slug"] if introducer == "slug" else ana["name"])
    fill(page, email)
    send(page)
    page.wait_for_url(place.site.address(rosa["slug"], "thanks", "en"))
    page.goto(place.link(email, "Please confirm", "confirm/"))
    send(page)
    credited, other = (ana, rosa) if introducer == "slug" else (rosa, ana)
    expect(page.locator("address")).to_contain_text(credited["name"])
    looked_at(page, True)
    place.mail(credited["email"], SAYS[credited["locale"]].new_lead, email)
    place.mail(email, "Thank you for confirming")
    assert not [each for each in place.post.mails if each["To"] == other["email"] and email in text_of(each)]


def test_mailed_links_change_nothing_by_being_opened(place: Place, open_window: Callable[..., Window]) -> None:
    """As scanners and prefetchers open them: by GET, by HEAD, and in a browser that runs every script."""
    window = open_window()
    page, email, pending = window.page, new_address(), new_address()
    sign_up(place, page, EVERYTHING["en"], "en", email, javascript=True)
    page.goto(place.link(email, "Please confirm", "confirm/"))
    send(page)
    page.locator("a[href*='my-data']").click()
    page.locator("[name=email]").fill(email)
    send(page)
    sign_up(place, page, EVERYTHING["en"], "en", pending, javascript=True)
    my_data = place.link(email, "The link to your data", "my-data/")
    links = [
        place.link(pending, "Please confirm", "confirm/"),
        place.link(pending, "Please confirm", "not-me/"),
        place.link(email, "Please confirm", "confirm/"),
        place.link(email, "Thank you for confirming", "unsubscribe/"),
        my_data,
        *(f"{my_data}/{end}" for end in ("introducer", "withdraw", "erase")),
    ]
    settled(place)
    before = place.state()
    for link in links:
        for method in ("GET", "HEAD"):
            opened(link, method)
        page.goto(link)
        page.wait_for_load_state("networkidle")
        page.mouse.wheel(0, 5000)
    assert place.state() == before
    # And the very same links still do what they are for.
    page.goto(links[0])
    send(page)
    expect(page.locator("address")).to_be_visible()
    page.goto(links[3])
    send(page)
    expect(page.locator("h1")).to_have_text("You are unsubscribed")
    assert place.state() != before
    page.goto(my_data)
    send(page)
    expect(page.locator("main")).to_contain_text(email)
    download = str(page.locator("a[href$='/download']").evaluate("link => link.href"))
    settled(place)
    before = place.state()
    for end in ("download", "introducer", "withdraw", "erase"):
        for method in ("GET", "HEAD"):
            opened(download.removesuffix("download") + end, method)
    assert place.state() == before
    page.goto(my_data)
    expect(page.locator("h1")).to_have_text("This link was used")


def opened(link: str, method: str) -> None:
    try:
        with urllib.request.urlopen(urllib.request.Request(link, method=method), timeout=20):
            pass
    except urllib.error.HTTPError as error:
        assert error.code == 405, link
        error.close()


def settled(place: Place) -> None:
    """Until every promised mail was sent, and the worker has written that down."""
    deadline = time.monotonic() + PATIENCE
    while [line for line in place.state() if re.search(r"'(waiting|leased)'", line) and "'webhook'" not in line]:
        assert time.monotonic() < deadline, "the outbox is not empty"
        time.sleep(0.1)


# -- when the script meets trouble -------------------------------------------------------------------------


TROUBLES = {
    "no-challenge": ("**/challenge", lambda route: route.abort()),
    "nonsense": ("**/challenge", lambda route: route.fulfill(json={"parameters": {"algorithm": "SHA-1"}})),
    "no-module": ("**/proof.*.js", lambda route: route.fulfill(status=404)),
    "refused": (
        "**/signup",
        lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_(),
    ),
}


@pytest.mark.parametrize("trouble", [*TROUBLES, "no-crypto"])
def test_on_any_trouble_the_form_goes_the_plain_way(
    trouble: str, place: Place, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    page, email, slug = window.page, new_address(), EVERYTHING["en"]
    if trouble == "no-crypto":
        page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    else:
        page.route(*TROUBLES[trouble])
    page.goto(place.site.address(slug, "signup", "en"))
    fill(page, email)
    send(page)
    page.wait_for_url(f"{place.capture.origin}/signup")
    looked_at(page, True)
    go_on(page, javascript=False)
    page.wait_for_url(place.site.address(slug, "thanks", "en"))
    assert [each["email"] for each in place.capture.stored()].count(email) == 1


def test_a_proof_that_does_not_hold_is_made_anew(place: Place, open_window: Callable[..., Window]) -> None:
    window = open_window()
    page, email, slug = window.page, new_address(), EVERYTHING["en"]
    asked: list[str] = []

    def foreign_at_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            told = route.fetch().json()
            route.fulfill(json={**told, "signature": "0" * 64}, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    page.route("**/challenge", foreign_at_first)
    page.goto(place.site.address(slug, "signup", "en"))
    fill(page, email)
    send(page)
    page.wait_for_url(place.site.address(slug, "thanks", "en"))
    assert (len(asked), window.posts()) == (2, ["fetch", "fetch"])
    assert [each["email"] for each in place.capture.stored()].count(email) == 1


def test_the_proof_is_begun_before_the_form_is_sent_and_told_to_those_who_listen(
    place: Place, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    page, slug = window.page, EVERYTHING["en"]
    waiting: list[Route] = []
    page.route("**/challenge", lambda route: waiting.append(route))
    page.goto(place.site.address(slug, "signup", "en"))
    asked = [url for _, _, url in window.requests if url.startswith(place.capture.origin)]
    assert not [url for url in asked if "/visit.gif?" not in url], "who only reads asks for the pixel alone"
    with page.expect_request("**/challenge"):
        page.locator("[name=email]").focus()
    fill(page, new_address())
    send(page)
    status = page.locator("form[method=post] [role=status]")
    expect(status).to_have_text(page.locator("form[data-checking]").get_attribute("data-checking") or "?")
    expect(page.locator("form[method=post] [type=submit]")).to_have_attribute("aria-disabled", "true")
    waiting[0].continue_()
    page.wait_for_url(place.site.address(slug, "thanks", "en"))
    assert window.violations() == []
    # The solution has served: coming back, a second sign-up gets one of its own.
    page.unroute("**/challenge")
    page.go_back()
    # The browser has kept what was typed and ticked.
    page.locator("[name=email]").fill(second := new_address())
    page.locator("[name=consent]").check()
    send(page)
    page.wait_for_url(place.site.address(slug, "thanks", "en"))
    assert second in [each["email"] for each in place.capture.stored()]


def test_the_pause_is_as_long_as_the_script_waits() -> None:
    """The service refuses what comes sooner, so the script must not be quicker."""
    script = (ROOT / "themes" / "almanac" / "static" / "proof.js").read_text(encoding="utf-8")
    found = re.search(r"READ_FOR = (\d+);", script)
    assert found and int(found[1]) >= human_proof.QUICKEST.total_seconds() * 1000
