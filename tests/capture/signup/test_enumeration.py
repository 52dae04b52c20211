"""Who is known to the company? Nobody can tell by the time an answer takes, measured over the wire."""

from __future__ import annotations

import http.client
import math
import random
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from capture.app import create_app
from tests.capture.process import KIND, serving

NEAR = 0.1
"""How far from an even chance a guess by the time may be: of two answers, which is of somebody known?

Half a millisecond more for one kind, in answers of three, lets one guess right nine times in ten.
"""

PLENTY = {f"ESPALIER_LIMIT_{name}": "1000000" for name in ("TOKEN", "NETWORK", "DOMAIN", "TOTAL")}


def chance(one: list[float], other: list[float]) -> float:
    """The chance that an answer of ``one`` took longer than an answer of ``other`` (Mann and Whitney's U, scaled)."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(rank for rank, (_, mine) in enumerate(ranked, 1) if mine)
    return (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))


def deviation(rounds: int) -> float:
    """The standard deviation of that chance where one group is twice the other and nothing tells them apart."""
    return math.sqrt((3 * rounds + 1) / (12 * rounds * 2 * rounds))


class Stopwatch:
    """One kept connection to the running service."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection

    def post(self, path: str, fields: dict[str, str]) -> tuple[float, tuple[object, ...]]:
        """The seconds an answer took, and all of it but its date."""
        body = urlencode(fields)
        begun = time.perf_counter()
        self._connection.request("POST", path, body, KIND)
        answer = self._connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - begun
        headers = tuple(item for item in answer.getheaders() if item[0] != "Date")
        return seconds, (answer.status, headers, content)


def measure(rounds: int, ask: dict[str, object]) -> dict[str, list[float]]:
    """Times by kind, the kinds taking turns in a new order each round; every answer is the same."""
    times: dict[str, list[float]] = {kind: [] for kind in ask}
    seen = set()
    dice = random.Random(rounds)
    for number in range(rounds):
        for kind in dice.sample(list(ask), len(ask)):
            seconds, answer = ask[kind](number)  # type: ignore[operator]
            times[kind].append(seconds)
            seen.add(answer)
    assert len(seen) == 1, "status, headers and bytes are the same for all"
    return times


def assert_alike(times: dict[str, list[float]], same: tuple[str, str]) -> None:
    """No kind can be told from ``same``, two groups of one kind, much better than those from each other."""
    rounds = len(times[same[0]])
    unlike = abs(chance(*(times[kind] for kind in same)) - 0.5)
    told = {kind: chance(times[kind], times[same[0]] + times[same[1]]) for kind in times if kind not in same}
    print({kind: f"{value:.3f}" for kind, value in told.items()}, f"among themselves {unlike:.3f}")  # noqa: T201
    for kind, value in told.items():
        assert abs(value - 0.5) < NEAR + max(unlike, 3 * deviation(rounds)), f"{kind} can be told by the time"


@pytest.fixture
def known(client, confirmed, form, mailed, clock, database):
    """Somebody of each kind, under the first member."""
    client.post("/signup", data=form("m-1", email="known@d.example.com"))
    confirmed("m-1", "confirmed@d.example.com")
    confirmed("m-1", "unsubscribed@d.example.com")
    client.post(mailed("thank-you", "unsubscribe", "unsubscribed@d.example.com"))
    client.post("/signup", data=form("m-1", email="disowned@d.example.com"))
    client.post(mailed("confirm", "not-me", "disowned@d.example.com"))
    for member in ("m-2", "m-1"):
        client.post("/signup", data=form(member, email="held@d.example.com"))
    database.engine.dispose()
    return ("known", "confirmed", "unsubscribed", "disowned", "held")


@pytest.mark.slow
def test_nobody_can_tell_who_is_known_by_the_time(settings, form, tmp_path, known):
    rounds = 500
    with (
        serving(settings, tmp_path, "--no-worker", **PLENTY) as (_, port),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
    ):
        watch = Stopwatch(connection)

        def signing_up(email: str):
            def ask(number: int) -> tuple[float, tuple[object, ...]]:
                return watch.post("/signup", form("m-1", email=email.format(number), at=datetime.now(UTC)))

            return ask

        for number in range(20):
            signing_up("warm-{}@d.example.com")(number)
        kinds = {kind: signing_up(f"{kind}@d.example.com") for kind in known}
        strangers = {kind: signing_up(f"{kind}-{{}}@d.example.com") for kind in ("new", "fresh")}
        assert_alike(measure(rounds, strangers | kinds), ("new", "fresh"))

        def my_data(email: str):
            return lambda number: watch.post("/my-data", {"email": email.format(number)})

        for number in range(20):
            my_data("warm-{}@d.example.com")(number)
        strangers = {kind: my_data(f"{kind}-{{}}@d.example.com") for kind in ("stranger", "nobody")}
        assert_alike(measure(rounds, strangers | {"held": my_data("new-{}@d.example.com")}), ("stranger", "nobody"))


def test_whatever_was_sent_waits_for_the_same_step(settings, form, clock):
    step = 0.2
    app = create_app(replace(settings, even_seconds=step), clock=clock)
    client = app.test_client()
    for fields, status in ((form("m-1"), 303), (form("m-1") | {"website": "x"}, 303), (form("m-1", email="no"), 422)):
        begun = time.monotonic()
        assert client.post("/signup", data=fields).status_code == status
        assert time.monotonic() - begun >= step
    app.extensions["espalier"].database.engine.dispose()
