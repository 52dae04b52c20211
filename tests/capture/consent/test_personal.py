"""Every table says whose personal data it holds, and the rooms tell and forget everything that is a prospect's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import pytest
from sqlalchemy import MetaData, select, text

from capture import features
from capture.accounts.signing_in import Person
from capture.base.feature import Feature, personal_of
from capture.base.retention import Policy
from capture.consent import erasing, my_data
from capture.credit.feature import CREDIT
from capture.imports import importing, uploads
from capture.imports.importing import ListOrigin
from capture.imports.lists import LeadList
from capture.leads import pipeline
from capture.models import Base, Holds, Lead, Member, OfficeSession, OutboxMail, PersonalData, Touch, Whose
from tests.capture.office import STAFF

ADDRESS = "Zq8lee@example.com"
PHONE = "+353871234599"
TRACES = (ADDRESS.lower(), "zqfirst", PHONE)


def tables() -> list[type[Base]]:
    return [mapper.class_ for mapper in Base.registry.mappers]


def undeclared(classes: Iterable[type]) -> Iterator[str]:
    """Classes that do not say themselves whose data they hold, or that nobody's are there and why."""
    for each in classes:
        holds = vars(each).get("holds")
        if holds is None or bool(holds.whose) is bool(holds.reason):
            yield each.__name__


def uncovered(rooms: Sequence[Feature]) -> set[type[Base]]:
    """Tables with prospects' data that no room tells of and forgets."""
    covered = {table for each in personal_of(rooms) for table in each.tables}
    return {each for each in tables() if Whose.PROSPECT in each.holds.whose} - covered


def found_in(database) -> set[tuple[str, str]]:
    """Every column of every table, those included that no class knows, in which the person can be found."""
    with database.engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        assert metadata.tables.keys() >= Base.metadata.tables.keys()
        return {
            (table.name, column.name)
            for table in metadata.tables.values()
            for column in table.columns
            if any(trace in str(connection.scalars(select(column)).all()).lower() for trace in TRACES)
        }


def test_every_table_says_whose_data_it_holds():
    assert not list(undeclared(tables()))


def test_a_table_that_says_nothing_is_seen():
    declared = type("Declared", (), {"holds": Touch.holds})
    silent = type("Silent", (declared,), {})
    reasonless = type("Reasonless", (), {"holds": Holds(frozenset())})
    assert list(undeclared([silent, reasonless, declared])) == ["Silent", "Reasonless"]


def test_the_rooms_tell_and_forget_every_table_with_prospects_data():
    assert uncovered(features.ALL) == set()


def test_a_room_that_is_left_out_is_seen():
    assert {Touch, PersonalData} < uncovered([each for each in features.ALL if each is not CREDIT])


@pytest.fixture
def everywhere(client, form, confirmed, database, links, clock, enter, tmp_path):
    """Lee came from a list, signed up under two members, was written about, mailed, and stands on another list."""
    other = "stays@example.org"
    file = tmp_path / "fair.csv"
    people = f"{ADDRESS},Zqfirst,{PHONE},Zqfirst agreed\n{other},Sam,,Sam agreed\n"
    file.write_text(f"Email,First name,Phone,Legal basis\n{people}", encoding="utf-8")
    importing.import_list(
        database, links, LeadList(file), ListOrigin("m-2", "Lists & Co", date(2026, 2, 1), "Yes"), clock
    )
    more = {"first_name": "Zqfirst", "utm_source": "zqfirst-radio", "introducer": "Zqfirst's aunt"}
    confirmed("m-1", ADDRESS, **more)
    clock.forward(days=2)
    client.post("/signup", data=form(None, email=ADDRESS, **more))
    client.post("/my-data", data={"email": ADDRESS})
    enter(STAFF).get("/office/leads")
    with database.write() as session:
        for lead in session.scalars(select(Lead).where(Lead.member_id == "m-2")):
            bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
            about = "Zqfirst likes tea" if lead.email == ADDRESS else "Sam likes coffee"
            pipeline.add_note(session, lead, bo, about, clock.now)
            pipeline.set_follow_up(session, lead, bo, date(2026, 4, 1), clock.now)
        waiting = LeadList(file)
        assert uploads.store_upload(session, bo, waiting, file.read_text(encoding="utf-8"), 2, clock.now)
        mail = session.scalars(select(OutboxMail).where(OutboxMail.lead_id.is_not(None)).limit(1)).one()
        mail.last_error = f"550 <{ADDRESS}> is not welcome"


def test_every_table_with_prospects_data_holds_the_person(everywhere, database):
    with database.read() as session:
        for each in tables():
            if Whose.PROSPECT in each.holds.whose:
                assert session.scalars(select(each).limit(1)).first() is not None, each.__name__
    assert found_in(database) >= {
        ("lead", "email"),
        ("lead", "first_name"),
        ("lead", "phone"),
        ("particular", "email"),
        ("particular", "first_name"),
        ("particular", "utm"),
        ("particular", "introducer"),
        ("outbox", "recipient"),
        ("outbox", "text"),
        ("outbox", "last_error"),
        ("step", "note"),
        ("list_proof", "legal_basis"),
        ("upload", "content"),
    }


def test_each_room_tells_its_piece_under_names_of_its_own(everywhere, database, links, clock):
    with database.read() as session:
        leads = my_data.leads_of(session, ADDRESS)
        pieces = [[each.held(session, lead) for lead in leads] for each in personal_of(features.ALL)]
        held = my_data.held(session, features.ALL, links, ADDRESS, clock.now)
    names = [name for [piece, *_] in pieces for name in piece]
    assert sorted(names) == sorted({*names}) == sorted(held["sign_ups"][0])
    empty = [list(piece[0]) for piece in pieces if not any(any(each.values()) for each in piece)]
    assert empty == [["brought_by"], []], "no campaign brought Lee; rows that are not imported belong to no lead"
    told = str(held).lower()
    for part in (*TRACES, "zqfirst-radio", "zqfirst's aunt", "zqfirst likes tea", "fair.csv", "list", "confirmed"):
        assert part in told, part
    assert "sam likes" not in told


def test_after_erasing_the_person_is_in_no_column_of_any_table(everywhere, database, links, clock):
    with database.write() as session:
        assert erasing.erase(session, features.ALL, links, ADDRESS, clock.now) == 3
    assert found_in(database) == set()
    with database.read() as session:
        assert session.scalars(text("SELECT note FROM step WHERE note IS NOT NULL")).all() == ["Sam likes coffee"]


def test_a_list_that_is_not_imported_goes_within_a_day(everywhere, database, links, clock):
    with database.write() as session:
        erasing.erase(session, features.ALL, links, ADDRESS, clock.now)
    clock.forward(days=1)
    with database.write() as session:
        purged = erasing.purge(session, features.ALL, Policy(), clock.now)
    assert purged["files"] == 1
    assert not found_in(database)
