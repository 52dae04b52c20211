"""What a list says about consents is kept for each person; blanks are filled under every spelling of an address."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from capture import features
from capture.accounts.signing_in import Person
from capture.consent import erasing, my_data
from capture.imports import importing
from capture.imports.importing import ListOrigin
from capture.imports.lists import LeadList
from capture.leads import story, timeline
from capture.models import Lead, ListProof, Member, OfficeSession

PROVEN = ListOrigin("m-2", "Lists & Co", date(2026, 2, 1), "I want news")

MAILCHIMP = (
    "Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,Legal basis,Consent text\n"
    'ada@example.com,Ada,2024-01-02 10:00:00,192.0.2.7,2024-01-02 10:05:00,192.0.2.8,Consent,"Yes, write"\n'
    "bob@example.com,Bob,,,,,,\n"
)


@pytest.fixture
def bring(database: Any, links: Any, clock: Any, tmp_path: Path) -> Any:
    def take(text: str, origin: ListOrigin = PROVEN, name: str = "members.csv") -> dict[str, int]:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return dict(importing.import_list(database, links, LeadList(file), origin, clock).outcomes)

    return take


def proofs(rows: Any) -> dict[str, dict[str, str | None]]:
    emails = {each.id: each.email for each in rows(Lead)}
    return {emails[each.lead_id]: each.said for each in rows(ListProof)}


def test_what_a_list_says_about_a_consent_is_kept(bring, rows):
    assert bring(MAILCHIMP) == {"added": 2}
    assert proofs(rows) == {
        "ada@example.com": {
            "opted_in_at": "2024-01-02 10:00:00",
            "opted_in_from": "192.0.2.7",
            "confirmed_at": "2024-01-02 10:05:00",
            "confirmed_from": "192.0.2.8",
            "legal_basis": "Consent",
            "wording": "Yes, write",
        }
    }
    assert (rows(ListProof)[0].provenance_id, rows(ListProof)[0].row) == (1, 1)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Legal basis for processing contact's data", "legal_basis"),
        ("Rechtsgrundlage", "legal_basis"),
        ("created_time", "opted_in_at"),
        ("Fecha de alta", "opted_in_at"),
        ("IP-Adresse", "opted_in_from"),
        ("Bestätigt am", "confirmed_at"),
        ("Opt-in text", "wording"),
    ],
)
def test_columns_of_consents_by_their_names(header, name, bring, rows):
    bring(f"email,{header}\nada@example.com,some text\n")
    assert {key: text for key, text in proofs(rows)["ada@example.com"].items() if text} == {name: "some text"}


def test_a_cell_that_cannot_be_shown_costs_itself_and_long_ones_are_cut(bring, rows):
    bring(f"email,OPTIN_TIME,Legal basis\nada@example.com,2024\x07,{'x' * 900}\n")
    said = proofs(rows)["ada@example.com"]
    assert (said["opted_in_at"], said["legal_basis"]) == (None, "x" * 200)


def test_it_is_shown_to_staff_and_to_the_person_and_erased_with_them(bring, rows, database, links, clock, en):
    bring(MAILCHIMP)
    with database.read() as session:
        lead = session.scalars(select(Lead).where(Lead.email == "ada@example.com")).one()
        staff = timeline.of_lead(session, features.ALL, lead, Person(None, None, OfficeSession()), en)
        [detail] = [line.detail for _, line in staff if line.title == "What the list says about their consent"]
        assert "Confirmed: 2024-01-02 10:05:00" in str(detail)
        bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
        told = json.dumps([line.detail for _, line in timeline.of_lead(session, features.ALL, lead, bo, en)])
        assert "192.0.2" not in told, "members see no network addresses of others"
        assert my_data.of_lead(session, features.ALL, lead)["list_says"]["confirmed_from"] == "192.0.2.8"
        [line] = [line for line in story.tell(session, features.ALL, lead.id) if "says in row 1" in line]
        assert 'opted in at: "2024-01-02 10:00:00"' in line
        assert "192.0.2" not in line
    with database.write() as session:
        erasing.erase_all_spellings(session, features.ALL, links, "A.da+x@example.com", clock.now)
    assert rows(ListProof) == []


def test_my_data_shows_what_the_list_says(bring, client, mailed, open_my_data):
    bring(MAILCHIMP.replace("Yes, write", "Yes, <b>write</b>"))
    client.post("/my-data", data={"email": "ada@example.com"})
    path, page = open_my_data(mailed("my-data", "my-data", "ada@example.com"))
    for part in (
        "According to the list, you confirmed on",
        "192.0.2.8",
        "Yes, &lt;b&gt;write&lt;/b&gt;",
        "Legal basis",
    ):
        assert part in page, part
    [found] = json.loads(client.get(f"{path}/download").text)["sign_ups"]
    assert found["list_says"]["opted_in_from"] == "192.0.2.7"


def test_bringing_it_again_fills_blanks_under_every_spelling(bring, rows):
    bring("email\nAda@example.com\nbob@example.com\n")
    text = (
        "email,Name,Phone,OPTIN_TIME\nA.da+news@example.com,Ada,+353871234567,2024-01-02\n"
        "BOB@example.com,,+353871234568,\nbob@example.com,Bob,+353871234569,2023\n"
    )
    bring(text)
    leads = {each.email: (each.first_name, each.phone) for each in rows(Lead)}
    assert leads["Ada@example.com"] == ("Ada", "+353871234567")
    assert leads["bob@example.com"] == ("Bob", "+353871234568")
    assert proofs(rows)["Ada@example.com"]["opted_in_at"] == "2024-01-02"
    assert proofs(rows)["bob@example.com"]["opted_in_at"] == "2023"
    bring("email,Name,Phone,OPTIN_TIME\nada@example.com,Eve,+353871234560,1999\n")
    assert {each.first_name for each in rows(Lead) if each.email == "Ada@example.com"} == {"Ada"}
    assert proofs(rows)["Ada@example.com"]["opted_in_at"] == "2024-01-02", "what is there stays"


def test_blanks_of_another_member_s_leads_and_of_the_erased_stay(bring, rows, database, links, clock):
    other = ListOrigin("m-1", "Lists & Co", date(2026, 2, 1), "I want news")
    bring("email\nada@example.com\n", other)
    bring("email,Name\nADA@example.com,Ada\n")
    assert {each.member_id: each.first_name for each in rows(Lead)}["m-1"] is None
    with database.write() as session:
        erasing.erase_all_spellings(session, features.ALL, links, "ada@example.com", clock.now)
    bring("email,Name,OPTIN_TIME\nada@example.com,Ada,2024\n")
    assert {each.first_name for each in rows(Lead)} == {None}
    assert rows(ListProof) == []


def test_who_signed_up_gets_no_proof_from_a_list(bring, confirmed, rows):
    confirmed("m-2", "ada@example.com")
    bring("email,OPTIN_TIME\nADA@example.com,2024\n")
    assert [each.said["opted_in_at"] for each in rows(ListProof) if each.lead_id == 1] == []
