"""Campaign codes as people heard, typed and pasted them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from capture.base.db import Database
from capture.campaigns import catalogue, spoken_codes
from capture.company.generator import CAMPAIGN_CODE
from capture.models import Campaign


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("radio7", "radio7"),
        ("Radio 7", "radio7"),
        (" RADIO-7 ", "radio7"),
        ("rádio 7", "radio7"),
        ("ra\u0301dio7.", "radio7"),
        ("ＲＡＤＩＯ７", "radio7"),
        ("radio ٧", "radio7"),
        ("radio७", "radio7"),
        ("📻 radio 7\ufe0f\u20e3", "radio7"),
        ("\u2066radio 7\u2069", "radio7"),
        ("“radio+7”", "radio7"),
        ("7", None),
        ("", None),
        ("r" * 40, None),
        ("радио7", None),
        ("radioя7", None),
        ("radio 7€", None),
        ("radiø7", None),
        ("r<b>7", None),
    ],
)
def test_what_was_heard_becomes_a_code(typed: str, code: str | None) -> None:
    assert spoken_codes.code_from_speech(typed) == code
    if code:
        assert catalogue.spoken(code) == "radio 7"


@given(st.text(max_size=80))
def test_readings_are_few_codes_whatever_is_typed(typed: str) -> None:
    found = spoken_codes.readings(typed)
    assert len(found) <= 200
    assert all(CAMPAIGN_CODE.match(each) for each in found)


@pytest.fixture
def typed(client: FlaskClient, database: Database, clock: Any) -> Callable[[str], str | None]:
    """Types a code on a site that has some, and returns the code of the page that it leads to."""
    codes = {
        "radio7": "m-2",
        "radio17": None,
        "radio70": None,
        "flyer021": None,
        "solo10": "m-1",
        "list1": None,
        "listl": None,
        "gone1": "m-3",
    }
    with database.write() as session:
        for code, member in codes.items():
            campaign = Campaign(code=code, member_id=member, channel="radio", name="x", created_at=clock.now)
            campaign.published_at = None if code == "radio70" else clock.now
            session.add(campaign)

    def go(typed: str) -> str | None:
        answer = client.get("/go", query_string={"code": typed})
        return answer.headers["Location"].rpartition("/c/")[2].strip("/") if answer.status_code == 303 else None

    return go


SAID = {
    "radio seven": "radio7",
    "Radioseven": "radio7",
    "radio siete": "radio7",
    "rádio diecisiete": "radio17",
    "radio one seven": "radio17",
    "radio 07": "radio7",
    "radio 007": "radio7",
    "radio 7 please": "radio7",
    "the code is radio 7, thanks": "radio7",
    "por favor, radio 7": "radio7",
    "radi0 7": "radio7",
    "rad1o 7": "radio7",
    "radio l7": "radio17",
    "radio 7o": "radio70",
    "s0l0 lo": "solo10",
    "flyer twenty-one": "flyer021",
    "flyer veintiuno": "flyer021",
    "flyer 21": "flyer021",
    "https://fern.example/bo/c/radio7/": "radio7",
    "fern.example/bo/c/Radio-7": "radio7",
    "https://fern.example/bo/products/?c=radio7#x": "radio7",
    "list l": "listl",
    "list 1": "list1",
    "gone one": None,
    "radio eight": None,
    "radio 7 or 17": None,
    "radioя 7": None,
    "l1st l": None,
    "https://[": None,
}


def test_what_people_type_leads_to_the_one_code_that_it_may_be(typed: Callable[[str], str | None]) -> None:
    assert {said: typed(said) for said in SAID} == SAID


def test_what_may_be_two_codes_leads_to_a_choice(client: FlaskClient, typed: Callable[[str], str | None]) -> None:
    page = client.get("/go?code=1ist+l")
    assert page.status_code == 404
    assert 'go?code=list1">list 1</a>' in page.text and 'go?code=listl">listl</a>' in page.text


def test_the_page_of_a_wrong_code_shows_codes_that_are_like_it(
    client: FlaskClient, typed: Callable[[str], str | None]
) -> None:
    page = client.get("/go?code=radoi17")
    assert page.status_code == 404
    assert "Did you mean:" in page.text and 'go?code=radio17">radio 17</a>' in page.text
    assert 'code=radio7"' not in page.text, "that is another site's code"
    assert 'code=radio70"' not in page.text, "that has no page yet"
    from_bo = client.get("/go?code=radoi7", headers={"Referer": "https://fern.example/bo/code/"})
    assert 'go?code=radio7">radio 7</a>' in from_bo.text
    pasted = client.get("/go", query_string={"code": "fern.example/bo/c/radoi7/"})
    assert 'go?code=radio7">radio 7</a>' in pasted.text
    assert "Did you mean" not in client.get("/go?code=zebra").text
    assert "¿Quiso decir:" in client.get("/go?code=radoi17", headers={"Accept-Language": "es"}).text
