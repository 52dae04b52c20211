"""Members who fill in a form themselves: on their own page nobody becomes a lead; elsewhere staff see who it is."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from capture import features
from capture.base.db import Database
from capture.credit.colleagues import members_among
from capture.leads import story
from capture.models import Consent, Lead, Member, OutboxMail, Touch
from tests.capture.forms import JSON, form_of
from tests.capture.office import STAFF, SignIn

BO = "bo@members.example.com"
SPELLINGS = [BO, "BO@Members.Example.com", "b.o@members.example.com", "bo+test@members.example.com"]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("locale", "told"), [("en", "This is your own page"), ("es", "Esta es su propia página")])
def test_on_their_own_page_nothing_is_stored(
    spelling: str, locale: str, told: str, client: FlaskClient, form: Any, rows: Any
) -> None:
    answer = client.post("/signup", data=form("m-2", locale=locale, email=spelling))
    assert answer.status_code == 422
    assert told in answer.text
    by_script = client.post("/signup", data=form("m-2", locale=locale, email=spelling), headers=JSON)
    assert by_script.status_code == 422
    assert told in by_script.json["errors"]["email"][0]
    assert [rows(table) for table in (Lead, Touch, Consent, OutboxMail)] == [[], [], [], []]
    again = client.post("/signup", data={**form_of(answer.text), "email": "pat@example.com"})
    assert again.status_code == 200, "what was typed can be mended and sent"


def test_the_proof_is_not_used_up_by_it(client: FlaskClient, form: Any, rows: Any) -> None:
    sent = form("m-2", email=BO)
    assert client.post("/signup", data=sent).status_code == 422
    assert client.post("/signup", data={**sent, "email": "pat@example.com"}).status_code in (200, 303)


@pytest.mark.parametrize("member", ["m-1", None])
def test_elsewhere_it_is_a_lead_and_staff_see_that_it_is_a_member(
    member: str | None, confirmed: Any, enter: SignIn, database: Database, rows: Any
) -> None:
    confirmed(member, "B.o+tea@members.example.com")
    confirmed(member, "pat@example.com")
    staff, ana = enter(STAFF), enter("ana@members.example.com")
    listed = staff.get("/office/leads").text
    assert listed.count("Is a member") == 1
    number = next(each.id for each in rows(Lead) if each.email.startswith("B.o"))
    assert "The address is that of the member Bo O&#39;Neill" in staff.get(f"/office/leads/{number}").text
    assert "Is a member" not in ana.get("/office/leads").text
    assert "is that of the member" not in ana.get(f"/office/leads/{number}").text
    with database.read() as session:
        told = "\n".join(story.tell(session, features.ALL, number))
    assert "The address is that of a member: Bo O'Neill (bo)." in told


def test_who_has_left_is_no_member(database: Database) -> None:
    addresses = ["CLEO@members.example.com", *SPELLINGS, "pat@example.com"]
    with database.read() as session:
        assert members_among(session, addresses) == dict.fromkeys(SPELLINGS, "m-2")
        assert members_among(session, []) == {}
        assert session.scalars(select(Member.id).where(Member.folded_email == "")).all() == []
