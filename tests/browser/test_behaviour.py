"""How pages behave: they ask nobody else for anything, keep the strict policy, fit every width, and stay still."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.browser.company import (
    ARABIC,
    ARABIC_SPONSOR,
    CHINESE,
    EVERYTHING,
    KINDS,
    LEAST,
    LOCALES,
    ONE_WORD,
    QUOTES,
)
from tests.browser.layout import LARGEST_SHIFT, measure_shifts, measured, small_targets, to_the_end, too_wide
from tests.browser.live import Capture, Website
from tests.browser.windows import DESK, PHONE, TABLET, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-sites")]

WIDTHS = (360, PHONE[0], TABLET[0], DESK[0])
HOSTS = (EVERYTHING["en"], LEAST["en"], None)
THEMES = ("almanac", "nightmarket")
CASES = [
    pytest.param(
        theme,
        key,
        slug,
        LOCALES[(number + turn) % 2],
        # Every kind once in each theme; the rest of the table in the long proof.
        marks=() if turn == number % 3 else pytest.mark.slow,
    )
    for theme in THEMES
    for number, key in enumerate(KINDS)
    for turn, slug in enumerate(HOSTS)
]
every_page = pytest.mark.parametrize(("theme", "key", "slug", "locale"), CASES)


@every_page
def test_in_the_hand_nothing_comes_from_third_parties_and_targets_are_large(
    theme: str,
    key: str,
    slug: str | None,
    locale: str,
    themed: Callable[[str], Website],
    capture: Capture,
    open_window: Callable[..., Window],
) -> None:
    site = themed(theme)
    window = open_window()
    answer = window.page.goto(site.address(slug, key, locale))
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    to_the_end(window.page)
    own = (f"{site.origin}/", f"{capture.origin}/visit.gif?", "data:")
    assert [url for _, _, url in window.requests if not url.startswith(own)] == []
    assert window.violations() == []
    assert window.complaints == []
    assert small_targets(window.page, 44) == []


@every_page
def test_it_fits_every_width_stays_still_and_can_be_clicked(
    theme: str,
    key: str,
    slug: str | None,
    locale: str,
    themed: Callable[[str], Website],
    open_window: Callable[..., Window],
) -> None:
    window = open_window(touch=False)
    page = window.page
    shifts = measure_shifts(page, themed(theme).address(slug, key, locale))
    assert sum(value for value, _ in shifts) <= LARGEST_SHIFT, shifts
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == [], f"at {width} px"
    assert small_targets(page, 24) == [], "as wide as a desk"


@pytest.mark.parametrize("theme", THEMES)
def test_landing_pages_and_the_page_for_codes(
    theme: str, themed: Callable[[str], Website], capture: Capture, open_window: Callable[..., Window]
) -> None:
    site = themed(theme)
    paths = [*map(site.landing, (*EVERYTHING.values(), *LEAST.values(), None)), site.path(None, "code", "en")]
    for path in paths:
        window = open_window()
        window.page.goto(site.origin + path)
        to_the_end(window.page)
        assert [url for _, kind, url in window.requests if url.startswith(f"{capture.origin}/visit.gif?")], path
        assert (window.violations(), window.complaints) == ([], []), path
        assert small_targets(window.page, 44) == [], path
        for width in WIDTHS:
            window.page.set_viewport_size({"width": width, "height": 900})
            assert too_wide(window.page) == [], f"{path} at {width} px"


def test_a_code_typed_by_hand_leads_to_its_page(almanac: Website, open_window: Callable[..., Window]) -> None:
    """By keyboard alone, without scripts, after a slip."""
    window = open_window(javascript=False)
    window.page.goto(almanac.address(None, "code", "en"))
    window.page.get_by_label("The code, as you heard or read it").fill("Radio 99")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/go?code=Radio+99")
    window.page.locator("[name=code]").fill("Radio 7")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url(f"**{almanac.landing(EVERYTHING['en'])}")
    assert [each for each in window.complaints if "404" not in each] == [], "a code that is unknown is a 404"


@pytest.mark.parametrize("slug", [ARABIC, CHINESE, QUOTES, ONE_WORD])
def test_other_names_fit_too(slug: str, almanac: Website, open_window: Callable[..., Window]) -> None:
    page = open_window(touch=False).page
    page.goto(almanac.address(slug, "home", "en"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == [], f"at {width} px"


def test_the_menu_s_targets_are_large_enough(almanac: Website, open_window: Callable[..., Window]) -> None:
    page = open_window().page
    page.goto(almanac.address(EVERYTHING["en"], "home", "en"))
    page.locator("[popovertarget]").click()
    assert small_targets(page, 44) == []


def test_a_target_too_small_would_be_found(almanac: Website, open_window: Callable[..., Window]) -> None:
    """The measure itself."""
    page = open_window().page
    page.goto(almanac.address(None, "home", "en"))
    page.evaluate("document.querySelector('main').insertAdjacentHTML('afterbegin', '<div><a href=/x>x</a></div>')")
    assert len(small_targets(page, 24)) == 1


def test_a_thing_too_wide_would_be_found(almanac: Website, open_window: Callable[..., Window]) -> None:
    page = open_window(touch=False).page
    page.goto(almanac.address(None, "faq", "en"))
    page.evaluate("document.querySelector('main p').style.inlineSize = '2000px'")
    assert len(too_wide(page)) >= 1


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("slug", [ARABIC, ARABIC_SPONSOR])
@pytest.mark.parametrize("key", ["home", "products/first-frost", "signup", "thanks"])
def test_the_words_around_an_arabic_name_stay_in_their_places(
    key: str, slug: str, theme: str, themed: Callable[[str], Website], open_window: Callable[..., Window]
) -> None:
    """Whatever stands before the name is at its left, whatever comes after at its right, as the line is read."""
    site = themed(theme)
    page = open_window(size=DESK, touch=False).page
    page.goto(site.address(slug, key, "en"))
    names = [site.members[each]["name"] for each in (ARABIC, ARABIC_SPONSOR)]
    names += [site.members[each]["first_name"] for each in (ARABIC, ARABIC_SPONSOR)]
    assert measured(page, f"misplacedAround({json.dumps(names)})") == []


@pytest.mark.parametrize("slug", [EVERYTHING["en"], LEAST["en"], QUOTES])
def test_latin_names_and_numbers_on_a_page_from_right_to_left(
    slug: str, almanac: Website, open_window: Callable[..., Window]
) -> None:
    page = open_window(size=DESK, touch=False).page
    page.goto(almanac.address(slug, "home", "ar"))
    name = almanac.members[slug]["name"]
    assert name in page.locator("main").inner_text()
    assert too_wide(page) == []
    # The plus sign of a telephone number stands at its left, whichever way the page runs.
    assert measured(page, "turnedNumbers()") == []


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_at_the_end_of_what_people_write(
    theme: str, themed: Callable[[str], Website], open_window: Callable[..., Window]
) -> None:
    """An Arabic tagline ends at its left on an English page, an English one at its right on an Arabic page."""
    site = themed(theme)
    page = open_window(size=DESK, touch=False).page
    for slug, locale, at_left in ((ARABIC_SPONSOR, "en", True), (EVERYTHING["en"], "ar", False)):
        page.goto(site.address(slug, "home", locale))
        first, last = page.evaluate(_ENDS, ".hero-line")
        assert (last < first) is at_left, (slug, locale)


_ENDS = """selector => {
  const text = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT).nextNode()
  const end = text.data.trimEnd().length
  const left = at => {
    const range = document.createRange()
    range.setStart(text, at), range.setEnd(text, at + 1)
    return range.getBoundingClientRect().left
  }
  return [left(end - 2), left(end - 1)]
}"""
"""Returns where the last letter and the mark after it begin, in pixels from the left."""


def test_the_service_s_pages_keep_the_policy_too(
    almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    window.page.goto(f"{capture.origin}/dev/mailbox")
    window.page.goto(f"{capture.origin}/nothing-here")
    assert [each for each in window.complaints if "404" not in each] == []
    assert all(url.startswith((capture.origin, almanac.origin)) for _, _, url in window.requests)
