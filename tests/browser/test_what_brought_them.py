"""What brought a visitor is kept until the sign-up on a later page, in addresses alone: no cookie, nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.company import ARABIC, EVERYTHING, LANDINGS
from tests.browser.live import Capture, Website, run
from tests.browser.prospect import fill, go_on, new_address, send
from tests.browser.windows import DESK, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser-sites")]

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [False, True], ids=["without-javascript", "with-javascript"])
ROSA, ANA = EVERYTHING["en"], EVERYTHING["es"]


def sign_up(page: Page, javascript: bool, capture: Capture) -> str:
    """Signs up on the page that is open. What ``capture why`` tells of it."""
    email = new_address()
    fill(page, email)
    send(page)
    go_on(page, javascript)
    page.wait_for_url("**/thanks/" if "/es/" not in page.url else "**/gracias/")
    (lead,) = [each for each in capture.stored() if each["email"] == email]
    return run(["capture", "why", str(lead["id"])], capture.environ)


def follow(page: Page, address: str, where: str = "main") -> None:
    """Presses a link to a page of the site, whatever its query."""
    page.locator(f'{where} a[href*="{urlsplit(address).path}"]').first.click()
    page.wait_for_url(f"{address}*")


def nothing_kept(page: Page) -> bool:
    stored: int = page.evaluate("localStorage.length + sessionStorage.length")
    return stored == 0 and page.context.cookies() == []


@WITH_AND_WITHOUT
@pytest.mark.parametrize("slug", [ROSA, None], ids=["member", "company"])
def test_a_landing_page_is_remembered_behind_its_own_link(
    slug: str | None, javascript: bool, almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    window = open_window(javascript=javascript)
    page = window.page
    page.goto(almanac.origin + almanac.landing(slug))
    follow(page, almanac.address(slug, "products", "en"))
    assert parse_qs(urlsplit(page.url).query) == {"c": [LANDINGS[slug]]}
    told = sign_up(page, javascript, capture)
    assert f'on the page "products" (en) of {"Rosa" if slug else "the company"}' in told
    assert f"by a link with the campaign code {LANDINGS[slug]}." in told
    assert window.complaints == []


def test_and_by_the_script_on_every_page_after_it(
    almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    page = open_window(size=DESK, touch=False).page
    page.goto(almanac.origin + almanac.landing(ROSA) + "?utm_source=paper")
    follow(page, almanac.address(ROSA, "opportunity", "en"))
    follow(page, almanac.address(ROSA, "products", "en"), "header")
    follow(page, almanac.address(ROSA, "products", "es"), ".languages")
    assert parse_qs(urlsplit(page.url).query) == {"c": [LANDINGS[ROSA]], "utm_source": ["paper"]}
    assert nothing_kept(page)
    told = sign_up(page, True, capture)
    assert f"by a link with the campaign code {LANDINGS[ROSA]}, campaign: source paper." in told


def test_campaign_parameters_come_along_to_the_next_page(
    almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    page = open_window(size=DESK, touch=False).page
    page.goto(
        almanac.address(ROSA, "home", "en") + "?utm_source=facebook&utm_medium=paid%20%26&utm_campaign=spring&x=1"
    )
    follow(page, almanac.address(ROSA, "products", "en"), "header")
    assert "x" not in parse_qs(urlsplit(page.url).query)
    assert page.locator("link[rel=canonical]").get_attribute("href") == almanac.address(None, "products", "en")
    assert nothing_kept(page)
    assert "campaign: source facebook, medium paid &, campaign spring." in sign_up(page, True, capture)


def test_without_a_script_they_are_kept_on_the_page_that_they_led_to(
    almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    page = open_window(javascript=False).page
    page.goto(almanac.address(ROSA, "home", "en") + "?utm_source=facebook")
    assert "campaign: source facebook." in sign_up(page, False, capture)


def links(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.links].map(link => link.getAttribute('href'))")
    return found


def test_links_stay_as_they_are_for_everyone_else(almanac: Website, open_window: Callable[..., Window]) -> None:
    page, plain = (open_window(javascript=each).page for each in (True, False))
    for query in ("", "?fbclid=1&page=2"):
        for each in (page, plain):
            each.goto(almanac.address(ANA, "home", "es") + query)
        assert links(page) == plain.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")


@pytest.mark.parametrize("slug", [ANA, ARABIC], ids=["links-elsewhere", "sponsor-here"])
def test_only_links_to_pages_of_the_same_site_carry_it(
    slug: str, almanac: Website, open_window: Callable[..., Window]
) -> None:
    page = open_window().page
    page.goto(almanac.address(slug, "home", "es"))
    before = links(page)
    page.goto(almanac.address(slug, "home", "es") + "?c=fair1")
    base = almanac.site.addresses.member_base(slug)
    changed = [(old, new) for old, new in zip(before, links(page), strict=True) if old != new]
    assert len(changed) > 6
    for old, new in changed:
        assert old.startswith(base)
        assert old.partition("#")[0].endswith("/")
        assert urlsplit(new).query == "c=fair1"
    kept = set(before) - {old for old, _ in changed}
    assert {"#signup", f"{base}contact.vcf"} <= kept
    assert any(each.startswith("http") for each in kept)
