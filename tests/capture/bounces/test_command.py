"""``capture bounces``: reads files and piped mails, finds mails by their return path, and lists what it cannot read."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from click.testing import CliRunner, Result

from capture.commands import main
from capture.models import OutboxMail, Suppression
from tests.capture.databases import locked

UNREAD = """\
From: Mail Delivery System <mailer-daemon@mx.example>
To: {to}
Subject: Undelivered \x1b[31m mail
Date: Mon, 23 Nov 2026 10:00:00 +0000
Auto-Submitted: auto-replied

The following address failed:
  pat@example.com: 550 5.1.1 no such user here
"""


@pytest.fixture
def run(settings: Any, client: Any, form: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", settings.token_keys[0])
    monkeypatch.setenv("ESPALIER_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    client.post("/signup", data=form())

    def command(*words: object, piped: str | None = None) -> Result:
        return CliRunner().invoke(main, ["bounces", *map(str, words)], input=piped)

    return command


def test_a_report_that_returns_nothing_is_found_by_the_address_it_came_to(run, rows, monkeypatch):
    monkeypatch.setenv("ESPALIER_RETURN_PATH", "bounces+*@fern.example.com")
    code = rows(OutboxMail)[0].message_id.partition("@")[0]
    answer = run("--stdin", "--json", piped=UNREAD.format(to=f"bounces+{code}@fern.example.com"))
    assert json.loads(answer.stdout)["hard"] == 1
    assert [(each.reason, each.source) for each in rows(Suppression)] == [("bounced", "report")]


def test_what_could_not_be_read_is_listed_and_kept(run, rows, tmp_path):
    piped = UNREAD.format(to="bounces@fern.example.com")
    answer = run("--stdin", "--left", tmp_path / "unread", piped=piped)
    assert "1 reports named no mail of this service" in answer.stdout
    assert "not read: Mon, 23 Nov 2026 10:00:00 +0000  Undelivered  [31m mail  (names no mail of ours)" in answer.stdout
    [file] = (tmp_path / "unread").iterdir()
    assert file.read_text() == piped
    [listed] = json.loads(run("--stdin", "--json", "--left", tmp_path / "unread", piped=piped).stdout)["unread"]
    assert (listed["file"], listed["from"]) == (file.name, "Mail Delivery System <mailer-daemon@mx.example>")
    assert len(list((tmp_path / "unread").iterdir())) == 1, "the same report again is the same file"
    assert rows(Suppression) == []


def test_a_file_or_standard_input(run, tmp_path):
    for words in ((), ("--stdin", tmp_path), ("--lmtp", "127.0.0.1:0", "--stdin"), ("--lmtp", "127.0.0.1:0", tmp_path)):
        answer = run(*words)
        assert answer.exit_code == 2 and "give a FILE, --stdin or --lmtp PLACE" in answer.output


def test_lmtp_is_open_to_no_network(run, tmp_path):
    answer = run("--lmtp", "0.0.0.0:2424")
    assert answer.exit_code == 1
    assert "0.0.0.0:2424: LMTP has no passwords: not open to a network\n  hint: give the path" in answer.stderr


@pytest.mark.database("sqlite")
def test_the_mail_server_is_asked_to_try_again_while_the_database_cannot_be_used(run, database, rows):
    piped = UNREAD.format(to="x@example.com") + f"\nMessage-ID: <{rows(OutboxMail)[0].message_id}>\n"
    with locked(database):
        answer = run("--stdin", piped=piped)
    assert answer.exit_code == os.EX_TEMPFAIL
