"""Results, in a browser: charts in both schemes without script or request, readable at 390 px, no barrier."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from benchmarks import office
from capture.app import create_app
from capture.base.db import Database
from capture.models import OutboxMail
from capture.reports import counting
from capture.settings import Settings
from tests.browser.axe import violations
from tests.browser.live import LOOPBACK
from tests.browser.windows import DESK, PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser-office")]

MEMBER = "member.0@example.com"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Database]]:
    """The office of a company with six thousand leads, and its database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('works') / 'capture.sqlite'}"
    database = Database(url)
    database.migrate()
    office.fill(database, 6_000, 40)
    assert counting.count_ahead(database, office.NOW)
    app = create_app(
        Settings(token_keys=(office.KEY,), secret_key=office.KEY, database_url=url), clock=lambda: office.NOW
    )
    server = make_server(LOOPBACK, 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}", database
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["espalier"].database.engine.dispose()
    database.engine.dispose()


@pytest.fixture
def enter(served: tuple[str, Database], open_window: Callable[..., Window]) -> Callable[..., Window]:
    """A window in which somebody is signed in."""
    origin, database = served

    def sign_in(address: str, size: tuple[int, int] = PHONE) -> Window:
        window = open_window(size=size, touch=size == PHONE, javascript=True)
        page = window.page
        page.goto(f"{origin}/office/sign-in")
        page.locator("[name=email]").fill(address)
        page.locator("main button").click()
        page.wait_for_load_state()
        with database.read() as session:
            mails = select(OutboxMail.text).where(OutboxMail.recipient == address).order_by(OutboxMail.id.desc())
            text = session.scalars(mails).first()
        link = re.search(rf"{office.HOST}(/office/enter/\S+)", text or "")
        assert link
        page.goto(origin + link[1])
        page.locator("main button").click()
        page.wait_for_url("**/office/")
        return window

    return sign_in


@pytest.mark.parametrize("size", [PHONE, pytest.param(DESK, marks=pytest.mark.slow)])
def test_no_violation_and_no_request(
    served: tuple[str, Database], enter: Callable[..., Window], size: tuple[int, int], tmp_path: Path
) -> None:
    origin, database = served
    with database.write() as session:
        from capture.models import BudgetUse

        session.query(BudgetUse).delete()  # the door gives out one link a minute
    for address in (MEMBER, office.STAFF) if size == PHONE else (MEMBER,):
        window = enter(address, size)
        page = window.page
        for query in ("?period=all", "?period=4&about=opportunity", "?period=12"):
            page.goto(f"{origin}/office/results{query}")
            for details in page.locator("details").all():
                details.evaluate("each => each.open = true")
            assert page.locator("svg[role=img]").count() == 2
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
            assert window.violations() == []
        assert [each for each in window.complaints if "favicon" not in each] == []
        assert {each[2].partition("/office")[0].partition("/static")[0] for each in window.requests} <= {
            origin,
            f"{origin}/look.css",
        }
    # Bars are seen against what lies behind them, and letters are large enough on a phone.
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        fill = page.locator("svg .serie-0 .rect").last.evaluate("each => getComputedStyle(each).fill")
        assert fill != "none" and fill != page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    text = page.locator("svg text").first
    scale = text.evaluate("each => each.getScreenCTM().a * parseFloat(getComputedStyle(each).fontSize)")
    assert scale >= 12
