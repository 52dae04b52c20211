"""Sign-ups of one moment share a commit: who fails, fails alone; who is thanked, is stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select

from capture.base.unavailable import Unavailable
from capture.company.generator import Interest, PageSeen
from capture.credit import evidence
from capture.models import Lead, OutboxMail, Touch
from capture.signup import accept
from capture.signup.group_commit import GroupCommit
from tests.capture.databases import spoilt


@pytest.fixture
def together(app, clock) -> Callable[..., list[Any]]:
    """Takes sign-ups in at once, behind a first that holds the desk until all others wait. What became of each."""
    service = app.extensions["espalier"]

    def work(email: str, member: str | None, gate: threading.Event | None) -> Callable[[accept.SignUpBatch], Any]:
        seen = PageSeen("home", "en", "b0b0b0b0b0b0", "0" * 16)
        signup = accept.SignUp(email, None, Interest.BOTH, member, seen, {})

        def take_in(desk: accept.SignUpBatch) -> Any:
            assert gate is None or gate.wait(30)
            return accept.accept_sign_up(desk, signup, clock.now, service.letters)

        return take_in

    def run(*signups: tuple[str, str | None]) -> list[Any]:
        gate, results = threading.Event(), [None] * (len(signups) + 1)

        def one(place: int, doing: Callable[[accept.SignUpBatch], Any]) -> None:
            try:
                results[place] = service.part(GroupCommit).run(doing)
            except Exception as error:  # noqa: BLE001  it is what the test asks for
                results[place] = error

        works = [work("first@example.com", "m-2", gate), *(work(*each, None) for each in signups)]
        threads = [threading.Thread(target=one, args=each) for each in enumerate(works)]
        threads[0].start()
        for number, each in enumerate(threads[1:], 1):
            each.start()
            until = time.monotonic() + 30
            while len(service.part(GroupCommit)._waiting) < number and time.monotonic() < until:
                time.sleep(0.001)
        gate.set()
        for each in threads:
            each.join()
        return results[1:]

    return run


@pytest.fixture
def settings(settings):
    return replace(settings, busy_seconds=30.0)


def test_they_share_one_commit_and_one_chain(together, database, rows):
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    results = together(*((f"p{number}@example.com", "m-2") for number in range(5)))
    assert [result.new for result in results] == [True] * 5
    assert len(commits) == 2, "the first, and all that waited"
    assert (len(rows(Lead)), len(rows(OutboxMail))) == (6, 6)
    with database.read() as session:
        assert evidence.audit(session).faults == []


def test_the_same_person_twice_in_one_group_is_one_lead(together, rows):
    results = together(("pat@example.com", "m-2"), ("pat@example.com", "m-2"))
    assert sorted(result.new for result in results) == [False, True]
    assert (len(rows(Lead)), len(rows(Touch)), len(rows(OutboxMail))) == (2, 3, 2)


def test_who_is_refused_is_refused_alone(together, rows):
    results = together(("a@example.com", "m-2"), ("b@example.com", "m-3"), ("c@example.com", None))
    assert [isinstance(each, Exception) for each in results] == [False, True, False]
    assert {lead.email for lead in rows(Lead)} == {"first@example.com", "a@example.com", "c@example.com"}


@pytest.mark.parametrize("table", ["lead", "outbox"])
def test_what_fails_in_the_middle_is_undone_alone(together, database, rows, table):
    with spoilt(database, table, "email = 'b@example.com'" if table == "lead" else "recipient = 'b@example.com'"):
        results = together(("a@example.com", "m-2"), ("b@example.com", "m-2"), ("c@example.com", "m-1"))
    assert [isinstance(each, Exception) for each in results] == [False, True, False]
    assert {lead.email for lead in rows(Lead)} == {"first@example.com", "a@example.com", "c@example.com"}
    assert (len(rows(Touch)), len(rows(OutboxMail))) == (3, 3)
    with database.read() as session:
        assert evidence.audit(session).faults == []


@pytest.mark.database("postgresql")
def test_who_must_wait_for_a_locked_lead_waits_alone_and_is_stored(together, database, rows):
    together(("pat@example.com", "m-2"))
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as session:
            session.scalars(select(Lead).where(Lead.email == "pat@example.com").with_for_update()).one()
            locked.set()
            done.wait(0.5)

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(10)
    results = together(("pat@example.com", "m-2"), ("b@example.com", "m-2"))
    done.set()
    holder.join()
    assert [getattr(result, "new", result) for result in results] == [False, True]
    assert len(rows(Touch)) == 5


@pytest.mark.database("sqlite")
def test_a_commit_that_fails_fails_everybody(together, database, rows):
    commits = []

    def refuse_the_second(connection: Any) -> None:
        commits.append(connection)
        if len(commits) == 2:
            connection.connection.dbapi_connection.execute("ROLLBACK")
            raise Unavailable("the disk is full")

    event.listen(database.engine, "commit", refuse_the_second)
    results = together(("a@example.com", "m-2"), ("b@example.com", "m-1"))
    assert [type(each) for each in results] == [Unavailable, Unavailable]
    assert [lead.email for lead in rows(Lead)] == ["first@example.com"]
