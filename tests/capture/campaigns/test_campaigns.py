"""Campaigns in the office: made, printed, paid for; and the sign-ups that come by them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.campaigns import catalogue
from capture.company import money
from capture.company.generator import Channel
from capture.models import Campaign, Lead, OfficeSession, Spending, Staff
from tests.capture.office import STAFF, Browser, SignIn

Make = Callable[..., str]


@pytest.fixture
def make(enter: SignIn) -> Callable[..., tuple[Browser, str]]:
    """Somebody signs in and makes a campaign; the browser and the code."""

    def do(address: str = "bo@members.example.com", **fields: str) -> tuple[Browser, str]:
        browser = enter(address)
        answer = browser.post("/office/campaigns/", **{"channel": "radio", "name": "Morning spot", **fields})
        assert answer.status_code == 303, answer.text
        return browser, answer.headers["Location"].rpartition("/")[2]

    return do


def test_a_campaign_is_made_with_a_code_of_its_own(make: Any, rows: Any) -> None:
    browser, code = make(starts="2026-03-01", ends="2026-03-31")
    assert code == "radio1"
    page = browser.get(f"/office/campaigns/{code}").text
    for part in (
        "Morning spot",
        "https://fern.example/bo/c/radio1/",
        "radio 1",
        "https://capture.fern.example/go",
        "1 March",
    ):
        assert part in page
    assert "Its landing page is not public yet" in page
    assert make()[1] == "radio2"
    assert make(channel="newspaper", address="ana@members.example.com")[1] == "paper1"
    staff, ours = make(STAFF)
    assert ours == "radio3"
    assert "https://fern.example/c/radio3/" in staff.get(f"/office/campaigns/{ours}").text
    assert [each.member_id for each in rows(Campaign)] == ["m-2", "m-2", "m-1", None]
    overview = staff.get("/office/campaigns/").text
    assert overview.count("Morning spot") == 4
    assert browser.get("/office/campaigns/").text.count("Morning spot") == 2


def test_what_is_no_code_is_nobodys(make: Any) -> None:
    browser, _ = make()
    for path in ("%00", "a%00", "a%00/qr.svg", "a%00/qr.png", "a%00/flyer"):
        assert browser.get(f"/office/campaigns/{path}").status_code == 404, path
    for path in ("a%00", "a%00/spend", "a%00/spend/1/strike"):
        assert browser.post(f"/office/campaigns/{path}", name="x", amount="1").status_code == 404, path


def test_those_who_make_campaigns_at_once_get_codes_of_their_own(database: Database, clock: Any, rows: Any) -> None:
    start = threading.Barrier(6)
    patient = Database(database.url, busy_seconds=30)

    def make_one(_: int) -> None:
        staff = Person(None, Staff(), OfficeSession())
        start.wait()
        with patient.write() as session:
            catalogue.create_campaign(session, staff, Channel.RADIO, "Spot", None, None, clock.now)
            time.sleep(0.01)  # the others have chosen theirs before this one is committed

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make_one, range(6)))
    patient.engine.dispose()
    assert sorted(each.code for each in rows(Campaign)) == [f"radio{number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "a\u202eb"},
        {"name": "Caf\ufffd"},
        {"name": "a\x81b"},
        {"channel": "tv"},
        {"starts": "2026-03-02", "ends": "2026-03-01"},
        {"starts": "soon"},
    ],
)
def test_what_makes_no_campaign_is_told(enter: SignIn, rows: Any, wrong: dict[str, str]) -> None:
    browser = enter("bo@members.example.com")
    fields = {"channel": "radio", "name": "Spot", **wrong}
    answer = browser.post("/office/campaigns/", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert rows(Campaign) == []


def test_names_and_days_change_but_code_and_channel_stay(make: Any, rows: Any) -> None:
    browser, code = make()
    here = f"/office/campaigns/{code}"
    assert browser.post(here, channel="flyer", name="Evening <spot>", ends="2026-04-01").status_code == 303
    [row] = rows(Campaign)
    assert (row.code, row.channel, row.name, row.ends_on) == ("radio1", "radio", "Evening <spot>", date(2026, 4, 1))
    assert "Evening &lt;spot&gt;" in browser.get(here).text
    assert browser.post(here, channel="radio", name="").status_code == 422


def test_what_was_paid_is_written_down_and_struck_out(make: Any, rows: Any) -> None:
    browser, code = make()
    here = f"/office/campaigns/{code}"
    assert "No spend recorded" in browser.get(here).text
    assert "nothing recorded" in browser.get("/office/campaigns/").text
    assert browser.post(f"{here}/spend", amount="1,250.50", on="2026-03-02", note="Spot").status_code == 303
    assert browser.post(f"{here}/spend", amount="9.50").status_code == 303
    assert [each.amount for each in rows(Spending)] == [125050, 950]
    page = browser.get(here).text
    for amount in ("€1,250.50", "€9.50", "€1,260.00"):
        assert amount in page
    for wrong in ("", "0", "-5", "1,2,3", "12.505", "ten", "1e9", "9" * 20):
        assert browser.post(f"{here}/spend", amount=wrong).status_code == 422, wrong
    number = rows(Spending)[1].id
    other, theirs = make("ana@members.example.com")
    assert other.post(f"/office/campaigns/{theirs}/spend/{number}/strike").status_code == 303
    assert len(rows(Spending)) == 2, "another campaign's payments stay"
    assert browser.post(f"{here}/spend/{number}/strike").status_code == 303
    assert [each.amount for each in rows(Spending)] == [125050]


def test_money_is_read_as_each_language_writes_it() -> None:
    assert money.read("1.250,50", "EUR", "es") == 125050
    assert money.read("1,250.50", "EUR", "en") == 125050
    assert money.read("12.5", "JPY", "en") is None
    assert money.read("1250", "JPY", "en") == 1250
    assert money.shown(1250, "JPY", "en") == "¥1,250"
    assert money.shown(1250, "CHF", "en") == "CHF\u00a012.50"


def test_qr_codes_and_flyers_lead_to_the_landing_page(make: Any) -> None:
    import segno

    browser, code = make()
    here = f"/office/campaigns/{code}"
    svg, png = browser.get(f"{here}/qr.svg?save"), browser.get(f"{here}/qr.png")
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert svg.headers["Content-Disposition"] == 'attachment; filename="radio1.svg"'
    assert "Content-Disposition" not in png.headers
    drawn = segno.make("https://fern.example/bo/c/radio1/", error="q", micro=False)
    assert drawn.svg_data_uri(scale=10, light="white", xmldecl=True)
    assert png.data.startswith(b"\x89PNG")
    side = int.from_bytes(png.data[16:20], "big")
    assert side == drawn.symbol_size(24)[0]
    one, four = browser.get(f"{here}/flyer").text, browser.get(f"{here}/flyer?cards=4").text
    assert (one.count("<article"), four.count("<article")) == (1, 4)
    for part in ("fern.example/bo/c/radio1", "radio 1", "Bo O&#39;Neill", "Fern and Flint Limited"):
        assert part in one


def test_a_sign_up_by_the_landing_page_is_the_campaigns(
    make: Any, confirmed: Any, rows: Any, client: FlaskClient, form: Any
) -> None:
    browser, code = make()
    confirmed("m-2", "by-radio@example.com", key=f"c/{code}")
    confirmed("m-2", "by-page@example.com")
    confirmed("m-1", "foreign@example.com", key=f"c/{code}")
    client.post("/signup", data=form("m-2", email="by-page@example.com", key=f"c/{code}"))
    client.post("/signup", data=form("m-2", email="nobody@example.com", key="c/none9"))
    found = {each.email: each.campaign_id for each in rows(Lead)}
    number = rows(Campaign)[0].id
    assert found == {
        "by-radio@example.com": number,
        "by-page@example.com": None,
        "foreign@example.com": None,
        "nobody@example.com": None,
    }
    _, second = make()
    client.post("/signup", data=form("m-2", email="by-radio@example.com", key=f"c/{second}"))
    assert next(each for each in rows(Lead) if each.email == "by-radio@example.com").campaign_id == number
    page = browser.get(f"/office/leads?campaign={code}").text
    assert "by-radio@example.com" in page
    assert "1 lead" in page
    assert "No lead matches" in browser.get(f"/office/leads?campaign={second}").text
    assert "by-radio@example.com" in browser.get("/office/leads?source=radio").text
    assert "by-radio@example.com" not in browser.get("/office/leads?source=own").text
    assert "radio1" in browser.get("/office/leads.csv").text
    lead = next(each for each in rows(Lead) if each.email == "by-radio@example.com")
    assert "Signed up through the campaign radio1" in browser.get(f"/office/leads/{lead.id}").text


@pytest.mark.parametrize(
    ("typed", "code"),
    [("radio7", "radio7"), ("Radio 7", "radio7"), (" RADIO-7 ", "radio7"), ("7", None), ("", None), ("r" * 40, None)],
)
def test_what_was_heard_becomes_a_code(typed: str, code: str | None) -> None:
    assert catalogue.code_from_speech(typed) == code
    if code:
        assert catalogue.spoken(code) == "radio 7"


def test_a_typed_code_leads_to_the_page(client: FlaskClient, database: Database, clock: Any) -> None:
    with database.write() as session:
        for code, member in (("radio7", "m-2"), ("flyer1", None), ("gone1", "m-3")):
            session.add(Campaign(code=code, member_id=member, channel="radio", name="x", created_at=clock.now))
    answer = client.get("/go?code=Radio+7")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://fern.example/bo/c/radio7/")
    assert client.get("/go?code=flyer1").headers["Location"] == "https://fern.example/c/flyer1/"
    for unknown in ("gone1", "radio8", "<b>", "%00", "r" * 999):
        answer = client.get("/go", query_string={"code": unknown})
        assert answer.status_code == 404
        assert "<b>" not in answer.text
        assert "form-action 'self' https://fern.example;" in answer.headers["Content-Security-Policy"]
    assert client.get("/go").status_code == 200
    assert re.search(r'<form method="get" action="(\./)?(\.\./)*go">', client.get("/go").text)
