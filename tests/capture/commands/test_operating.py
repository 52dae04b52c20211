"""The commands with which an operator looks after the service."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from capture.base.db import Database
from capture.commands import main
from capture.mailing import trouble
from capture.models import OfficeSession, OutboxMail, SignInToken
from tests.capture.cast import KEY


@pytest.fixture
def run(settings, client, form, tmp_path, monkeypatch):
    """The command on a database with one sign-up."""
    monkeypatch.chdir(tmp_path)
    for name in ("ESPALIER_TOKEN_KEY", "ESPALIER_SECRET_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    client.post("/signup", data=form())
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


def set_state(database, state: str) -> None:
    with database.write() as session:
        session.query(OutboxMail).update({"state": state, "attempts": 26, "last_error": "given up: 450 later"})


def test_mail_shows_how_the_outbox_stands(run, database):
    assert "waiting         1" in run("mail").stdout
    set_state(database, "dead")
    assert "1 dead: given up: 450 later\n" in run("mail").stdout
    shown = json.loads(run("mail", "--json").stdout)
    assert (shown["rows"]["dead"], shown["reasons"]) == (
        1,
        [{"state": "dead", "reason": "given up: 450 later", "mails": 1}],
    )
    [mail] = json.loads(run("mail", "--state", "dead", "--json").stdout)
    assert (mail["recipient"], mail["attempts"], mail["last_error"]) == ("pat@example.com", 26, "given up: 450 later")


def test_dead_mails_can_be_sent_again_or_dropped(run, database, rows):
    set_state(database, "dead")
    assert run("mail", "retry", "1").stdout == "1 put back\n"
    assert (rows(OutboxMail)[0].state, rows(OutboxMail)[0].attempts) == ("waiting", 0)
    assert run("mail", "retry").stdout == "0 put back\n"
    assert run("mail", "drop", "1").stdout == "1 dropped\n"
    assert rows(OutboxMail)[0].state == "dropped"
    result = run("mail", "drop", "1", "99")
    assert (result.exit_code, result.stderr) == (
        1,
        "there is no dead or waiting mail 1\nthere is no dead or waiting mail 99\n",
    )
    assert run("mail", "drop").exit_code == 2


def test_mails_that_were_put_off_are_tried_at_once(run, database, rows):
    """As after a relay was mended: what waits for its next attempt need not wait hours for it."""
    later = datetime.now(UTC) + timedelta(hours=4)
    with database.write() as session:
        session.query(OutboxMail).update({"attempts": 7, "last_error": "450 later", "next_attempt_at": later})
    assert run("mail", "retry").stdout == "1 put back\n"
    assert (rows(OutboxMail)[0].attempts, rows(OutboxMail)[0].next_attempt_at < later) == (0, True)
    assert run("mail", "retry").stdout == "0 put back\n", "it was not tried since"


def test_mail_says_that_nothing_can_be_sent(run, database):
    with database.write() as session:
        trouble.note(session, "a wrong password", datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
    assert "no mail can be sent since 2026-03-04 05:06 UTC: a wrong password\n" in run("mail").stdout
    shown = json.loads(run("mail", "--json").stdout)["trouble"]
    assert shown == {"reason": "a wrong password", "since": "2026-03-04T05:06:00+00:00"}


def test_backup_and_restore(run, empty_url, tmp_path, monkeypatch):
    assert run("backup", tmp_path / "b").exit_code == 0
    refused = run("restore", tmp_path / "b")
    assert (refused.exit_code, "the database is not empty" in refused.stderr) == (1, True)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", empty_url)
    assert "1 of them leads" in run("restore", tmp_path / "b").stdout
    assert [each["email"] for each in json.loads(run("leads", "--json").stdout)] == ["pat@example.com"]


def test_a_restored_backup_lets_nobody_in(run, database, empty_url, tmp_path, monkeypatch):
    """What was ended after the backup was made must not be open again."""
    until = datetime.now(UTC) + timedelta(days=1)
    with database.write() as session:
        session.add(OfficeSession(digest="0" * 64, member_id="m-1", csrf="x", created_at=until, until=until))
        session.add(SignInToken(nonce="1" * 64, member_id="m-2", until=until))
    assert run("backup", tmp_path / "b").exit_code == 0
    monkeypatch.setenv("ESPALIER_DATABASE_URL", empty_url)
    assert run("restore", tmp_path / "b").stdout.endswith("1 office sessions of that time were ended\n")
    restored = Database(empty_url)
    with restored.read() as session:
        assert session.query(OfficeSession).filter(OfficeSession.ended_at.is_(None)).count() == 0
        assert session.query(SignInToken).filter(SignInToken.used_at.is_(None)).count() == 0
        assert session.query(SignInToken).count() == session.query(OfficeSession).count() == 1
    restored.engine.dispose()


def test_bounces(run, tmp_path):
    (tmp_path / "box").write_text("From x Mon Nov 23 10:00:00 2026\nSubject: hello\n\nhello\n")
    assert json.loads(run("bounces", tmp_path / "box", "--json").stdout) == {
        "hard": 0,
        "soft": 0,
        "complaint": 0,
        "unknown": 0,
        "other": 1,
        "unread": [],
    }
    assert "1 messages were no reports" in run("bounces", tmp_path / "box").stdout


@pytest.mark.database("sqlite")
def test_sqlite_takes_one_process(run):
    result = run("serve", "--processes", "2")
    assert (result.exit_code, "SQLite takes one process" in result.stderr) == (2, True)


def test_held_tells_which_mails_wait_for_the_operator(run, client, form, database):
    client.post("/signup", data=form("m-1"))
    assert [(each["to"], each["because"]) for each in json.loads(run("held", "--json").output)] == [
        ("pat@example.com", "mailbox")
    ]
    with database.write() as session:
        session.query(OutboxMail).update({"held_because": None})
    assert run("held").output.endswith("\tlimit\n"), "from before the reason was kept"
    assert run("held", "--release", "--all").output == "released 1\n"
    assert run("held").output == "nothing is held\n"
