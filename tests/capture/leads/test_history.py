"""One history of a lead, told three times: to the operator, to the office, and to the person."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from capture import features
from capture.accounts.signing_in import Person
from capture.base.feature import history_of
from capture.base.history import sections
from capture.consent import my_data
from capture.imports import importing
from capture.imports.importing import ListOrigin
from capture.imports.lists import LeadList
from capture.leads import pipeline, story, timeline
from capture.leads.pipeline import LostReason, Stage
from capture.models import Lead, Member, OfficeSession


@pytest.fixture
def lived(database, links, clock, confirmed, tmp_path):
    """Pat stood on a list of Bo's, signed up on Bo's page, and Bo wrote things down."""
    file = tmp_path / "fair.csv"
    file.write_text("Email,First name\npat@example.com,Pat\n", encoding="utf-8")
    importing.import_list(database, links, LeadList(file), ListOrigin("m-2", "Lists & Co", date(2026, 2, 1)), clock)
    clock.forward(days=1)
    confirmed("m-2", introducer="my aunt", utm_source="radio")
    clock.forward(days=1)
    with database.write() as session:
        lead = session.scalars(select(Lead)).one()
        bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
        pipeline.add_note(session, lead, bo, "Likes candles", clock.now)
        pipeline.set_follow_up(session, lead, bo, date(2026, 3, 9), clock.now)
        pipeline.set_stage(session, lead, bo, Stage.LOST, LostReason.NOT_NOW, clock.now)
        session.flush()
        last = pipeline.last_activity(session, lead, bo)
        assert last is not None
        assert pipeline.undo_activity(session, lead, bo, last.id, clock.now)


@pytest.fixture
def session(lived, database):
    with database.read() as session:
        yield session


@pytest.fixture
def lead(session):
    return session.scalars(select(Lead)).one()


def test_the_operator_reads_everything_but_the_text_of_notes(session, lead):
    told = [line.partition("  ")[2] or line for line in story.tell(session, features.ALL, lead.id)]
    assert told == [
        "Lead 1: pat@example.com, on the page of Bo O'Neill (bo)",
        'Came from list 1, "fair.csv" of Lists & Co, obtained on 2026-02-01.',
        "Credited to Bo O'Neill (bo), because they entered them, from row 1 of list 1.",
        'Signed up on the page "home" (en) of Bo O\'Neill (bo), build b0b0b0b0b0b0, campaign: source radio.'
        ' Asked who introduced them, they said: "my aunt".',
        'Agreed to wording e54786656c7a6cb5: "I agree that {member} and {company} keep my address."',
        "The owner of the address confirmed it from their mailbox.",
        "Credited to Bo O'Neill (bo), because the sign-up came from their page.",
        'Wrote the mail "confirm" to pat@example.com: it was not sent.',
        'Wrote the mail "thank-you" to pat@example.com: it waits to be sent.',
        'Wrote the mail "new-lead" to bo@members.example.com: it waits to be sent.',
        "Wrote an event for the company's other program: it waits to be sent.",
        "Bo O'Neill (bo) wrote a note.",
        "Bo O'Neill (bo) set the next follow-up to 2026-03-09.",
        'Bo O\'Neill (bo) set the stage to "lost" (not-now). It was undone.',
    ]


def test_the_office_lists_the_newest_first_without_what_was_taken_back(session, lead, en):
    bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
    shown = timeline.of_lead(session, features.ALL, lead, bo, en)
    assert [at for at, _ in shown] == sorted((at for at, _ in shown), reverse=True)
    lines = [(line.title, line.detail, line.is_activity) for _, line in shown]
    assert lines[:2] == [
        ("You set the follow-up to 9 March 2026", None, True),
        ("You wrote a note", "Likes candles", True),
    ]
    assert [title for title, _, is_activity in lines if not is_activity] == [
        "Mail about the new lead: waiting to be sent",
        "Mail with thanks: waiting to be sent",
        "Mail asking for confirmation: not sent",
        "Credited to Bo O'Neill: the person signed up on their page",
        "Confirmed from their mailbox",
        "Campaign parameters",
        "Said who introduced them",
        "Signed up on the page “home” of Bo O'Neill",
        "Added by Bo O'Neill, from a list or after they met",
    ]


def test_staff_read_a_members_name(session, lead, en):
    shown = timeline.of_lead(session, features.ALL, lead, Person(None, None, OfficeSession()), en)
    assert "Bo O'Neill wrote a note" in [line.title for _, line in shown]


def test_the_persons_export_holds_every_event(session, lead):
    events = history_of(features.ALL, session, lead)
    listed = Counter(found[0] for event in events if (found := event.plain()))
    held = my_data.of_lead(session, features.ALL, lead)
    assert listed == {name: len(held[name]) for name in listed}
    assert sections(events, *listed) == {name: held[name] for name in listed}
    assert [each["note"] for each in held["written_down"]] == ["Likes candles", None, None]
    assert held["came_from"]["vendor"] == "Lists & Co"
