"""Pages whose text arrives piece by piece, as over a bad line, stay still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.browser.company import EVERYTHING, KINDS, LEAST
from tests.browser.layout import LARGEST_SHIFT, measure_shifts
from tests.browser.live import LOOPBACK, Website
from tests.browser.windows import DESK, PHONE, Window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-sites")]

PIECE = 1_500
"""Bytes of a page that arrive at once."""

PAUSE = 0.1
"""Seconds between two pieces; a browser paints in less, where it is given the time."""

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8"}


class _Slow(BaseHTTPRequestHandler):
    """Sends the files of a build; pages in pieces."""

    site: Website

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].lstrip("/")
        file = self.site.out / path / ("index.html" if path.endswith("/") or not path else "")
        if not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(file.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if file.suffix != ".html":
            self.wfile.write(body)
            return
        for start in range(0, len(body), PIECE):
            self.wfile.write(body[start : start + PIECE])
            time.sleep(PAUSE)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def slowly() -> Iterator[Callable[[Website], str]]:
    """Serves a website slowly; its address."""
    servers = []

    def serve(site: Website) -> str:
        server = ThreadingHTTPServer((LOOPBACK, 0), type("Slow", (_Slow,), {"site": site}))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://{LOOPBACK}:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "size"),
    [
        pytest.param(theme, size, id=f"{theme}-{size[0]}")
        for theme in ("almanac", "nightmarket")
        for size in (PHONE, DESK)
    ],
)
def test_a_page_that_arrives_in_pieces_stays_still(
    theme: str,
    size: tuple[int, int],
    themed: Callable[[str], Website],
    slowly: Callable[[Website], str],
    open_window: Callable[..., Window],
) -> None:
    site = themed(theme)
    origin = slowly(site)
    found = {}
    for number, key in enumerate(KINDS):
        host = (EVERYTHING["en"], LEAST["en"], None)[number % 3]
        shifts = measure_shifts(open_window(size=size, touch=False).page, origin + site.path(host, key, "en"))
        if sum(value for value, _ in shifts) > LARGEST_SHIFT:
            found[key] = shifts
    assert found == {}
