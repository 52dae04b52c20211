"""The ``capture`` command: what it prints, and with which exit codes it ends."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from capture.commands import main
from tests.capture.cast import KEY


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("ESPALIER_TOKEN_KEY", "ESPALIER_SECRET_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("ESPALIER_INSTANCE", "instance")
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


@pytest.fixture
def with_leads(run, settings, client, form, monkeypatch):
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    client.post("/signup", data=form("m-1", email="=1+1@example.com"))
    client.post("/signup", data=form("m-2"))
    return run


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself_with_an_example(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"capture {name}" in result.stdout


def test_sync_prints_one_line_or_json(run, sample):
    first = run("sync", sample)
    assert first.exit_code == 0, first.output
    assert " members (" in first.stdout
    assert first.stdout.count("\n") == 1
    second = json.loads(run("sync", sample, "--json").stdout)
    assert (second["added"], second["changed"], second["deactivated"]) == (0, 0, 0)
    assert second["seconds"] >= 0
    assert Path("instance/capture.sqlite").is_file()


def test_sync_asks_for_time_zones_that_are_not_known(run, sample, tmp_path):
    folder = Path(shutil.copytree(sample, tmp_path / "content"))
    settings = (folder / "site.toml").read_text(encoding="utf-8")
    assert 'country = "IE"' in settings
    (folder / "site.toml").write_text(settings.replace('country = "IE"', ""), encoding="utf-8")
    rows = ["id,name,email,market,timezone", "a,Ana,ana@example.com,ES,", "b,Bo,bo@example.com,ES,Atlantic/Canary"]
    (folder / "members.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "campaigns.csv").unlink(missing_ok=True)
    assert run("sync", folder).stderr.splitlines() == [
        'days are counted in UTC: write timezone = "Europe/Dublin", or yours, under [company] in site.toml',
        "1 active member without a known time zone: days are those of UTC; fill in the roster's column timezone",
    ]
    (folder / "site.toml").write_text(settings, encoding="utf-8")
    (folder / "members.csv").write_text("\n".join([rows[0], rows[2]]), encoding="utf-8")
    assert run("sync", folder).stderr == ""


def test_sync_tells_what_is_wrong_with_single_members_and_stores_the_rest(run, sample, tmp_path):
    folder = Path(shutil.copytree(sample, tmp_path / "content"))
    (folder / "campaigns.csv").unlink(missing_ok=True)
    (folder / "addresses.csv").unlink(missing_ok=True)
    rows = ["id,name,email,market", "a,Ana,ana@example.com,IE", "b,,bo@example.com,IE"]
    (folder / "members.csv").write_text("\n".join(rows), encoding="utf-8")
    told = run("sync", folder)
    assert (told.exit_code, told.stdout.startswith("1 members (1 active): 1 added")) == (1, True)
    assert "members.csv:3: " in told.stderr
    assert told.stderr.endswith("one fault of a single member; everything else is stored\n")
    [fault] = json.loads(run("sync", folder, "--json").stdout)["faults"]
    assert (fault["line"], fault["where"]) == (3, str(folder / "members.csv"))
    strict = run("sync", folder, "--strict")
    assert (strict.exit_code, strict.stdout) == (1, "")


def test_sync_refuses_to_deactivate_everybody_unless_it_is_told_to(run, sample, tmp_path):
    folder = Path(shutil.copytree(sample, tmp_path / "content"))
    (folder / "campaigns.csv").unlink(missing_ok=True)
    assert run("sync", folder).exit_code == 0
    (folder / "members.csv").write_text("id,name,email\n", encoding="utf-8")
    refused = run("sync", folder)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing was changed" in refused.stderr
    option = refused.stderr[refused.stderr.index("--remove-up-to") :].split()
    assert run("sync", folder, *option).exit_code == 0


def test_a_folder_that_is_none(run, tmp_path):
    (tmp_path / "empty").mkdir()
    result = run("sync", "empty")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "site.toml" in result.stderr
    assert "hint:" in result.stderr


def test_wrong_usage(run):
    assert run("leads", "--json", "--csv").exit_code == 2
    assert run("nonsense").exit_code == 2
    assert run("serve", "--port", "99999").exit_code == 2


def test_leads_as_json(with_leads):
    found = json.loads(with_leads("leads", "--json").stdout)
    assert [(each["email"], each["member_slug"]) for each in found] == [
        ("=1+1@example.com", "ana"),
        ("pat@example.com", "bo"),
    ]
    assert {"email", "member_id", "member_slug", "interest", "page", "created_at", "confirmed_at"} <= set(found[0])
    assert found[0]["confirmed_at"] is None
    assert [each["member_id"] for each in json.loads(with_leads("leads", "--member", "bo", "--json").stdout)] == ["m-2"]


def test_leads_as_csv(with_leads):
    rows = list(csv.DictReader(io.StringIO(with_leads("leads", "--csv").stdout, newline="")))
    assert [each["email"] for each in rows] == ["'=1+1@example.com", "pat@example.com"]


def test_leads_as_plain_lines(with_leads):
    assert with_leads("leads").stdout.splitlines()[1].split("\t")[1:] == [
        "pat@example.com",
        "Pat",
        "products",
        "bo",
        "home",
    ]


def test_leads_of_nobody(with_leads):
    result = with_leads("leads", "--member", "anna", "--json")
    assert (result.exit_code, result.stderr) == (
        1,
        'no member has the slug "anna"\n  hint: did you mean "ana"?\n',
    )


def test_without_a_database(run):
    result = run("leads")
    assert result.exit_code == 1
    assert "there is no database here\n  hint: run `capture sync DIR` to make it and load the roster" in result.stderr


@pytest.mark.parametrize("command", [["leads"], ["migrate"], ["serve"], ["sync"]])
def test_without_secrets_nothing_starts(run, monkeypatch, sample, command):
    monkeypatch.delenv("ESPALIER_SECRET_KEY")
    result = run(*command, *([sample] if command == ["sync"] else []))
    assert result.exit_code == 1
    assert "ESPALIER_SECRET_KEY is not set" in result.stderr
    assert "hint: run `sitegen secrets`" in result.stderr


def test_migrate(run, database):
    assert run("migrate").stdout == f"the database was at nothing and is at {database.head}\n"
    assert run("migrate").stdout == f"at {database.head}\n"


def test_a_taken_port(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", port)
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}: cannot listen here" in result.stderr
    assert "hint: choose another one with --port" in result.stderr
