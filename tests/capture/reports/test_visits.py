"""Visits: the picture that counts them, what is left out, and that what was gathered reaches the table."""

from __future__ import annotations

import contextlib
import http.client
import signal
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

from capture.base.db import Database
from capture.base.unavailable import Unavailable
from capture.models import Visit
from capture.reports.pixel import PIXEL
from capture.reports.visits import Visits
from sitegen.token import PageSeen
from tests.capture.process import serving

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
DAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def address(signer: Any) -> Any:
    """The picture's address on a page."""

    def make(member: str | None = "m-2", page: str = "home", locale: str = "en") -> str:
        seen = PageSeen(page, locale, "b0b0b0b0b0b0", "0" * 16)
        return f"/visit.gif?m={signer.member_token(member)}&p={signer.page_token(seen)}"

    return make


@pytest.fixture
def counted(app: Any, rows: Any) -> Any:
    """What the table holds, once what was gathered is written."""

    def read() -> dict[tuple[date, str, str], int]:
        app.extensions["espalier"].part(Visits).write()
        return {(each.day, each.host, each.page): each.count for each in rows(Visit)}

    return read


def test_a_visit_is_counted_by_day_host_and_page(client: Any, address: Any, counted: Any, clock: Any) -> None:
    for path in (address(), address(), address(locale="es"), address(page="c/radio7"), address(None)):
        answer = client.get(path, headers=BROWSER)
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/gif", PIXEL)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
    expected = {(DAY, "m-2", "home"): 3, (DAY, "m-2", "c/radio7"): 1, (DAY, "_company", "home"): 1}
    assert counted() == expected
    client.get(address(), headers=BROWSER)
    clock.forward(days=1)
    client.get(address(), headers=BROWSER)
    expected[DAY, "m-2", "home"] += 1
    assert counted() == {**expected, (date(2026, 3, 5), "m-2", "home"): 1}


def test_the_picture_is_a_picture() -> None:
    assert len(PIXEL) == 43
    from io import BytesIO

    from PIL import Image

    image = Image.open(BytesIO(PIXEL))
    assert image.size == (1, 1)
    assert image.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    "agent",
    [
        "",
        " ",
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
        "Some-Crawler/1",
        "BaiduSpider",
        "Skype URI Preview",
        "Uptime monitoring",
    ],
)
def test_machines_that_say_so_are_left_out(client: Any, address: Any, counted: Any, agent: str) -> None:
    assert client.get(address(), headers={"User-Agent": agent}).data == PIXEL
    assert counted() == {}


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}]
)
def test_what_is_fetched_ahead_is_left_out(client: Any, address: Any, counted: Any, headers: Any) -> None:
    assert client.get(address(), headers={**BROWSER, **headers}).data == PIXEL
    assert counted() == {}


def test_head_counts_nothing(client: Any, address: Any, counted: Any) -> None:
    answer = client.head(address(), headers=BROWSER)
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "43")
    assert counted() == {}


def test_who_wants_not_to_be_followed_is_a_number_like_all(client: Any, address: Any, counted: Any) -> None:
    client.get(address(), headers={**BROWSER, "DNT": "1", "Sec-GPC": "1"})
    client.get(address(), headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14; CUBOT X30)"})
    assert counted() == {(DAY, "m-2", "home"): 2}


def test_void_tokens_get_the_picture_and_count_nothing(client: Any, address: Any, counted: Any) -> None:
    good = address()
    member, page = good.partition("?m=")[2].split("&p=")
    for query in ("", "m=&p=", f"m={member}", f"p={page}", f"m={page}&p={member}", f"m={member}x&p={page}"):
        answer = client.get(f"/visit.gif?{query}", headers=BROWSER)
        assert (answer.status_code, answer.data) == (200, PIXEL), query
    assert client.get(f"/visit.gif?m={'x' * 3000}&p=%ff", headers=BROWSER).status_code == 200
    assert counted() == {}


def test_a_name_that_the_table_cannot_take_spoils_nothing(client: Any, address: Any, counted: Any) -> None:
    client.get(address(page="x" * 201), headers=BROWSER)
    client.get(address(), headers=BROWSER)
    assert counted() == {(DAY, "m-2", "home"): 1}


def test_many_threads_lose_nothing(database: Database, rows: Any) -> None:
    """Two processes' worth of counters, eight threads, and writes meanwhile."""
    both = Visits(database), Visits(database)

    def work(number: int) -> None:
        for turn in range(300):
            assert both[number % 2].add(NOW, f"m-{turn % 7}", "home")
            if turn % 100 == 99:
                with contextlib.suppress(Unavailable):  # it is kept for the next time
                    both[number % 2].write()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for each in both:
        each.write()
    found = {each.host: each.count for each in rows(Visit)}
    assert sum(found.values()) == 2400
    assert found["m-0"] == 8 * 43


def test_a_database_that_is_away_loses_nothing(
    client: Any, app: Any, address: Any, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from capture.reports import visits

    whole = visits.add_visits

    def gone(*args: Any) -> None:
        client.get(address(), headers=BROWSER)  # one more while it is being tried
        raise Unavailable("gone")

    client.get(address(), headers=BROWSER)
    monkeypatch.setattr(visits, "add_visits", gone)
    for _ in range(2):
        with pytest.raises(Unavailable):
            app.extensions["espalier"].part(Visits).write()
    monkeypatch.setattr(visits, "add_visits", whole)
    assert counted() == {(DAY, "m-2", "home"): 3}
    assert counted() == {(DAY, "m-2", "home"): 3}


def test_memory_is_bounded(database: Database, rows: Any) -> None:
    few = Visits(database, most=3)
    told = [few.add(NOW, "m-1", f"page {number}") for number in (0, 1, 2, 3, 0, 4)]
    assert told == [True, True, True, False, True, False]
    few.write()
    assert few.add(NOW, "m-1", "page 3")
    assert sum(each.count for each in rows(Visit)) == 4


def test_what_was_gathered_is_written_when_the_service_ends(
    settings: Any, address: Any, tmp_path: Any, rows: Any
) -> None:
    """And goes on from there after a restart."""
    for turn in (1, 2):
        with serving(settings, tmp_path, "--no-worker") as (process, port):
            for _ in range(3):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", address(), headers=BROWSER)
                assert connection.getresponse().read() == PIXEL
                connection.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        assert [each.count for each in rows(Visit)] == [3 * turn]
