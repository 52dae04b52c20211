"""The operator's commands over what is kept: why, audit, export, erase, purge, held."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from capture.commands import main
from capture.models import Lead, Member, OutboxMail
from tests.capture.cast import KEY


@pytest.fixture
def run(settings, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("ESPALIER_TOKEN_KEY", "ESPALIER_SECRET_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


def test_why(run, confirmed, clock):
    confirmed("m-2", utm_source="radio")
    assert run("why", 1).stdout.splitlines() == [
        "Lead 1: pat@example.com, on the page of Bo O'Neill (bo)",
        '2026-03-04 05:06:07  Signed up on the page "home" (en) of Bo O\'Neill (bo), build b0b0b0b0b0b0,'
        " campaign: source radio.",
        "2026-03-04 05:06:07  Agreed to wording e54786656c7a6cb5:"
        ' "I agree that {member} and {company} keep my address."',
        "2026-03-04 05:06:07  The owner of the address confirmed it from their mailbox.",
        "2026-03-04 05:06:07  Credited to Bo O'Neill (bo), because the sign-up came from their page.",
        '2026-03-04 05:06:07  Wrote the mail "confirm" to pat@example.com: it was not sent.',
        '2026-03-04 05:06:07  Wrote the mail "thank-you" to pat@example.com: it waits to be sent.',
        '2026-03-04 05:06:07  Wrote the mail "new-lead" to bo@members.example.com: it waits to be sent.',
        "2026-03-04 05:06:07  Wrote an event for the company's other program: it waits to be sent.",
    ]


def test_why_somebody_else_follows_up(run, client, form, mailed, database):
    client.post("/signup", data=form("m-2"))
    with database.write() as session:
        bo = session.get_one(Member, "m-2")
        bo.active, bo.sponsor_id = False, "m-1"
    client.post(mailed("confirm", "confirm"))
    assert "They are not active or have no address: Ana <b>Núñez</b> (ana) follows up." in run("why", 1).stdout


def test_why_nobody(run, client, form):
    client.post("/signup", data=form())
    assert "The address is not confirmed yet" in run("why", 1).stdout
    result = run("why", 9)
    assert (result.exit_code, result.stderr) == (
        1,
        "there is no lead 9\n  hint: `capture leads --json` shows the number of each\n",
    )


def test_audit(run, confirmed, database):
    confirmed()
    good = run("audit")
    assert good.exit_code == 0
    assert good.stdout.startswith("4 rows, 0 faults, 0 persons erased\nseal ")
    seal = json.loads(run("audit", "--json").stdout)["seal"]
    assert run("audit", "--seal", seal).exit_code == 0
    from sqlalchemy import text

    with database.write() as session:
        session.execute(text("UPDATE decision SET owner_id = 'm-1'"))
    bad = run("audit")
    assert bad.exit_code == 1
    assert "decision 1 (number 4) was changed" in bad.stdout


def test_export_and_erase(run, confirmed, clock, rows):
    confirmed("m-1")
    clock.forward(days=2)
    confirmed("m-2")
    assert [each["page_of"] for each in json.loads(run("export", "pat@EXAMPLE.com").stdout)["sign_ups"]] == [
        "Ana <b>Núñez</b>",
        "Bo O'Neill",
    ]
    first = json.loads(run("export", "pat@example.com").stdout)["sign_ups"][0]
    assert {"phone", "stage", "next_follow_up", "brought_by", "came_from", "written_down"} < first.keys()
    assert run("erase", "pat@example.com").exit_code == 1, "it asks first"
    assert run("erase", "pat@example.com", "--yes").stdout == "erased 2 leads\n"
    assert json.loads(run("export", "pat@example.com").stdout)["sign_ups"] == []
    assert all(each.erased_at for each in rows(Lead))
    assert run("leads", "--json").stdout.split() == ["[", "]"]
    assert "Lead 1: erased, on the page of" in run("why", 1).stdout
    assert run("audit").exit_code == 0


def test_purge(run, client, form, rows):
    client.post("/signup", data=form())
    assert run("purge").stdout.startswith("deleted 1 unconfirmed sign-ups, 0 leads that withdrew, 0 mails")
    assert rows(OutboxMail) == []


@pytest.fixture
def over(client, form):
    """Pat's address, typed under two members within a day: the second question is held."""
    for member in ("m-1", "m-2"):
        client.post("/signup", data=form(member))


def test_held_mails_are_listed(run, over):
    assert run("held").stdout.split("\t")[1:3] == ["2", "pat@example.com"]
    assert [each["lead"] for each in json.loads(run("held", "--json").stdout)] == [2]


def test_held_mails_are_released_or_dropped(run, over, rows):
    assert run("held", "--release").exit_code == 2
    assert run("held", "--release", 1).stdout == "released 0\n"
    assert run("held", "--release", "--all").stdout == "released 1\n"
    assert [each.state for each in rows(OutboxMail)] == ["waiting", "waiting"]
    assert run("held").stdout == "nothing is held\n"


def test_dropped_ones_stay_visible_as_such(run, over, rows):
    number = json.loads(run("held", "--json").stdout)[0]["number"]
    assert run("held", "--drop", number).stdout == "dropped 1\n"
    assert sorted(each.state for each in rows(OutboxMail)) == ["dropped", "waiting"]
