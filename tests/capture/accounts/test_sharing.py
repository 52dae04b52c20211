"""Several people with one e-mail address: each of them can sign in, by choosing behind the one link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from capture.accounts import ending, signing_in
from capture.base.db import Database
from capture.models import BudgetUse, Member, OfficeSession, OutboxMail, SignInToken
from tests.capture.clock import Clock
from tests.capture.office import HOST, Browser

SHARED = "bo@members.example.com"


@pytest.fixture
def link(app: Flask, database: Database, rows: Callable[..., list[Any]], clock: Clock) -> str:
    """The link that was mailed to an address of two members and one of the staff."""
    with database.write() as session:
        session.get_one(Member, "m-1").email = SHARED
        signing_in.add_staff(session, SHARED, clock.now)
    assert Browser(app).client.post("/office/sign-in", base_url=HOST, data={"email": SHARED}).status_code == 200
    [mail] = rows(OutboxMail)
    found = re.search(rf"{HOST}(/office/enter/\S+)", mail.text)
    assert found
    return found[1]


def choices(page: str) -> dict[str, str]:
    """The buttons of the page: what they send, by what they say."""
    found = re.findall(r'name="who" value="([^"]+)">(.*?)</button>', page)
    return {re.sub(r"<[^>]+>", "", text).replace("&#39;", "'"): value for value, text in found}


@pytest.mark.parametrize(
    ("name", "member_id"), [("(bo)", "m-2"), ("(ana)", "m-1"), ("Staff of", None)], ids=["second", "first", "staff"]
)
def test_each_of_them_can_sign_in(
    app: Flask, link: str, rows: Callable[..., list[Any]], name: str, member_id: str | None
) -> None:
    browser = Browser(app)
    offered = choices(browser.get(link).text)
    assert len(offered) == 3
    [own] = [value for text, value in offered.items() if name in text]
    assert browser.post(link).status_code == 422, "nothing was chosen, and the link is not used up"
    assert browser.post(link, who="x" * 70).status_code == 422
    assert browser.post(link, who=own).status_code == 303
    [opened] = rows(OfficeSession)
    assert (opened.member_id, opened.staff_id is None) == (member_id, member_id is not None)
    for value in offered.values():
        assert Browser(app).post(link, who=value).status_code == 410
    assert Browser(app).get(link).status_code == 410
    assert len(rows(OfficeSession)) == 1


def test_whose_access_was_ended_is_not_offered(app: Flask, link: str, database: Database, clock: Clock) -> None:
    before = choices(Browser(app).get(link).text)
    with database.write() as session:
        ending.end_members(session, ["m-2"], clock.now)
    offered = choices(Browser(app).get(link).text)
    [(name, ended)] = before.items() - offered.items()
    assert "(bo)" in name
    assert Browser(app).post(link, who=ended).status_code == 422


def test_reading_the_choice_changes_nothing(app: Flask, link: str, rows: Callable[..., list[Any]]) -> None:
    for _ in range(3):
        assert Browser(app).get(link).status_code == 200
    assert rows(OfficeSession) == []
    assert [each.used_at for each in rows(SignInToken)] == [None] * 3


def test_an_unknown_address_takes_the_same_work(app: Flask, database: Database, rows: Callable[..., list[Any]]) -> None:
    """The same rows are written for it; those that would let somebody in are taken back."""

    def asked(address: str) -> list[str]:
        said: list[str] = []

        def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            said.append(statement.split("(")[0].strip())

        engine = app.extensions["espalier"].database.engine
        event.listen(engine, "before_cursor_execute", hear)
        try:
            Browser(app).client.post("/office/sign-in", base_url=HOST, data={"email": address})
        finally:
            event.remove(engine, "before_cursor_execute", hear)
        return sorted(each for each in said if each.startswith("INSERT"))

    known, unknown = asked(SHARED), asked("nobody@example.com")
    assert known == unknown
    assert [each.recipient for each in rows(OutboxMail)] == [SHARED]
    assert [each.member_id for each in rows(SignInToken)] == ["m-2"]
    assert len(rows(BudgetUse)) == 2
