"""What a member is told of people whom they bring: of others' leads, and of who left, nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from capture.base.db import Database
from capture.imports import importing, member_view
from capture.imports.importing import ListOrigin
from capture.imports.leaving import Standing
from capture.imports.lists import LeadList, ListRow
from capture.imports.worker import ImportWorker
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import AccessLogEntry, ImportRow, Lead, Provenance, Upload
from tests.capture.clock import Clock
from tests.capture.imports.test_lists import BO, COLUMNS, PROVEN, brought
from tests.capture.office import STAFF, SignIn

KINDS = ("new", "others", "company", "unconfirmed", "unsubscribed", "erased", "bounced")
"""People of whom a member must not be able to tell which is which."""

MET = {"first_name": "", "phone": "", "interest": "both", "asked": "y"}


@pytest.fixture
def people(database: Database, links: Any, clock: Clock, confirmed: Any, client: Any, form: Any) -> None:
    """Somebody of each kind, and one lead of Bo's own."""
    confirmed("m-2", "own@example.com")
    confirmed("m-1", "others@example.com")
    confirmed(None, "company@example.com")
    client.post("/signup", data=form("m-2", email="unconfirmed@example.com"))
    with database.write() as session:
        for reason in (Reason.UNSUBSCRIBED, Reason.ERASED, Reason.BOUNCED):
            suppression.suppress(session, links.address_keys, f"{reason.value}@example.com", reason, clock.now)


@pytest.fixture
def intake(app: Flask) -> ImportWorker:
    service = app.extensions["espalier"]
    return ImportWorker(service.database, service.links, service.clock)


def seen(browser: Any, path: str) -> list[str]:
    """The numbers on a list's page, and its ledger if there is one."""
    ledger = browser.get(f"{path}/ledger.csv")
    numbers = re.findall(r'class="number">(\d+)<', browser.get(path).text)
    return [*numbers, *(ledger.text.splitlines() if ledger.status_code == 200 else [])]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("status", ["subscribed", "unsubscribed", "bounced"])
def test_a_list_does_not_tell_who_is_whose(
    enter: SignIn, intake: ImportWorker, status: str, rows: Callable[..., list[Any]]
) -> None:
    """Neither the dry run nor the import, also for a person who stands on the list twice."""
    browser, told = enter(BO), set()
    for kind in KINDS:
        row = f"Ann,{kind}@example.com,x,,{status}\n"
        path = brought(browser, "Name,Email,Notes,Interest,Status\n" + row * 2)
        assert browser.post(path, **COLUMNS, **PROVEN).status_code == 303
        intake.run()
        dry = seen(browser, path)
        browser.post(f"{path}/take")
        intake.run()
        told.add((*dry, *seen(browser, path)))
    assert len(told) == 1, told
    assert len({each.outcome for each in rows(ImportRow)}) > 1, "the ledger itself holds the real outcomes"


@pytest.mark.usefixtures("people")
def test_members_hear_of_their_own_leads_and_staff_of_all(
    database: Database, links: Any, clock: Clock, tmp_path: Any
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Email\n" + "".join(f"{kind}@example.com\n" for kind in ("own", *KINDS)), encoding="utf-8")
    bo = importing.try_list(database, links, LeadList(path), ListOrigin("m-2"), clock.now)
    assert bo.told == {"known": 1, "accepted": 7}
    assert bo.outcomes == {"added": 1, "known": 4, "suppressed": 3}
    company = importing.try_list(database, links, LeadList(path), ListOrigin(None), clock.now)
    assert company.told == {}
    assert company.outcomes["suppressed"] == 3


@pytest.mark.parametrize(
    ("standing", "own", "outcome"),
    [
        (Standing.KEPT, {}, "accepted"),
        (Standing.KEPT, {"a@b.example": True}, "known"),
        (Standing.LEFT, {}, "left"),
        (Standing.BOUNCED, {"a@b.example": False}, "left"),
        (Standing.LEFT, {"a@b.example": True}, "known"),
    ],
)
def test_what_is_told_of_a_row(standing: Standing, own: dict[str, bool], outcome: str) -> None:
    row = ListRow(1, "a@b.example", None, None, importing.Interest("both"), standing=standing)
    assert member_view.told(row, own) == outcome


def test_totals_from_before_are_told_without_what_they_tell(enter: SignIn, database: Database, clock: Clock) -> None:
    with database.write() as session:
        session.add(found := Provenance(kind="list", member_id="m-2", at=clock.now))
        session.flush()
        for number, outcome in enumerate(("added", "known", "suppressed", "refused"), 1):
            session.add(ImportRow(provenance_id=found.id, row=number, outcome=outcome))
        common = {"file": "old.csv", "digest": "", "rows": 4, "places": {"email": 0}, "at": clock.now}
        outcomes = {"outcomes": {"added": 1, "known": 1, "suppressed": 1, "refused": 1}, "reasons": {}}
        session.add(Upload(member_id="m-2", state="done", outcomes=outcomes, provenance_id=found.id, **common))
    ledger = ["row,outcome,reason", "1,accepted,", "2,accepted,", "3,accepted,", "4,refused,"]
    assert seen(enter(BO), "/office/import/1") == ["3", "0", "1", "4", *ledger]


@pytest.mark.usefixtures("people")
def test_adding_somebody_does_not_tell_whose_they_are(enter: SignIn, rows: Callable[..., list[Any]]) -> None:
    bo, staff = enter(BO), enter(STAFF)
    for kind in KINDS:
        answer = bo.post("/office/met", email=f"{kind}@example.com", **MET)
        assert (answer.status_code, answer.headers["Location"]) == (303, "../office/met?saved"), kind
    assert "does not say which" in bo.get("/office/met?saved").text
    assert "your lead already" in bo.post("/office/met", email="own@example.com", **MET).text
    assert [each.email for each in rows(Lead) if each.provenance_id] == ["new@example.com"]
    for kind in KINDS:
        assert staff.post("/office/met", email=f"{kind}@example.com", **MET).status_code in (303, 409)
    assert staff.post("/office/met", email="others@example.com", **MET).status_code == 409


def test_bringing_people_has_a_budget_and_is_logged(
    enter: SignIn, rows: Callable[..., list[Any]], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member_view, "PEOPLE_MET", member_view.MemberBudget("met", 2))
    monkeypatch.setattr(member_view, "DRY_RUNS", member_view.MemberBudget("dry-run", 1))
    bo = enter(BO)
    first, second = brought(bo), brought(bo)
    assert bo.post(first, **COLUMNS, **PROVEN).status_code == 303
    answer = bo.post(second, **COLUMNS, **PROVEN)
    assert answer.status_code == 429
    assert "many trial runs" in answer.text
    for number, status in enumerate((303, 303, 429)):
        assert bo.post("/office/met", email=f"p{number}@example.com", **MET).status_code == status
    logged = [("list-dry-run", 5), ("list-dry-run", 5), ("met", 1), ("met", 1)]
    assert [(each.what, each.rows) for each in rows(AccessLogEntry)] == logged
    assert {(each.member_id, each.staff_id) for each in rows(AccessLogEntry)} == {("m-2", None)}
    staff = enter(STAFF)
    for number in range(3):
        assert staff.post("/office/met", email=f"s{number}@example.com", **MET).status_code == 303
    clock.forward(hours=25)
    assert bo.post("/office/met", email="later@example.com", **MET).status_code == 303
    assert bo.post(second, **COLUMNS, **PROVEN).status_code in (303, 409)
