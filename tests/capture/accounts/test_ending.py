"""Sessions and mailed sign-in links end at once and for good when an address changes or a right to enter ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from capture.accounts import ending, signing_in
from capture.base.db import Database
from capture.commands import main
from capture.company.generator import Member
from capture.models import AccessLogEntry, OfficeSession, OutboxMail, SessionsEnded, SignInToken
from capture.models import Member as MemberRow
from capture.sync.site_folder import sync
from sitegen.model import Status
from tests.capture.clock import Clock
from tests.capture.office import HOST, STAFF, Browser, SignIn
from tests.capture.sync.test_sync import Folder

BO = Member("m-2", "bo", "Bo O'Neill", "Bo", "bo@members.example.com", "en")
ANA = Member("m-1", "ana", "Ana Núñez", "Ana", "ana@members.example.com", "es")
Asked = Callable[[str], Callable[[], int]]


@pytest.fixture
def asked(app: Flask, rows: Any, clock: Clock) -> Asked:
    """Asks for a link, and returns what pressing its button answers later."""

    def ask(address: str) -> Callable[[], int]:
        clock.forward(minutes=13)
        browser = Browser(app)
        assert browser.client.post("/office/sign-in", base_url=HOST, data={"email": address}).status_code == 200
        mail = next(each for each in reversed(rows(OutboxMail)) if each.recipient == address)
        link = re.search(rf"{HOST}(/office/enter/\S+)", mail.text)
        assert link
        return lambda: browser.client.post(link[1], base_url=HOST).status_code

    return ask


def now(browser: Browser) -> int:
    return int(browser.get("/office/").status_code)


CHANGES: dict[str, dict[str, Any] | None] = {
    "another address": {"email": "bo@elsewhere.example.com"},
    "deactivated": {"status": Status.INACTIVE},
    "not in the roster": None,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_sync_ends_sessions_and_links_for_good(
    database: Database, enter: SignIn, asked: Asked, clock: Clock, change: str
) -> None:
    sync(database, Folder((ANA, BO)), clock.now)
    bo, ana, press, press_ana = enter(BO.email), enter(ANA.email), asked(BO.email), asked(ANA.email)
    changed = CHANGES[change]
    after = () if changed is None else (replace(BO, **changed),)
    sync(database, Folder((ANA, *after)), clock.now)
    assert (now(bo), press()) == (303, 410)
    sync(database, Folder((ANA, BO)), clock.now)  # the old address, or reactivated
    assert (now(bo), press()) == (303, 410), "nothing is revived"
    assert (now(ana), press_ana()) == (200, 303), "others stay signed in"
    assert now(enter(BO.email)) == 200, "a new link works"


def test_another_name_or_telephone_signs_nobody_out(database: Database, enter: SignIn, clock: Clock) -> None:
    sync(database, Folder((BO,)), clock.now)
    browser = enter(BO.email)
    sync(database, Folder((replace(BO, name="Bo Belén", phone="+34600111222"),)), clock.now)
    assert now(browser) == 200


def test_what_an_older_version_left_open_ends_when_a_member_comes_back(database: Database, enter: SignIn) -> None:
    browser = enter(BO.email)
    with database.write() as session:
        session.get_one(MemberRow, "m-2").active = False
    assert now(browser) == 303
    sync(database, Folder((BO,)), remove_up_to=10)
    assert now(browser) == 303


def test_removed_staff_are_out_and_old_links_stay_dead(
    database: Database, enter: SignIn, asked: Asked, clock: Clock
) -> None:
    browser, press = enter(STAFF), asked(STAFF)
    with database.write() as session:
        signing_in.remove_staff(session, STAFF, clock.now)
    assert (now(browser), press()) == (303, 410)
    with database.write() as session:
        signing_in.add_staff(session, STAFF, clock.now)
    assert (now(browser), press()) == (303, 410)
    assert now(enter(STAFF)) == 200


def test_signing_out_everywhere_ends_mailed_links_too(enter: SignIn, asked: Asked) -> None:
    first, second, press = enter(BO.email), enter(BO.email), asked(BO.email)
    assert first.post("/office/sign-out", everywhere="yes").status_code == 303
    assert (now(second), press()) == (303, 410)


def test_staff_end_the_sessions_of_one_person_and_it_is_recorded(
    enter: SignIn, asked: Asked, rows: Any, database: Database
) -> None:
    staff, ana, press = enter(STAFF), enter(ANA.email), asked(ANA.email)
    bos = [enter(BO.email), enter(BO.email)]
    page = staff.get("/office/sessions").text
    assert page.index("bo@members") < page.index("ana@members"), "the latest sign-in first"
    assert "Browsers signed out: 2." in staff.post("/office/sessions", who=BO.email).text
    assert [now(each) for each in (*bos, ana)] == [303, 303, 200]
    assert "Browsers signed out: 1." in staff.post("/office/sessions", who="ana").text
    assert (now(ana), press(), now(staff)) == (303, 410, 200)
    recorded = [(each.member_id, each.staff_id, each.by_staff_id, each.sessions) for each in rows(SessionsEnded)]
    assert recorded == [("m-2", None, 1, 2), ("m-1", None, 1, 1)]
    assert {"sessions", "end-sessions"} <= {each.what for each in rows(AccessLogEntry)}


@pytest.mark.parametrize("who", ["", "nobody", "nobody@example.com", "%", "a" * 300, "\0"])
def test_a_name_of_nobody_signs_nobody_out(enter: SignIn, rows: Any, who: str) -> None:
    staff = enter(STAFF)
    answer = staff.post("/office/sessions", who=who)
    assert (answer.status_code, "Nobody has this address or name" in answer.text) == (422, True)
    assert rows(SessionsEnded) == []
    assert now(staff) == 200


def test_members_neither_see_nor_use_the_page(enter: SignIn, rows: Any) -> None:
    bo, staff = enter(BO.email), enter(STAFF)
    assert bo.get("/office/sessions").status_code == bo.post("/office/sessions", who=STAFF).status_code == 404
    assert "office/sessions" not in bo.get("/office/").text
    assert "office/sessions" in staff.get("/office/").text
    assert now(staff) == 200


def test_the_command_ends_sessions_of_members_and_staff(
    enter: SignIn, asked: Asked, settings: Any, monkeypatch: pytest.MonkeyPatch, rows: Any
) -> None:
    for name in ("TOKEN_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"ESPALIER_{name}", settings.secret_key)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["sessions", "end", *words])

    bo, staff, press = enter(BO.email), enter(STAFF), asked(BO.email)
    assert run("bo").output == "ended 1 session of bo\n"
    assert (now(bo), press(), now(staff)) == (303, 410, 200)
    assert run("--staff", STAFF).output == f"ended 1 session of {STAFF}\n"
    assert now(staff) == 303
    assert [(each.member_id, each.by_staff_id, each.sessions) for each in rows(SessionsEnded)] == [
        ("m-2", None, 1),
        (None, None, 1),
    ]
    assert (run("nobody").exit_code, run("--staff", "x@example.com").exit_code) == (1, 1)
    assert (run().exit_code, run("bo", "--staff", STAFF).exit_code) == (2, 2)


@pytest.mark.database("postgresql")
def test_a_link_asked_for_during_a_change_of_address_waits_for_it(app: Flask, database: Database, rows: Any) -> None:
    """While a change is not committed, no link can be made for the old address: the asking waits and gives up here."""
    with database.writing() as connection:
        connection.execute(
            MemberRow.__table__.update().where(MemberRow.id == "m-2").values(email="b@elsewhere.example.com")
        )
        answer = app.test_client().post("/office/sign-in", base_url=HOST, data={"email": BO.email})
        assert answer.status_code == 503
        ending.end_members(connection, ["m-2"], Clock().now)
    assert app.test_client().post("/office/sign-in", base_url=HOST, data={"email": BO.email}).status_code == 200
    with database.read() as session:
        usable = select(SignInToken).where(SignInToken.member_id == "m-2", SignInToken.used_at.is_(None))
        assert session.scalars(usable).all() == []
    assert rows(OfficeSession) == []
