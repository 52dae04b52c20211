"""The ``sitegen`` command as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sitegen.cli import main
from tests.conftest import ROOT, replace_in


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_new_then_build(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESPALIER_TOKEN_KEY")
    made = run("new", "shop")
    assert made.exit_code == 0, made.stderr
    assert "shop/site.toml" in made.stdout
    built = run("build", "shop", "--out", "public")
    assert built.exit_code == 0, built.stderr
    assert built.stdout.startswith("48 members, ")
    assert (elsewhere / "public" / "index.html").is_file()
    assert (elsewhere / "shop" / "instance" / "espalier.env").stat().st_mode & 0o077 == 0


def test_new_leaves_campaigns_of_the_sample_behind(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = Path(shutil.copytree(ROOT / "content", elsewhere / "sample"))
    (sample / "campaigns.csv").write_text("code,member,channel\nflyer1,m-002,flyer\n", encoding="utf-8")
    monkeypatch.setattr("sitegen.site.bundled.folder", lambda name: sample)
    assert run("new", "shop").exit_code == 0
    assert (elsewhere / "shop" / "members.csv").is_file()
    assert not (elsewhere / "shop" / "campaigns.csv").exists()


def test_new_refuses_a_folder_that_holds_something(elsewhere: Path) -> None:
    (elsewhere / "shop").mkdir()
    (elsewhere / "shop" / "mine.txt").write_text("mine", encoding="utf-8")
    found = run("new", "shop")
    assert (found.exit_code, found.stderr) == (
        1,
        "shop: this is a file, or a folder with files in it\n  hint: name a new folder\n",
    )


def test_a_missing_secret_refuses_to_build(
    folder: Path, out: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ESPALIER_TOKEN_KEY")
    found = run("build", folder, "--out", out)
    assert found.exit_code == 1
    assert found.stderr == (
        "ESPALIER_TOKEN_KEY is not set: sign-up forms cannot be signed\n"
        "  hint: run `sitegen secrets` once in this folder, or set the variable to 32 or more random characters\n"
    )
    assert not out.exists()
    assert run("secrets").stdout == "made ESPALIER_TOKEN_KEY, ESPALIER_SECRET_KEY in instance/espalier.env\n"
    assert run("secrets").stdout == "no secret is missing\n"
    assert run("build", folder, "--out", out).exit_code == 0


def test_a_short_key_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", "short")
    found = run("check", folder)
    assert found.exit_code == 1
    assert "must have at least 32 characters" in found.stderr


def test_the_site_folder_is_found(folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert run("check").stdout == ".: no faults in 10 pages, 4 members, theme plain\n"
    folder.rename(elsewhere / "content")
    monkeypatch.chdir(elsewhere)
    assert run("check").stdout == "content: no faults in 10 pages, 4 members, theme plain\n"
    assert run("check", "nowhere").stderr.startswith("nowhere: there is no site.toml here")


def test_check_tells_who_is_not_reached_and_who_shares_an_address(folder: Path) -> None:
    roster = folder / "members.csv"
    roster.write_text(
        "id,name,email\nm-1,Ana Ruiz,both@example.com\nm-2,Ben Oak,both@example.com\nm-3,Cy Lee,\n", encoding="utf-8"
    )
    found = run("check", folder)
    assert (found.exit_code, found.stderr) == (
        0,
        "1 active member has no e-mail address: a site and no office; the nearest sponsor who can be reached, or the"
        " company, follows up on new leads\n"
        "the members m-1 and m-2 have one e-mail address: whoever opens its sign-in link chooses whose office to"
        " open\n",
    )
    assert run("check", folder, "--json").stdout == "[]\n"


def test_build_json(folder: Path, out: Path) -> None:
    summary = json.loads(run("build", folder, "--out", out, "--json").stdout)
    assert summary["members"] == 3
    assert summary["pages"] == 30
    assert summary["written"] > 30
    assert summary["bytes_written"] > 10_000
    assert run("build", folder, "--out", out, "--quiet").output == ""


def test_build_for_another_address(folder: Path, out: Path) -> None:
    assert (
        run(
            "build", folder, "--out", out, "--url", "http://127.0.0.1:1/x", "--capture-url", "http://127.0.0.1:2"
        ).exit_code
        == 0
    )
    page = (out / "ana" / "index.html").read_text(encoding="utf-8")
    assert 'action="http://127.0.0.1:2/signup"' in page
    assert 'href="/x/ana/"' in page


def test_check_json(folder: Path) -> None:
    assert json.loads(run("check", folder, "--json").stdout) == []
    replace_in(folder / "pages" / "en" / "about.md", "title: About", "titel: About")
    found = run("check", folder, "--json")
    assert found.exit_code == 1
    assert [fault["message"] for fault in json.loads(found.stdout)] == [
        'missing field "title"',
        'unknown field "titel"',
    ]


def test_members(folder: Path) -> None:
    lines = run("members", folder).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ana", "tom-co-b", "gone", "wang-xiao-ming"]
    assert run("members", folder, "--count").stdout == "4\n"
    assert run("members", folder, "--status", "active", "--count", "--json").stdout == '{"count": 3}\n'
    assert run("members", folder, "--market", "GB", "--search", "tom").stdout.count("\n") == 1
    as_json = json.loads(run("members", folder, "--locale", "es", "--json").stdout)
    assert as_json == [
        {
            "id": "m1",
            "slug": "ana",
            "name": "Ana O'Brien",
            "first_name": "Ana",
            "email": "ana@example.com",
            "phone": "+34600111222",
            "photo": "ana.png",
            "place": "Bilbao",
            "tagline": "Tea, mostly",
            "story": "I like **tea** and <script>alert(1)</script> I like to talk about it at length.",
            "links": [{"label": "Blog", "url": "https://blog.example/ana"}],
            "sponsor": None,
            "locale": "es",
            "market": "ES",
            "status": "active",
            "joined": "2019-05-01",
            "timezone": None,
        }
    ]


def test_one_member_with_their_upline(folder: Path) -> None:
    shown = json.loads(run("members", folder, "--slug", "wang-xiao-ming", "--json").stdout)
    assert shown["url"] == "https://potandkettle.example/wang-xiao-ming/"
    assert [each["id"] for each in shown["upline"]] == ["m3", "m1"]
    assert shown["downline_count"] == 0
    text = run("members", folder, "--slug", "wang-xiao-ming").stdout
    assert "Gone Person (gone, inactive)" in text
    missing = run("members", folder, "--slug", "nobody")
    assert (missing.exit_code, 'no member with the slug "nobody"' in missing.stderr) == (1, True)


def test_wrong_usage_is_exit_2(folder: Path) -> None:
    assert run("build", folder).exit_code == 2
    assert run("members", folder, "--status", "asleep").exit_code == 2


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_help_has_an_example(command: str) -> None:
    assert f"Example:\n    sitegen {command}" in run(command, "--help").stdout.replace("      ", "    ")
