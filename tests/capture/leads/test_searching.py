"""The search of the office: what people type finds what was stored, on both databases alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select, text

from capture.accounts.signing_in import Person
from capture.leads.caseload import LeadFilter, list_leads
from capture.models import Lead, Member, OfficeSession, Staff
from capture.models.searching import LONGEST, fold_text, search_text

NAMES = ["Ñandú", "José", "Ágnes", "Иван", "Ñora", "Straße", "O’Brien", "Łukasz", "Søren", "İpek", "Işık", "Anne‐Marie"]

FOUND = [
    ("Ñandú", "Ñandú"),
    ("ÑANDÚ", "Ñandú"),
    ("nandu", "Ñandú"),
    ("N\u0303andu\u0301", "Ñandú"),
    ("JOSÉ", "José"),
    ("jose", "José"),
    ("ágnes", "Ágnes"),
    ("иван", "Иван"),
    ("ИВАН", "Иван"),
    ("nora", "Ñora"),
    ("strasse", "Straße"),
    ("STRASSE", "Straße"),
    ("straße", "Straße"),
    ("O'B", "O’Brien"),
    ("o`brien", "O’Brien"),
    ("oʼbrien", "O’Brien"),
    ("lukasz", "Łukasz"),
    ("soren", "Søren"),
    ("ipek", "İpek"),
    ("ISIK", "Işık"),
    ("anne-marie", "Anne‐Marie"),
    ("ｊｏｓｅ", "José"),
    ("  jose ", "José"),
]


@pytest.fixture
def kept(database, clock):
    """A lead of one member for each name, as sign-ups and members' forms leave them."""
    with database.write() as session:
        for number, name in enumerate(NAMES):
            session.add(
                Lead(
                    email=f"p{number}@example.com",
                    first_name=name,
                    interest="both",
                    locale="en",
                    member_id="m-1",
                    assignee_id="m-1",
                    created_at=clock.now,
                    known_at=clock.now,
                )
            )


def found(database, clock, typed, *, staff=False):
    with database.read() as session:
        member = None if staff else session.get(Member, "m-1")
        person = Person(member, Staff(id=1, email="s@example.com") if staff else None, OfficeSession())
        page = list_leads(session, person, LeadFilter(search=typed), clock.now.date())
        return [lead.first_name if not staff else lead.email for lead in page.leads]


@pytest.mark.usefixtures("kept")
def test_what_is_typed_finds_the_name(database, clock):
    for typed, name in FOUND:
        assert found(database, clock, typed) == [name], typed
    for typed in ("%", "_", "\u0301", "noraa", "p1@example.com nandu"):
        assert found(database, clock, typed) == [], typed


def test_staff_find_an_address_by_its_beginning(database, client, form, clock):
    for address in ("ÉVA.Kovács@example.com", "eva%_@example.com", "nandu@example.com"):
        assert client.post("/signup", data=form("m-1", email=address)).status_code == 303
    with database.write() as session:
        for lead in session.scalars(select(Lead)):
            lead.known_at, lead.assignee_id = clock.now, "m-1"
    look = lambda typed: found(database, clock, typed, staff=True)  # noqa: E731
    assert look("éva.kovacs@EXAMPLE.com") == look("Eva.") == ["ÉVA.Kovács@example.com"]
    assert sorted(look("eva")) == ["eva%_@example.com", "ÉVA.Kovács@example.com"]
    assert look("eva%_") == ["eva%_@example.com"]
    assert look("andu") == look("%") == look("pat") == []


def test_a_later_sign_up_brings_the_name_and_an_erasure_takes_all(database, client, form, rows, app, clock):
    assert client.post("/signup", data=form("m-1", first_name=None)).status_code == 303
    assert [each.search for each in rows(Lead)] == ["pat@example.com\n"]
    for name in ("Ñora", "Zoë"):
        assert client.post("/signup", data=form("m-1", first_name=name)).status_code == 303
        assert [each.search for each in rows(Lead)] == ["pat@example.com\nnora"]
    from capture.consent import erasing

    service = app.extensions["espalier"]
    with database.write() as session:
        assert erasing.erase(session, service.features, service.links, "pat@example.com", clock.now) == 1
    assert [each.search for each in rows(Lead)] == [""]


def test_a_change_of_the_name_changes_what_is_found(database, kept, clock):
    with database.write() as session:
        session.scalars(select(Lead).where(Lead.first_name == "José")).one().first_name = "Zoë"
    assert found(database, clock, "zoe") == ["Zoë"]
    assert found(database, clock, "jose") == []


def test_the_index_answers_what_staff_ask(database):
    query = "SELECT id FROM lead WHERE search >= 'pat' AND search < 'pat\U0010ffff'"
    with database.read() as session:
        if database.is_sqlite:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.execute(text(f"EXPLAIN {query}")).all()
    assert "ix_lead_search" in str(plan)


@given(st.text(max_size=40))
@example("ﷺ" * 40)
@example("ͅΐ")
def test_folding_twice_is_folding_once(typed):
    assert fold_text(fold_text(typed)) == fold_text(typed)


@given(st.text(max_size=20))
def test_a_part_of_a_name_is_found_in_the_whole(name):
    assert fold_text(name) in search_text("pat@example.com", name)
    assert len(search_text("p" * 254, name * 30)) <= LONGEST
