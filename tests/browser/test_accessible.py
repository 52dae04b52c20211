"""axe-core finds no violation: every kind of page, both colour schemes, both languages, members who differ much."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import product
from urllib.parse import urljoin

import pytest

from tests.browser.axe import LETTER, violations
from tests.browser.company import EVERYTHING, KINDS, LEAST, LOCALES
from tests.browser.live import Capture, Website
from tests.browser.windows import DESK, PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser-sites")]

HOSTS = ("everything", "least", "company")


def slug_of(host: str, locale: str) -> str | None:
    return {"everything": EVERYTHING[locale], "least": LEAST[locale], "company": None}[host]


# A page of every kind in each theme, hosts and languages taken in turn; the rest of the table in the long proof.
SAMPLE = [
    (theme, key, HOSTS[(number + turn) % 3], LOCALES[(number + turn) % 2])
    for turn, theme in enumerate(("almanac", "nightmarket"))
    for number, key in enumerate(KINDS)
]

REST = [case for case in product(("almanac", "nightmarket"), KINDS, HOSTS, LOCALES) if case not in SAMPLE]


@pytest.mark.parametrize(
    ("theme", "key", "host", "locale"),
    [*SAMPLE, *(pytest.param(*case, marks=pytest.mark.slow) for case in REST)],
)
def test_no_violation(
    theme: str,
    key: str,
    host: str,
    locale: str,
    themed: Callable[[str], Website],
    open_window: Callable[..., Window],
) -> None:
    page = open_window().page
    page.goto(themed(theme).address(slug_of(host, locale), key, locale))
    assert violations(page) == []


@pytest.mark.parametrize(("slug", "size"), [(EVERYTHING["en"], PHONE), (LEAST["es"], DESK), (None, PHONE)])
@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_no_violation_on_landing_pages(
    theme: str,
    slug: str | None,
    size: tuple[int, int],
    themed: Callable[[str], Website],
    open_window: Callable[..., Window],
) -> None:
    page = open_window(size=size).page
    page.goto(themed(theme).origin + themed(theme).landing(slug))
    assert violations(page) == []


@pytest.mark.parametrize(("theme", "locale"), [("almanac", "en"), ("almanac", "es"), ("nightmarket", "en")])
def test_no_violation_where_codes_are_typed(
    theme: str, locale: str, themed: Callable[[str], Website], open_window: Callable[..., Window]
) -> None:
    page = open_window().page
    page.goto(themed(theme).address(None, "code", locale))
    assert violations(page) == []


@pytest.mark.parametrize("key", ["home", "products/first-frost", "signup"])
@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_no_violation_on_a_desk(
    theme: str, key: str, themed: Callable[[str], Website], open_window: Callable[..., Window]
) -> None:
    page = open_window(size=DESK, touch=False).page
    page.goto(themed(theme).address(EVERYTHING["en"], key, "en"))
    assert violations(page) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_violation_among_the_form_s_errors(
    locale: str, almanac: Website, open_window: Callable[..., Window]
) -> None:
    page = open_window().page
    page.goto(almanac.address(EVERYTHING[locale], "signup", locale))
    page.evaluate("for (const each of document.querySelectorAll('[required]')) each.required = false")
    page.locator("[type=submit]").click()
    page.locator("[name=email][aria-invalid=true]").wait_for()
    assert violations(page) == []


def test_no_violation_with_the_menu_open(almanac: Website, open_window: Callable[..., Window]) -> None:
    page = open_window().page
    page.goto(almanac.address(EVERYTHING["en"], "faq", "en"))
    page.locator("[popovertarget]").click()
    assert violations(page) == []


@pytest.mark.parametrize("key", ["home", "products/first-frost", "opportunity", "signup", "thanks"])
def test_no_violation_from_right_to_left(key: str, almanac: Website, open_window: Callable[..., Window]) -> None:
    for slug in (EVERYTHING["en"], None):
        page = open_window().page
        page.goto(almanac.address(slug, key, "ar"))
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert violations(page) == []
        for size in (PHONE, DESK):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("token", ["member", "void"])
def test_no_violation_on_the_service_s_form(
    token: str, locale: str, almanac: Website, open_window: Callable[..., Window]
) -> None:
    """The form with its errors, and the company's form in place of one whose token does not hold."""
    page = open_window(javascript=True).page
    page.goto(almanac.address(EVERYTHING[locale], "signup", locale))
    page.evaluate(
        """(token) => {
          const form = document.querySelector("form[method=post]");
          for (const each of form.querySelectorAll("[required]")) each.required = false;
          form.elements.email.value = "pat@example";
          if (token === "void") form.elements.token.value = "m-003.altered";
          HTMLFormElement.prototype.submit.call(form);
        }""",
        token,
    )
    page.wait_for_url("**/signup")
    assert page.locator("html").get_attribute("lang") == locale
    assert page.locator("form [name=email]").input_value() == "pat@example"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_no_violation_on_the_service_s_other_pages(
    almanac: Website, capture: Capture, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    page = window.page
    faults = []
    page.goto(f"{capture.origin}/nothing-here")
    faults += violations(page)
    page.goto(f"{capture.origin}/dev/mailbox")
    faults += violations(page)
    page.goto(almanac.address(EVERYTHING["en"], "signup", "en"))
    page.locator("[name=email]").fill("mailbox@example.com")
    page.locator("[name=consent]").check()
    page.locator("[type=submit]").click()
    page.wait_for_url(almanac.address(EVERYTHING["en"], "thanks", "en"))
    page.goto(f"{capture.origin}/dev/mailbox")
    faults += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.locator("pre a[href*='/confirm/']").click()
    page.locator("main button").click()
    page.locator("address").wait_for()
    page.goto(f"{capture.origin}/dev/mailbox")
    assert page.locator(".mails a").count() >= 3, "the question, the thank-you letter and the new-lead letter"
    letters = [urljoin(page.url, each.get_attribute("href") or "") for each in page.locator(".mails a").all()[:3]]
    for letter in letters:
        # The letter itself is locked up without scripts, so that axe must read a copy; in the dark the letter takes the
        # reader's own colours, which axe doesn't know.
        with urllib.request.urlopen(f"{letter}/html", timeout=10) as answer:
            html = answer.read().decode()
        copy = open_window().page
        copy.set_content(html)
        faults += violations(copy, LETTER, ("light",))
    assert faults == []


def test_a_missing_page_says_so(almanac: Website, open_window: Callable[..., Window]) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{almanac.origin}/no/such/page", timeout=10)
    error.value.close()
    assert error.value.code == 404
    page = open_window().page
    page.goto(f"{almanac.origin}/no/such/page")
    assert violations(page) == []
