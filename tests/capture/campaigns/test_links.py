"""A campaign's code, and campaign parameters, in the address of the page with the form: what is believed, and kept."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from capture import features
from capture.base.db import Database
from capture.campaigns import spoken_codes
from capture.consent import my_data
from capture.credit import evidence
from capture.leads import story
from capture.models import Campaign, Lead, PersonalData, Touch
from tests.capture.forms import form_of
from tests.capture.office import SignIn


@pytest.fixture
def campaigns(database: Database, clock: Any) -> dict[str, int]:
    """One campaign each of Ana, of Bo and of the company, by code."""
    with database.write() as session:
        for code, member in (("radio1", "m-1"), ("radio2", "m-2"), ("fair1", None)):
            session.add(Campaign(code=code, member_id=member, channel="radio", name=code, created_at=clock.now))
        session.flush()
        return dict(session.execute(select(Campaign.code, Campaign.id)).all())


PAGE = "https://fern.example/bo/products/"


@pytest.mark.parametrize(
    ("member", "code", "believed"),
    [
        ("m-2", "radio2", True),
        ("m-2", "RADIO-2", True),
        ("m-2", "fair1", True),
        (None, "fair1", True),
        ("m-2", "radio1", False),
        (None, "radio2", False),
        ("m-2", "none9", False),
    ],
)
@pytest.mark.parametrize("way", ["form", "address", "page"])
def test_a_code_in_a_link_is_believed_for_the_host_and_the_company(
    way: str, member: str | None, code: str, believed: bool, campaigns: Any, client: FlaskClient, form: Any, rows: Any
) -> None:
    sent = {
        "form": lambda: client.post("/signup", data=form(member, key="products", c=code)),
        "address": lambda: client.post(f"/signup?c={code}", data=form(member, key="products")),
        "page": lambda: client.post(
            "/signup", data=form(member, key="products"), headers={"Referer": f"{PAGE}?a=b&c={code}#x"}
        ),
    }[way]()
    assert sent.status_code == 303
    plain = spoken_codes.code_from_speech(code)
    [lead], [touch] = rows(Lead), rows(Touch)
    assert lead.campaign_id == (campaigns[plain] if believed else None)
    assert (touch.campaign, touch.page) == (plain, "products"), "the claim is kept, whoever it belongs to"


@pytest.mark.parametrize("code", ["", "7", "c" * 99, "<b>", "radio2'--", "\x00", "radio2\u202e3"])
def test_what_is_no_code_brings_nobody(code: str, campaigns: Any, client: FlaskClient, form: Any, rows: Any) -> None:
    assert client.post("/signup", data=form("m-2", c=code)).status_code == 303
    assert rows(Lead)[0].campaign_id in (None, *campaigns.values())
    assert rows(Touch)[0].campaign == spoken_codes.code_from_speech(code[:40])


def test_a_landing_page_knows_better_than_its_address(
    campaigns: Any, client: FlaskClient, form: Any, rows: Any
) -> None:
    client.post("/signup", data=form("m-2", key="c/radio2", c="fair1"))
    assert (rows(Lead)[0].campaign_id, rows(Touch)[0].campaign) == (campaigns["radio2"], None)


def test_the_first_sign_up_decides_and_no_later_link_rewrites_it(
    campaigns: Any, client: FlaskClient, form: Any, rows: Any
) -> None:
    client.post("/signup", data=form("m-2", c="fair1"))
    client.post("/signup", data=form("m-2", c="radio2", utm_source="paper"))
    client.post("/signup", data=form("m-2", email="plain@example.com"))
    client.post("/signup", data=form("m-2", email="plain@example.com", c="radio2"))
    found = {each.email: each.campaign_id for each in rows(Lead)}
    assert found == {"pat@example.com": campaigns["fair1"], "plain@example.com": None}
    assert [each.campaign for each in rows(Touch)] == ["fair1", "radio2", None, "radio2"]


def test_everyone_is_told_what_brought_them(
    campaigns: Any, confirmed: Any, enter: SignIn, database: Database, rows: Any, client: FlaskClient
) -> None:
    confirmed("m-2", c="radio2", utm_source="paper")
    [lead] = rows(Lead)
    assert "named the campaign radio2" in enter("bo@members.example.com").get(f"/office/leads/{lead.id}").text
    with database.read() as session:
        told = "\n".join(story.tell(session, features.ALL, lead.id))
        own = my_data.of_lead(session, features.ALL, session.get_one(Lead, lead.id))
        assert evidence.audit(session).faults == []
    assert "by a link with the campaign code radio2, campaign: source paper." in told
    assert (own["touches"][0]["campaign_code"], own["brought_by"]["campaign"]) == ("radio2", "radio2")
    with database.write() as session:
        session.get_one(PersonalData, 1).campaign = "fair1"
    with database.read() as session:
        assert evidence.audit(session).faults == ["the personal data of touch 1 were changed"]


@pytest.mark.parametrize(
    ("referrer", "utm"),
    [
        (f"{PAGE}?utm_source=paper&utm_source=second&utm_made=up", {"source": "paper"}),
        (f"{PAGE}?utm_source=%F0%9F%8C%B1+%2B%00&utm_medium=", {"source": "🌱 +"}),
        (f"{PAGE}?utm_source=%ff", {}),
        (PAGE, {}),
        ("https://fern.example", {}),
        ("http://[::1?utm_source=x", {}),
        ("?" + "utm_source=x&" * 200, {}),
        ("about:blank?utm_source=x", {"source": "x"}),
    ],
)
def test_the_address_of_the_page_tells_what_brought_them(
    referrer: str, utm: dict[str, str], client: FlaskClient, form: Any, rows: Any
) -> None:
    assert client.post("/signup", data=form("m-2"), headers={"Referer": referrer}).status_code == 303
    assert rows(Touch)[0].utm == utm


def test_without_a_script_what_brought_them_comes_through_both_pages_of_the_service(
    campaigns: Any, client: FlaskClient, form: Any, rows: Any, clock: Any
) -> None:
    sent = {**form("m-2", key="products", email="pat@"), "pause": ""}
    here = {"Referer": f"{PAGE}?c=radio2&utm_source=paper"}
    wrong = client.post("/signup", data=sent, headers=here)
    assert wrong.status_code == 422
    again = {"Referer": "https://capture.fern.example/signup"}
    between = client.post("/signup", data={**form_of(wrong.text), "email": "pat@example.com"}, headers=again)
    assert between.status_code == 200
    clock.forward(seconds=10)
    assert client.post("/signup", data=form_of(between.text), headers=again).status_code == 303
    assert (rows(Lead)[0].campaign_id, rows(Touch)[0].utm) == (campaigns["radio2"], {"source": "paper"})


@pytest.mark.parametrize(
    ("key", "named", "back"),
    [
        ("home", {"c": "radio2", "utm_source": "a&b"}, "bo/?utm_source=a%26b&amp;c=radio2"),
        ("home", {}, "bo/"),
        ("c/radio2", {}, "bo/c/radio2/"),
    ],
)
def test_the_way_back_from_a_form_with_errors_keeps_it(
    key: str, named: dict[str, str], back: str, client: FlaskClient, form: Any
) -> None:
    page = client.post("/signup", data=form("m-2", key=key, email="pat@", **named)).text
    assert f'href="https://fern.example/{back}"' in page
