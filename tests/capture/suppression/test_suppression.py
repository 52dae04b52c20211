"""Marks by hand: staff and operators add addresses and lift what servers set, but not a person's own word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from capture import commands
from capture.mailing import suppression
from capture.mailing.suppression import Reason, Source
from capture.models import AccessLogEntry, Lead, ProspectActivity, Suppression
from tests.capture.office import STAFF, Browser, SignIn

ADDRESS = "pat@example.com"


@pytest.fixture
def staff(enter: SignIn) -> Browser:
    return enter(STAFF)


@pytest.fixture
def mark(database: Any, links: Any, clock: Any) -> Any:
    def set_mark(reason: Reason, address: str = ADDRESS, **how: Any) -> None:
        with database.write() as session:
            if reason is Reason.BOUNCED:
                how = {"source": Source.REPORT} | how
                suppression.suppress_bounced(session, links.address_keys, address, clock.now, **how)
            else:
                suppression.suppress(session, links.address_keys, address, reason, clock.now)

    return set_mark


@pytest.fixture
def run(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", settings.token_keys[0])
    monkeypatch.setenv("ESPALIER_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)

    def command(*words: str) -> Result:
        return CliRunner().invoke(commands.main, ["suppress", *words])

    return command


# -- the office ------------------------------------------------------------------------------------------


def test_staff_note_that_a_person_asked_the_company(staff, confirmed, rows, database, links, clock):
    confirmed("m-1")
    answer = staff.post("/office/suppression/add", email="P.at+x@Example.com", note="telephone, 3 May")
    assert "This address is not mailed any more." in answer.text and "telephone, 3 May" in answer.text
    [found] = rows(Suppression)
    assert (found.reason, found.source, found.note) == ("requested", "staff", "telephone, 3 May")
    assert rows(Lead)[0].withdrawn_at == clock.now
    assert rows(ProspectActivity)[-1].kind == "requested"
    assert "Asked the company not to be mailed" in staff.get(f"/office/leads/{rows(Lead)[0].id}").text


def test_a_request_needs_to_say_how_they_asked(staff, rows):
    answer = staff.post("/office/suppression/add", email=ADDRESS, note="  ")
    assert answer.status_code == 422 and "Write how they asked" in answer.text
    assert rows(Suppression) == []


@pytest.mark.parametrize("path", ["", "/add", "/lift"])
def test_what_is_no_address_is_told(staff, rows, path):
    answer = staff.post(f"/office/suppression{path}", email="pat@", note="letter")
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert rows(Suppression) == []


def test_a_request_noted_by_mistake_is_taken_back(staff, confirmed, rows, clock):
    confirmed("m-1")
    staff.post("/office/suppression/add", email=ADDRESS, note="letter")
    clock.forward(hours=1)
    answer = staff.post("/office/suppression/lift", email=ADDRESS.upper())
    assert "The marks are lifted" in answer.text
    assert (rows(Suppression), rows(Lead)[0].withdrawn_at) == ([], None)
    assert rows(ProspectActivity)[-1].kind == "reinstated"


def test_a_request_taken_back_leaves_an_earlier_withdrawal(staff, confirmed, rows, clock, mailed, client):
    confirmed("m-1")
    client.post(mailed("thank-you", "unsubscribe"))
    left = clock.now
    clock.forward(hours=1)
    staff.post("/office/suppression/add", email=ADDRESS, note="letter")
    answer = staff.post("/office/suppression/lift", email=ADDRESS)
    assert "Only their own new sign-up" in answer.text
    assert [each.reason for each in rows(Suppression)] == ["unsubscribed"]
    assert rows(Lead)[0].withdrawn_at == left


def test_staff_lift_what_a_server_said(staff, mark, rows):
    mark(Reason.BOUNCED, mail_id=3, strong=True)
    page = staff.post("/office/suppression", email=ADDRESS).text
    assert "Mail comes back" in page and "certain" in page and "by a returned mail" in page
    assert "The marks are lifted" in staff.post("/office/suppression/lift", email=ADDRESS).text
    assert rows(Suppression) == []
    assert "There was no mark" in staff.post("/office/suppression/lift", email=ADDRESS).text


@pytest.mark.parametrize("reason", [Reason.UNSUBSCRIBED, Reason.WITHDRAWN, Reason.ERASED, Reason.NOT_ME])
def test_a_person_s_own_word_is_not_lifted(staff, mark, run, rows, reason):
    mark(reason)
    page = staff.post("/office/suppression/lift", email=ADDRESS).text
    assert "Only their own new sign-up" in page and "There was no mark that can be lifted" in page
    answer = run("lift", ADDRESS)
    assert answer.exit_code == 1 and f"stays, as the person said so: {reason}" in answer.output
    assert [each.reason for each in rows(Suppression)] == [reason]


def test_the_newest_marks_are_shown_with_addresses_where_known(staff, confirmed, mark):
    confirmed("m-1")
    mark(Reason.UNSUBSCRIBED)
    mark(Reason.BOUNCED, "stranger@example.com", mail_id=99)
    page = staff.get("/office/suppression").text
    assert ADDRESS in page and "not a lead, member or colleague" in page and "stranger" not in page


def test_what_staff_see_and_change_is_logged(staff, mark, rows):
    mark(Reason.BOUNCED, mail_id=1)
    staff.post("/office/suppression", email=ADDRESS)
    staff.post("/office/suppression/add", email=ADDRESS, note="letter")
    staff.post("/office/suppression/lift", email=ADDRESS)
    assert [each.what for each in rows(AccessLogEntry)] == ["suppression", "suppress", "unsuppress"]


def test_members_have_no_part_in_it(enter, confirmed, rows):
    confirmed("m-1")
    member = enter("bo@members.example.com")
    assert "Suppression" not in member.get("/office/").text
    assert member.get("/office/suppression").status_code == 404
    for path in ("", "/add", "/lift"):
        assert member.post(f"/office/suppression{path}", email=ADDRESS, note="x").status_code == 404
    assert rows(Suppression) == []


# -- the command -----------------------------------------------------------------------------------------


def test_a_file_of_addresses(run, tmp_path, rows, confirmed):
    confirmed("m-1")
    file = tmp_path / "left.csv"
    file.write_text("Name;E-Mail\nPat;PAT@example.com\nJo;jo@example.org\nnobody\n;\n\nno one\n", encoding="utf-16")
    answer = run("add", str(file), "--reason", "the old newsletter", "--json")
    assert json.loads(answer.stdout) == {"added": 2, "known": 0, "skipped_lines": [4, 7]}
    assert {each.source for each in rows(Suppression)} == {"operator"}
    assert rows(Lead)[0].withdrawn_at is not None
    again = run("add", str(file), "--reason", "again")
    assert "0 added, 2 on the list before" in again.stdout
    assert "2 lines without an address: 4, 7" in again.stderr


@pytest.mark.parametrize("text", ["a@example.com\nb@example.com\n", "\ufeffa@example.com\r\n\r\nb@example.com"])
def test_one_address_on_each_line(run, tmp_path, rows, text):
    file = tmp_path / "left.txt"
    file.write_bytes(text.encode())
    assert run("add", str(file), "--reason", "x").exit_code == 0
    assert len(rows(Suppression)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"name\nPat\n", "no e-mail address in it"), (b"\xff\x00\xe9", "not text in UTF-8"), (b"", "no e-mail address")],
)
def test_a_file_without_addresses_is_refused(run, tmp_path, rows, content, message):
    file = tmp_path / "left.csv"
    file.write_bytes(content)
    answer = run("add", str(file), "--reason", "x")
    assert answer.exit_code == 1 and message in answer.output
    assert rows(Suppression) == []


def test_neither_address_nor_file(run, rows):
    answer = run("add", "pat@", "--reason", "x")
    assert answer.exit_code == 1 and 'neither an e-mail address nor a file: "pat@"' in answer.output


def test_the_list_is_printed(run, mark, confirmed):
    """The report is months old, as the command goes by the real time."""
    assert "no address is on the list" in run("list").output
    confirmed("m-1")
    mark(Reason.BOUNCED, mail_id=1)
    mark(Reason.ERASED, "gone@example.com")
    first, second = json.loads(run("list", "--json").stdout)
    by_reason = {each["reason"]: each for each in (first, second)}
    assert by_reason["bounced"] | {"at": "", "hash": ""} == {
        "address": ADDRESS, "hash": "", "reason": "bounced", "source": "report", "at": "", "strong": False,
        "stops": False, "note": None,
    }  # fmt: skip
    assert by_reason["erased"]["address"] is None
    assert f"{ADDRESS}  over" in run("list").output


def test_lifting_by_command(run, mark, rows):
    mark(Reason.BOUNCED, mail_id=1)
    assert run("lift", "PAT@example.com").output == "lifted: bounced\n"
    assert rows(Suppression) == []
    answer = run("lift", ADDRESS)
    assert (answer.exit_code, answer.output) == (1, "the address is not on the list\n")
