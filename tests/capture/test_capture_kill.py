"""The service is killed again and again while people sign up: whoever was thanked is there, once and whole."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlencode

import pytest
from process import ask, serving
from sqlalchemy import text

from capture.models import Consent, Lead, OutboxMail, Touch

THREADS = 6


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_under_load_nothing_that_was_thanked_is_lost(settings, form, rows, database, tmp_path, kills):
    thanked: list[str] = []
    where = [0]
    over = threading.Event()

    def post(number: int) -> None:
        for turn in count():
            if over.is_set():
                return
            email = f"p{number}-{turn}@d{number}.example.com"
            fields = urlencode(form(("m-1", "m-2", None)[turn % 3], email=email, at=datetime.now(UTC)))
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(where[0], "POST", "/signup", fields, timeout=10) == 303:
                    thanked.append(email)
                    continue
            time.sleep(0.02)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(THREADS)]
    dice = random.Random(kills)
    fruitless = 0
    for kill in range(kills):
        with serving(settings, tmp_path) as (process, port):
            where[0] = port
            if not kill:
                for each in threads:
                    each.start()
            before = len(thanked)
            until = time.monotonic() + 20
            while len(thanked) <= before and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(dice.uniform(0, 0.3))
            fruitless += len(thanked) == before
            os.killpg(process.pid, signal.SIGKILL)
    with serving(settings, tmp_path) as (process, port):
        where[0] = port
        time.sleep(1)
        over.set()
        for each in threads:
            each.join()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert fruitless == 0, "every kill fell among sign-ups"
    leads = {lead.id: lead for lead in rows(Lead)}
    times = Counter(lead.email for lead in leads.values())
    assert set(times.values()) == {1}
    assert set(thanked) <= set(times)
    assert len(thanked) == len(set(thanked))
    parts = [Counter(row.lead_id for row in rows(table)) for table in (Touch, Consent, OutboxMail)]
    for lead in leads:
        assert [each[lead] for each in parts] == [1, 1, 1], "no sign-up is there by half"
    if database.is_sqlite:
        with database.read() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    print(f"{kills} kills, {len(thanked)} thanked, {len(leads)} stored")  # noqa: T201
