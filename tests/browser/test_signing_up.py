"""A prospect signs up on a real page in a real browser, and the lead stands under the right member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from capture.limits import human_proof
from tests.browser.company import ARABIC, EVERYTHING, LEAST
from tests.browser.live import Capture, Website
from tests.browser.prospect import fill, go_on, new_address, press_tab, send
from tests.browser.windows import DESK, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-sites")]

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])

HOSTS = {
    "everything": (EVERYTHING["en"], "en"),
    "least": (LEAST["es"], "es"),
    "arabic-name-in-spanish": (ARABIC, "es"),
    "company": (None, "en"),
    "company-in-spanish": (None, "es"),
}


def lead(capture: Capture, slug: str | None, email: str) -> dict[str, Any]:
    """The one lead with this address, looked for where it belongs and nowhere else."""
    found = [each for each in capture.stored(slug) if each["email"] == email]
    everywhere = [each for each in capture.stored() if each["email"] == email]
    assert found == everywhere and len(found) == 1, f"{email} under {slug}: {found}; in all: {everywhere}"
    assert found[0]["member_slug"] == slug
    return found[0]


@WITH_AND_WITHOUT
@pytest.mark.parametrize("host", HOSTS)
def test_a_sign_up_lands_on_the_member_s_own_thank_you_page(
    host: str, javascript: bool, almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    slug, locale = HOSTS[host]
    window = open_window(javascript=javascript)
    page = window.page
    page.goto(almanac.address(slug, "home", locale))
    page.locator("a[href='#signup']:visible").first.click()
    expect(page.locator("form[method=post] [name=email]")).to_be_in_viewport()
    email = new_address()
    fill(page, email)
    send(page)
    go_on(page, javascript)
    page.wait_for_url(almanac.address(slug, "thanks", locale))
    assert window.posts() == (["fetch"] if javascript else ["document"] * 2)
    expect(page.locator("h1")).to_be_visible()
    if slug:
        assert almanac.members[slug]["first_name"] in page.locator("main").inner_text()
    expect(page.locator("form[method=post]")).to_have_count(0)
    found = lead(capture, slug, email)
    assert (found["first_name"], found["interest"], found["page"], found["locale"]) == (
        "Pat O’Neill",
        "both",
        "home",
        locale,
    )
    assert found["confirmed_at"] is None
    assert window.complaints == []


@WITH_AND_WITHOUT
def test_the_sign_up_page_and_its_preset_choice(
    javascript: bool, almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    slug = EVERYTHING["es"]
    page = open_window(javascript=javascript).page
    page.goto(almanac.address(slug, "signup", "en"))
    email = new_address()
    page.locator("[name=email]").fill(email)
    page.locator("label:has([name=consent])").click(position={"x": 10, "y": 10})
    send(page)
    go_on(page, javascript)
    page.wait_for_url(almanac.address(slug, "thanks", "en"))
    found = lead(capture, slug, email)
    assert (found["interest"], found["first_name"], found["page"]) == ("products", None, "signup")


def test_where_the_visitor_came_from_is_stored(
    almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    page = open_window().page
    page.goto(almanac.address(EVERYTHING["en"], "opportunity", "en") + "?utm_source=flyer&utm_campaign=spring")
    email = new_address()
    fill(page, email, interest="opportunity")
    send(page)
    page.wait_for_url(almanac.address(EVERYTHING["en"], "thanks", "en"))
    found = lead(capture, EVERYTHING["en"], email)
    assert (found["utm_source"], found["utm_campaign"], found["page"]) == ("flyer", "spring", "opportunity")


def without_the_browser_s_checks(page: Page) -> None:
    """What an old browser, or one with another opinion, sends."""
    page.evaluate("for (const each of document.querySelectorAll('[required]')) each.required = false")


def complaint_beside(page: Page, field: str) -> str:
    """The message in the same block as the field, that a screen reader hears with it."""
    control = page.locator(f"form[method=post] [name={field}]")
    described = control.get_attribute("aria-describedby")
    assert described, f"{field} names no description"
    message = page.locator(", ".join(f"#{each}" for each in described.split())).locator("visible=true")
    expect(message).to_have_count(1)
    expect(control).to_have_attribute("aria-invalid", "true")
    field_box, message_box = control.bounding_box(), message.bounding_box()
    assert field_box and message_box
    gap = max(message_box["y"] - field_box["y"] - field_box["height"], field_box["y"] - message_box["y"])
    assert gap < 200, f"the message stands {gap} px away from {field}"
    return message.inner_text()


FAULTS = {
    "bad-email": ({"email": "pat@example"}, "email"),
    "no-email": ({"email": ""}, "email"),
    "no-consent": ({"consent": False}, "consent"),
}


@WITH_AND_WITHOUT
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("host", ["everything", "company-in-spanish"])
def test_an_error_keeps_what_was_typed_and_stands_beside_its_field(
    host: str, fault: str, javascript: bool, almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    slug, locale = HOSTS[host]
    changed, field = FAULTS[fault]
    window = open_window(javascript=javascript)
    page = window.page
    page.goto(almanac.address(slug, "products/first-frost", locale))
    without_the_browser_s_checks(page)
    typed: dict[str, Any] = {"email": new_address(), **changed}
    fill(page, **typed)
    send(page)
    if javascript:
        expect(page.locator(f"[name={field}]")).to_be_focused()
        assert page.url == almanac.address(slug, "products/first-frost", locale)
    else:
        page.wait_for_url(f"{capture.origin}/signup")
        assert page.locator("html").get_attribute("lang") == locale
    assert complaint_beside(page, field)
    form = page.locator("form[method=post]")
    expect(form.locator("[name=email]")).to_have_value(typed["email"])
    expect(form.locator("[name=first_name]")).to_have_value("Pat O’Neill")
    expect(form.locator("[name=interest][value=both]")).to_be_checked()
    expect(form.locator("[name=consent]")).to_be_checked(checked=typed.get("consent", True))
    assert not [each for each in capture.stored() if each["email"] == typed["email"]]

    email = new_address()
    form.locator("[name=email]").fill(email)
    if not typed.get("consent", True):
        form.locator("label:has([name=consent])").click(position={"x": 10, "y": 10})
    send(page)
    go_on(page, javascript)
    page.wait_for_url(almanac.address(slug, "thanks", locale))
    found = lead(capture, slug, email)
    assert (found["page"], found["locale"]) == ("products/first-frost", locale)


def test_without_consent_the_browser_itself_sends_nothing(almanac: Website, open_window: Callable[..., Window]) -> None:
    window = open_window(javascript=False)
    window.page.goto(almanac.address(EVERYTHING["en"], "home", "en"))
    fill(window.page, new_address(), consent=False)
    send(window.page)
    window.page.wait_for_timeout(300)
    assert window.posts() == []
    assert window.page.locator("[name=consent]:invalid").count() == 1


@WITH_AND_WITHOUT
@pytest.mark.parametrize("key", ["home", "products/first-frost"])
def test_by_keyboard_alone(
    key: str, javascript: bool, almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    slug = EVERYTHING["en"]
    window = open_window(javascript=javascript, size=DESK, touch=False)
    page = window.page
    page.goto(almanac.address(slug, key, "en"))
    press_tab(page)
    assert page.evaluate("document.activeElement.matches('.skip')"), "the first stop is not the skip link"
    page.keyboard.press("Enter")
    stops = 0
    while not page.evaluate("document.activeElement.getAttribute('href') === '#signup'"):
        press_tab(page)
        stops += 1
        assert stops < 15, "no link to the form within fifteen stops of the skip link"
    page.keyboard.press("Enter")
    stops = 0
    while page.evaluate("document.activeElement.name") != "email":
        press_tab(page)
        stops += 1
        assert stops <= 2, "the link to the form leads past it"
    email = new_address()
    page.keyboard.type(email)
    press_tab(page)
    page.keyboard.type("Kay")
    press_tab(page)
    page.keyboard.press("ArrowDown")
    press_tab(page)
    assert page.evaluate("document.activeElement.matches('summary')"), "whoever introduced them can be named"
    page.keyboard.press("Enter")
    press_tab(page)
    page.keyboard.type("my aunt")
    press_tab(page)
    assert page.evaluate("document.activeElement.name") == "consent"
    page.keyboard.press("Space")
    press_tab(page)
    page.keyboard.press("Enter")
    if not javascript:
        expect(page.locator("h1")).to_have_text("One more step")
        page.wait_for_timeout(human_proof.QUICKEST.total_seconds() * 1000)
        press_tab(page)  # the company's name leads home
        press_tab(page)
        assert page.evaluate("document.activeElement.matches('button')")
        page.keyboard.press("Enter")
    page.wait_for_url(almanac.address(slug, "thanks", "en"))
    found = lead(capture, slug, email)
    assert (found["first_name"], found["interest"], found["introducer"]) == ("Kay", "opportunity", "my aunt")
