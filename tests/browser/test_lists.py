"""A list in a real browser: brought, described, tried and taken in, without scripts too; each of its pages is clean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from capture.base.db import Database
from capture.imports import uploads
from capture.models import Upload
from capture.settings import Settings
from tests.browser.axe import violations
from tests.browser.company import EVERYTHING
from tests.browser.layout import small_targets, too_wide
from tests.browser.office import enter
from tests.browser.place import Place
from tests.browser.windows import DESK, PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser-office")]

HEADER = "Nombre;Apellidos;Correo electrónico;Teléfono;Notas de la feria, tal como las escribió quien atendía\r\n"
WAIT = 20_000
"""Milliseconds: the worker looks every two seconds, the page every three."""


def rows(start: int) -> bytes:
    """A list as a spreadsheet writes it, half of it wrong in one way or another."""
    lines = [
        f"Zoë;Byrne;zoe.{start}@example.com;+353 87 123 4567;=1+1",
        f"<i>Rob</i>;Núñez;rob.{start}@example.com;;{'Quería saber más de las velas. ' * 4}",
        f"Rob;Núñez;rob.{start}@example.com;;",
        "Nobody;;;;",
        "Sue;Example;sue.example.com;;",
    ]
    return ("\ufeff" + HEADER + "\r\n".join(lines)).encode()


def faults(page: Page) -> list[str]:
    """What is wrong with a page as it stands there."""
    found = [*violations(page), *(f"too wide: {each}" for each in too_wide(page))]
    return found + [f"hard to hit: {each}" for each in small_targets(page, 44)]


def bring(page: Page, place: Place, content: bytes) -> None:
    page.goto(f"{place.capture.origin}/office/leads")
    page.locator("a[href$='office/import']").click()
    page.locator("[name=file]").set_input_files({"name": "feria.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("form.slip button").click()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_of_a_list_is_clean(
    size: tuple[int, int],
    place: Place,
    open_window: Callable[..., Window],
) -> None:
    window = open_window(size=size, touch=size == PHONE)
    page = window.page
    enter(place, page, place.site.members[EVERYTHING["en"]]["email"])
    bring(page, place, b"PK\x03\x04")
    expect(page.locator("#file-error")).to_contain_text("CSV UTF-8")
    assert faults(page) == [], "refused"
    bring(page, place, rows(size[0]))
    assert faults(page) == [], "new"
    page.locator("[name=column_email]").select_option("")
    page.locator("form[novalidate] button").click()
    expect(page.locator("#column_email-error")).to_be_visible()
    assert faults(page) == [], "with errors"
    page.locator("[name=column_email]").select_option(label="Correo electrónico")
    page.locator("form[novalidate] button").click()
    expect(page.locator(".totals .sum")).to_contain_text("5", timeout=WAIT)
    assert faults(page) == [], "tried"
    page.locator("summary").click()
    assert faults(page) == [], "tried, to be changed"
    page.locator("form[action$=take] button").click()
    expect(page.locator("a[href$='ledger.csv']")).to_be_visible(timeout=WAIT)
    assert faults(page) == [], "done"
    page.locator("main a[href$='office/import']").first.click()
    assert faults(page) == [], "all lists"
    assert window.violations() == []


def test_a_page_that_waits_is_clean(place: Place, open_window: Callable[..., Window]) -> None:
    """As it stands while nobody works at the list: another worker holds it."""
    page = open_window().page
    enter(place, page, place.site.members[EVERYTHING["en"]]["email"])
    bring(page, place, rows(1))
    page.wait_for_url("**/office/import/*")
    number = int(page.url.rpartition("/")[2])
    database = Database(Settings.from_environ(place.capture.environ).database_url, checkpoints=False)
    with database.write() as session:
        upload = session.get_one(Upload, number)
        upload.state, upload.done, upload.lease_owner = "taking", 2, "another"
        upload.leased_until = upload.at + uploads.KEPT / 2
    page.goto(f"{page.url}?still=yes")
    expect(page.locator("progress")).to_be_visible()
    assert faults(page) == []
    with database.write() as session:
        session.delete(session.get_one(Upload, number))
    database.engine.dispose()


def test_a_list_comes_in_without_scripts(place: Place, open_window: Callable[..., Window]) -> None:
    page = open_window(javascript=False).page
    enter(place, page, place.site.members[EVERYTHING["en"]]["email"])
    bring(page, place, rows(2))
    page.locator("[name=vendor]").fill("The fair")
    page.locator("[name=obtained_on]").fill("2026-01-05")
    page.locator("[name=wording]").fill("I may be written to.")
    page.locator("[name=campaign]").select_option(label="Tasting evening (event41)")
    page.locator("form[novalidate] button").click()
    expect(page.locator(".totals .sum")).to_contain_text("5", timeout=WAIT)
    expect(page.locator("main")).to_contain_text("under “Tasting evening”")
    expect(page.locator(".origin")).to_be_visible()
    page.locator("form[action$=take] button").click()
    expect(page.locator("a[href$='ledger.csv']")).to_be_visible(timeout=WAIT)
    page.locator("a[href*='office/leads?campaign=event41']").click()
    expect(page.locator("table")).to_contain_text("zoe.2@example.com")
