"""Killed under load, the service or its database: whoever was thanked is there, once and whole."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.models import Consent, Lead, OutboxMail, Touch
from capture.settings import Settings
from tests.capture import databases
from tests.capture.cast import KEY, fill
from tests.capture.process import KIND, serving

THREADS = 6


class Load:
    """People who sign up one after the other, each with an address of their own, at whatever port is told."""

    def __init__(self, form: Callable[..., dict[str, Any]]) -> None:
        self._form = form
        self._over = threading.Event()
        self.port = 0
        self.thanked: list[str] = []
        self.refused: list[tuple[int, str | None]] = []
        """Statuses other than 303, each with its Retry-After."""

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._post, args=(number,)) for number in range(THREADS)]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self._over.set()
            for each in threads:
                each.join()

    def wait(self, seen: Callable[[], int], more_than: int, seconds: float = 30) -> bool:
        """Waits until a number has grown; False when it did not."""
        until = time.monotonic() + seconds
        while seen() <= more_than and time.monotonic() < until:
            time.sleep(0.01)
        return seen() > more_than

    def _post(self, number: int) -> None:
        for turn in count():
            if self._over.is_set():
                return
            email = f"p{number}-{turn}@d{number}.example.com"
            fields = urlencode(self._form(("m-1", "m-2", None)[turn % 3], email=email, at=datetime.now(UTC)))
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, retry = self._ask(fields)
                if status == 303:
                    self.thanked.append(email)
                    continue
                self.refused.append((status, retry))
            time.sleep(0.02)

    def _ask(self, fields: str) -> tuple[int, str | None]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("POST", "/signup", fields, KIND)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers["Retry-After"]


def assert_whole(session: Session, thanked: list[str]) -> int:
    """Everybody who was thanked is there once, and nobody by half. Returns how many are stored."""
    leads = {lead.id: lead for lead in session.query(Lead)}
    times = Counter(lead.email for lead in leads.values())
    assert set(times.values()) == {1}
    assert set(thanked) <= set(times)
    assert len(thanked) == len(set(thanked))
    parts = [Counter(row.lead_id for row in session.query(table)) for table in (Touch, Consent, OutboxMail)]
    for lead in leads:
        assert [each[lead] for each in parts] == [1, 1, 1], "no sign-up is there by half"
    return len(leads)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, 100])
def test_killed_under_load_nothing_that_was_thanked_is_lost(settings, form, database, tmp_path, kills):
    load = Load(form)
    thanked = lambda: len(load.thanked)  # noqa: E731
    dice = random.Random(kills)
    fruitless = 0
    with contextlib.ExitStack() as stack:
        for kill in range(kills):
            with serving(settings, tmp_path) as (process, port):
                load.port = port
                if not kill:
                    stack.enter_context(load.running())
                fruitless += not load.wait(thanked, thanked())
                time.sleep(dice.uniform(0, 0.3))
                os.killpg(process.pid, signal.SIGKILL)
        with serving(settings, tmp_path) as (process, port):
            load.port = port
            load.wait(thanked, thanked())
            stack.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    assert fruitless == 0, "every kill fell among sign-ups"
    with database.read() as session:
        stored = assert_whole(session, load.thanked)
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    print(f"{kills} kills, {len(load.thanked)} thanked, {stored} stored")  # noqa: T201


@pytest.mark.slow
def test_a_database_that_is_killed_under_load_is_never_thanked_for(form, tmp_path):
    """PostgreSQL is killed and started again; while it is gone, everybody is asked to try again."""
    kills = 10
    load = Load(form)
    thanked, refused = (lambda: len(load.thanked)), (lambda: len(load.refused))
    dice = random.Random(kills)
    with databases.running(durable=True) as server:
        url = server.url(server.create())
        fill(url)
        settings = Settings(token_keys=(KEY,), secret_key=KEY, database_url=url)
        with serving(settings, tmp_path, "--processes", "2") as (process, port):
            load.port = port
            with load.running():
                for _ in range(kills):
                    assert load.wait(thanked, thanked()), "sign-ups are stored again"
                    time.sleep(dice.uniform(0, 0.3))
                    before = refused()
                    server.kill()
                    assert load.wait(refused, before), "somebody is told to try again"
                    server.start()
                assert load.wait(thanked, thanked())
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        database = Database(url)
        with database.read() as session:
            stored = assert_whole(session, load.thanked)
        database.engine.dispose()
    assert {status for status, _ in load.refused} == {503}
    assert all(retry and int(retry) > 0 for _, retry in load.refused)
    print(f"{kills} kills, {len(load.thanked)} thanked, {refused()} refused, {stored} stored")  # noqa: T201
