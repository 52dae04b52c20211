"""One person, several spellings: found and erased together by the operator, each shown only to who proved it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import undefer

from capture import features
from capture.accounts.signing_in import Person
from capture.commands import main
from capture.consent import erasing
from capture.imports import uploads
from capture.imports.erasing import cut_from_text
from capture.imports.lists import LeadList
from capture.leads import pipeline
from capture.models import Lead, Member, OfficeSession, OutboxMail, Upload
from tests.capture.cast import KEY

FIRST, SECOND, LONGER = "Zq9.pat@example.com", "zq9pat+tea@example.com", "xzq9pat@example.com"


@pytest.fixture
def run(settings, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("ESPALIER_TOKEN_KEY", "ESPALIER_SECRET_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    return lambda *arguments: CliRunner().invoke(main, [*arguments], catch_exceptions=False)


@pytest.fixture
def both(confirmed, clock):
    """Pat signed up under two spellings; Sam, of a longer address, stays."""
    confirmed("m-1", FIRST, first_name="Zqpat")
    clock.forward(days=2)
    confirmed("m-2", SECOND)
    confirmed("m-2", LONGER)


def test_the_operator_exports_and_erases_all_spellings(run, both, rows):
    held = json.loads(run("export", "ZQ9PAT@example.com").stdout)
    assert held["spellings"] == [FIRST, SECOND]
    assert [each["address"] for each in held["sign_ups"]] == [FIRST, SECOND]
    said = run("erase", "ZQ9PAT@example.com", "--yes").stdout
    assert said.startswith(f"erased 2 leads\nspellings: {FIRST}, {SECOND}\n")
    assert [each.email for each in rows(Lead) if each.erased_at is None] == [LONGER]
    assert LONGER in {each.recipient for each in rows(OutboxMail)}
    assert "nothing is stored" in run("erase", FIRST, "--yes").stdout


def test_each_spelling_gets_a_link_of_its_own(client, both, mailed, open_my_data, en):
    client.post("/my-data", data={"email": FIRST})
    first, second = (open_my_data(mailed("my-data", "my-data", each)).text for each in (FIRST, SECOND))
    assert en("other_spellings", spellings="z…@example.com") in first
    assert (FIRST in first, SECOND in first, SECOND in second, FIRST in second) == (True, False, True, False)


def test_who_erases_one_spelling_is_mailed_under_none(client, both, mailed, open_my_data, rows):
    client.post("/my-data", data={"email": FIRST})
    path = open_my_data(mailed("my-data", "my-data", FIRST)).path
    assert client.post(f"{path}/erase", data={"sure": "yes"}).status_code == 200
    left = {each.email: each.withdrawn_at for each in rows(Lead) if each.erased_at is None}
    assert left[SECOND] is not None
    assert left[LONGER] is None


def test_notes_of_others_that_name_the_person_are_told(both, database, links, clock):
    with database.write() as session:
        bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
        pipeline.add_note(session, session.get_one(Lead, 3), bo, "A cousin of zqpat.", clock.now)
    with database.write() as session:
        erased = erasing.erase_all_spellings(session, features.ALL, links, FIRST, clock.now)
    assert [each.where for each in erased.mentions] == ["a note on lead 3"]


def test_an_uploaded_list_loses_the_person_and_keeps_its_numbers(database, links, clock):
    text = f"email,name\nsam@example.org,Sam\n{SECOND},Zqpat\nlee@example.org,Lee\n"
    with database.write() as session:
        bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
        assert uploads.store_upload(session, bo, LeadList.of_text("a.csv", "0" * 64, text), text, 3, clock.now)
    with database.write() as session:
        assert erasing.erase_all_spellings(session, features.ALL, links, FIRST, clock.now).rows == 1
    with database.read() as session:
        content = session.get_one(Upload, 1, options=[undefer(Upload.content)]).content
    read = [(each.number, each.email, each.reason) for each in LeadList.of_text("a", "", content).rows()]
    assert read == [(1, "sam@example.org", None), (2, None, "no address"), (3, "lee@example.org", None)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("email\npat@x.ie\n", 'email\n""\n'),
        ('email;n\r\n"P.at+a@X.ie";"a\nb"\r\nc@x.ie;1', 'email;n\r\n"";\r\nc@x.ie;1'),
        ("e,n\nPat Lee <pat@x.ie>,1\n", 'e,n\n"",\n'),
        ("e,n\nspat@x.ie,met pat@x.ie there\n", "e,n\nspat@x.ie,met (erased) there\n"),
    ],
)
def test_rows_are_cut_in_any_form(text, left):
    assert cut_from_text(text, "pat@x.ie") == (left, 1)
    assert cut_from_text(left, "pat@x.ie") == (left, 0)


@pytest.mark.database("sqlite")
def test_the_database_s_files_hold_nothing_afterwards(both, database, links, clock):
    files = sorted(database.file.parent.glob(f"{database.file.name}*"))
    assert any(b"zq9" in each.read_bytes().lower() for each in files)
    with database.write() as session:
        erasing.erase_all_spellings(session, features.ALL, links, FIRST, clock.now)
        erasing.erase_all_spellings(session, features.ALL, links, LONGER, clock.now)
    assert database.truncate_log()
    for each in database.file.parent.glob(f"{database.file.name}*"):
        assert b"zq9" not in each.read_bytes().lower(), each


@pytest.mark.database("sqlite")
def test_a_reader_that_keeps_the_log_is_told(both, run, database):
    with closing(sqlite3.connect(database.file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM lead").fetchone()
        assert "may still contain what was erased" in run("erase", FIRST, "--yes").stderr
