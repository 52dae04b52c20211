"""Confirmation mails that are held because their recipient got one lately: they go by themselves when one may go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from capture.base.db import Database
from capture.limits.budgets import MOST_UNTIL_CONFIRMED
from capture.mailing.letters import Letters
from capture.models import Lead, OutboxMail
from capture.signup import held
from capture.signup.feature import SIGNUP

PAT = "pat@example.com"


@pytest.fixture
def release(database: Database, links: Any, clock: Any) -> Callable[[], int]:
    """What the job does, at the moment that it is."""
    return lambda: held.release_due(database, Letters(links), clock.now)


@pytest.fixture
def confirmations(rows: Any) -> Callable[[], list[tuple[int, str, str | None]]]:
    return lambda: [
        (each.lead_id, each.state, each.held_because) for each in rows(OutboxMail) if each.kind == "confirm"
    ]


def sent(database: Database) -> None:
    """What waits was sent."""
    with database.write() as session:
        session.execute(update(OutboxMail).where(OutboxMail.state == "waiting").values(state="sent"))


def test_who_left_and_wishes_to_come_back_is_asked_the_next_day(
    client: FlaskClient,
    form: Any,
    confirmed: Any,
    mailed: Any,
    rows: Any,
    clock: Any,
    release: Any,
    confirmations: Any,
) -> None:
    confirmed("m-2")
    client.post("/signup", data=form("m-1"))
    clock.forward(minutes=5)
    assert client.post(mailed("thank-you", "unsubscribe")).status_code == 200
    clock.forward(minutes=5)
    client.post("/signup", data=form("m-2"))
    assert [each[:2] for each in confirmations()] == [(1, "dropped"), (2, "held"), (1, "held")]
    assert release() == 0
    clock.forward(hours=12)
    assert release() == 0, "still too soon"
    clock.forward(hours=13)
    assert release() == 1
    found = [each[:2] for each in confirmations()]
    assert found == [(1, "dropped"), (2, "dropped"), (1, "waiting")], "the wish at Ana's is older than the leaving"
    assert client.post(mailed("confirm", "confirm")).status_code == 200
    assert [each.confirmed for each in rows(Lead)] == [True, False]


def test_several_wishes_go_one_a_day(
    client: FlaskClient, form: Any, clock: Any, database: Database, release: Any, confirmations: Any
) -> None:
    for member in ("m-1", "m-2", None):
        client.post("/signup", data=form(member))
    assert confirmations() == [(1, "waiting", None), (2, "held", "mailbox"), (3, "held", "mailbox")]
    for lead in (2, 3):
        sent(database)
        clock.forward(hours=25)
        assert release() == 1
        clock.forward(hours=1)
        assert release() == 0
        assert (lead, "waiting", None) in confirmations()


def test_a_mailbox_that_never_answers_gets_no_more(
    client: FlaskClient, form: Any, clock: Any, database: Database, release: Any, confirmations: Any
) -> None:
    for _ in range(MOST_UNTIL_CONFIRMED):
        client.post("/signup", data=form("m-2"))
        sent(database)
        clock.forward(hours=25)
    client.post("/signup", data=form("m-2"))
    for _ in range(40):
        assert release() == 0
        clock.forward(days=1)
    assert confirmations()[-1] == (1, "held", "mailbox")


def test_what_a_limit_holds_waits_for_the_operator(
    app: Flask, client: FlaskClient, form: Any, clock: Any, release: Any, confirmations: Any
) -> None:
    for number in range(app.extensions["espalier"].settings.limits.network + 1):
        client.post("/signup", data=form("m-2", email=f"p{number}@example.com"))
    assert confirmations()[-1][1:] == ("held", "limit")
    clock.forward(days=3)
    assert release() == 0
    assert confirmations()[-1][1:] == ("held", "limit")


def test_a_mail_that_may_not_go_yet_is_left_alone_for_a_while(
    client: FlaskClient, form: Any, rows: Any, clock: Any, release: Any
) -> None:
    for member in ("m-1", "m-2"):
        client.post("/signup", data=form(member))
    assert release() == 0
    assert rows(OutboxMail)[-1].next_attempt_at == clock.now + held.LOOK_AGAIN


def test_today_counts_only_those_that_wait_for_staff(
    app: Flask, client: FlaskClient, form: Any, enter: Any, rows: Any, en: Any
) -> None:
    for member in ("m-1", "m-2"):
        client.post("/signup", data=form(member))
    browser = enter("bo@members.example.com")
    assert [each.state for each in rows(OutboxMail) if each.kind == "confirm"] == ["waiting", "held"]
    before = browser.get("/office/").text
    with app.extensions["espalier"].database.write() as session:
        session.execute(update(OutboxMail).where(OutboxMail.state == "held").values(held_because="limit"))
    assert browser.get("/office/").text != before


def test_the_job_runs_where_mails_are_sent(app: Flask) -> None:
    [job] = SIGNUP.worker_jobs(app.extensions["espalier"])
    assert (job.name, timedelta(seconds=job.seconds)) == ("held", held.EVERY)
    assert job.run() == 0
