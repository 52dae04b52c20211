"""One browser and one set of servers for the whole folder; every test gets fresh windows.

The files name the group of those that share servers, so that one worker makes them for the run.

Where there is no Chromium the tests skip; with ``ESPALIER_REQUIRE_BROWSER=1`` they fail instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import required
from tests.browser import company, office
from tests.browser.live import LOOPBACK, Capture, Website, capture_service, free_ports, website
from tests.browser.place import Place, standing
from tests.browser.windows import Window, window

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium. It asks nobody outside this machine for anything."""
    if not CHROMIUM.is_file():
        required.skip_or_fail(required.BROWSER, f"there is no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        # Root may not use the sandbox, which is how most containers run.
        flags = ["--no-sandbox", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def servers(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Website, Capture]]:
    """The sample with a dozen members, and the capture service that its forms post to."""
    place = tmp_path_factory.mktemp("servers")
    port, capture_port = free_ports(2)
    folder = company.few_members(place / "content")
    capture = f"http://{LOOPBACK}:{capture_port}"
    with (
        website(folder, place / "public", port, capture) as site,
        capture_service(folder, place / "instance", capture_port, site.origin) as service,
    ):
        yield site, service


@pytest.fixture(scope="package")
def almanac(servers: tuple[Website, Capture]) -> Website:
    """The sites in the default theme."""
    return servers[0]


@pytest.fixture(scope="package")
def capture(servers: tuple[Website, Capture]) -> Capture:
    return servers[1]


@pytest.fixture(scope="package")
def nightmarket(almanac: Website, capture: Capture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Website]:
    """The same in the child theme."""
    (port,) = free_ports(1)
    out = tmp_path_factory.mktemp("nightmarket") / "public"
    with website(almanac.folder, out, port, capture.origin, "nightmarket") as site:
        yield site


@pytest.fixture(scope="package")
def place(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Sites, service and mail server, with an office in which something has happened."""
    with standing(tmp_path_factory.mktemp("place")) as whole:
        office.furnish(whole)
        yield whole


@pytest.fixture
def themed(request: pytest.FixtureRequest) -> Callable[[str], Website]:
    """The sites in a theme by name, built when first asked for."""
    return lambda theme: request.getfixturevalue(theme)


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Window]]:
    """Opens windows, by default of a phone, and closes them at the end."""
    opened: list[Window] = []

    def open_one(**options: object) -> Window:
        opened.append(window(browser, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for each in opened:
        each.page.context.close()
