"""``sitegen check --suggest``: what is proposed for the exports of other programs."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sitegen.cli import main
from sitegen.errors import RosterError
from sitegen.model import Status
from sitegen.roster import Roster, suggesting
from sitegen.roster.suggesting import Suggestion, known
from sitegen.site import config
from tests.conftest import ROOT

EXIGO = """\
CustomerID,FirstName,LastName,Company,CustomerType,CustomerStatus,Email,Phone,MobilePhone,MainCity,MainState,\
MainCountry,EnrollerID,SponsorID,RankID,CreatedDate,LanguageID,LoginName,,
1001,Ana,Ruiz,,Distributor,Active,ana@example.com,512-555-0100,,Austin,TX,USA,0,0,10,1/2/2020,English,ana,,
1002,Ben,Oak,,Distributor,Terminated,ben@example.com,,+1 212 555 0101,Miami,FL,US,1001,1001,10,\
12/31/2024 12:00:00 AM,Spanish,ben,,
1003,Cy,Lee,,Retail,Pending,NULL,Not Found,,Seoul,,South Korea,1001,1002,10,5/6/2021,,cy,,
"""

PROPOSED = """\
# Proposed from 3 rows of "exigo.csv". Read it, mend it, put it into site.toml,
# and take the line `roster = …` out of [site].
# - sponsor is who recruited the member: EnrollerID. SponsorID may be the placement in a tree, and is left aside
# - every row becomes a member, of whatever CustomerType ("Distributor" 2, "Retail" 1): export the distributors
#   alone, or have the status of others mean inactive
# - with this, 2 of 3 rows can be read
# - what cannot be read yet: status of 1; `sitegen check` names each

[site.roster]
file = "exigo.csv"
dates = "month-day-year"
empty = ["0", "not found", "null"]
ignore = [
  "Company",
  "CustomerType",
  "SponsorID",
  "RankID",
  "LoginName",
]

[site.roster.columns]
id = "CustomerID"
name = ["FirstName", "LastName"]
email = "Email"
first_name = "FirstName"
market = "MainCountry"
phone = ["MobilePhone", "Phone"]
place = ["MainCity", "MainState"]
sponsor = "EnrollerID"
locale = "LanguageID"
status = "CustomerStatus"
joined = "CreatedDate"

[site.roster.status]
# Pending = "…"  # 1 row: say what it means
Terminated = "inactive"  # 1 row

[site.roster.countries]
"South Korea" = "KR"  # 1 row
USA = "US"  # 1 row

[site.roster.languages]
English = "en"  # 1 row
Spanish = "es"  # 1 row
"""


def suggest(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Suggestion:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return suggesting.suggest(path, ["en", "es"])


def read_back(tmp_path: Path, found: Suggestion, **undecided: dict[str, str]) -> config.Settings:
    """Puts a proposal into the sample's settings, with what the company had to decide."""
    tables = tomllib.loads((ROOT / "content" / "site.toml").read_text(encoding="utf-8"))
    proposed = tomllib.loads(suggesting.to_toml(found))
    for table, words in undecided.items():
        proposed["site"]["roster"].setdefault(table, {}).update(words)
    tables["site"]["roster"] = proposed["site"]["roster"]
    return config.Settings(tmp_path, config.SiteFile.model_validate(tables))


def test_an_export_word_for_word(tmp_path: Path) -> None:
    assert suggesting.to_toml(suggest(tmp_path, EXIGO, "exigo.csv")) == PROPOSED


def test_what_is_proposed_can_be_pasted_and_reads_the_file(tmp_path: Path) -> None:
    settings = read_back(tmp_path, suggest(tmp_path, EXIGO), status={"Pending": "inactive"})
    with Roster.load(settings.roster_path, locales=("en", "es"), mapping=settings.roster_mapping) as roster:
        ana, ben, cy = roster
    assert (ana.name, ana.phone, ana.place, ana.sponsor_id) == ("Ana Ruiz", "+15125550100", "Austin, TX", None)
    assert (ben.status, ben.phone, ben.sponsor_id, ben.locale) == (Status.INACTIVE, "+12125550101", "1001", "es")
    assert (cy.email, cy.phone, cy.place, cy.market, cy.status) == (None, None, "Seoul", "KR", Status.INACTIVE)


def test_as_json_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "exigo.csv").write_text(EXIGO, encoding="utf-8")
    arguments = ["check", str(ROOT / "content"), "--suggest", str(tmp_path / "exigo.csv")]
    done = CliRunner().invoke(main, [*arguments, "--json"])
    told = json.loads(done.stdout)
    assert told["undecided"]["status"] == {"Pending": 1}
    assert told["roster"]["columns"]["sponsor"] == "EnrollerID"
    plain = CliRunner().invoke(main, arguments)
    assert (plain.exit_code, plain.stdout) == (0, PROPOSED)


def test_numbers_are_those_that_the_enrollers_have(tmp_path: Path) -> None:
    text = "AssociateId,BackOfficeId,FullName,EnrollerId\n1,A-1,Ana,\n2,A-2,Ben,A-1\n3,A-3,Cy,A-1\n"
    assert suggest(tmp_path, text).columns["id"] == ("BackOfficeId",)
    assert suggest(tmp_path, text.replace("A-1\n", "1\n")).columns["id"] == ("AssociateId",)


@pytest.mark.parametrize(
    ("header", "sponsor", "note"),
    [
        ("Enroller ID,Sponsor ID", "Enroller ID", "Sponsor ID may be the placement in a tree, and is left aside"),
        ("Placement,Enrolled By", "Enrolled By", "Placement may be the placement"),
        ("Sponsor ID,Rank", "Sponsor ID", "make sure that Sponsor ID is not the placement in a tree"),
        ("Upline ID,Rank", None, "Upline ID is the placement in a tree, not who recruited the member"),
    ],
)
def test_the_enroller_is_told_from_the_placement(tmp_path: Path, header: str, sponsor: str | None, note: str) -> None:
    found = suggest(tmp_path, f"Member ID,Name,{header}\n1,Ana,1,1\n2,Ben,1,1\n")
    assert found.columns.get("sponsor") == (None if sponsor is None else (sponsor,))
    assert note in " ".join(found.notes)


@pytest.mark.parametrize(
    ("dates", "orders", "note"),
    [
        ("2020-01-02 2021-12-31", [], None),
        ("2020-01-02T00:00:00 2021-12-31T10:00:00Z", ["year-month-day"], None),
        ("31.12.2020 1.2.2020", ["day-month-year"], None),
        ("1/2/2020 12/31/2020", ["month-day-year"], None),
        ("1/2/2020 3/4/2020", ["day-month-year", "month-day-year"], "do not tell their order"),
        ("1/2/20 3/4/20", [], '2 values of Joined are no date in that order, such as "1/2/20"'),
        ("31/12/2020 n/a", ["day-month-year"], None),
        ("31/12/2020 soon", ["day-month-year"], '1 values of Joined are no date in that order, such as "soon"'),
    ],
)
def test_the_order_of_dates(tmp_path: Path, dates: str, orders: list[str], note: str | None) -> None:
    rows = "".join(f"{number},Ana,{each}\n" for number, each in enumerate(dates.split()))
    found = suggest(tmp_path, f"id,name,Joined\n{rows}")
    assert found.dates == orders
    assert note is None or note in " ".join(found.notes)


def test_words_of_status_that_only_the_company_knows(tmp_path: Path) -> None:
    rows = "".join(f"{number},Ana,{word}\n" for number, word in enumerate(["1", "1", "2", "Suspended", "ACTIVE"]))
    found = suggest(tmp_path, f"id,name,Status\n{rows}")
    assert [(each.text, each.count, each.meaning) for each in found.words["status"]] == [
        ("1", 2, None), ("2", 1, None), ("Suspended", 1, "inactive"),
    ]  # fmt: skip
    assert tomllib.loads(suggesting.to_toml(found))["site"]["roster"]["status"] == {"Suspended": "inactive"}


def test_a_column_of_yes_and_no(tmp_path: Path) -> None:
    found = suggest(tmp_path, "id,name,Is Active,Sponsor ID\n1,Ana,TRUE,0\n2,Ben,FALSE,1\n")
    assert found.meanings("status") == {"TRUE": "active", "FALSE": "inactive"}
    assert found.empty == ["0"]
    found = suggest(tmp_path, "id,name,Is Active,Sponsor ID\n1,Ana,1,0\n2,Ben,0,1\n")
    assert found.meanings("status") == {"1": "active", "0": "inactive"}
    assert found.empty == []
    assert '"0" stands for nothing in some columns and for a status in another' in " ".join(found.notes)


def test_a_spreadsheet_in_german(tmp_path: Path) -> None:
    text = (
        "Partnernummer;Vorname;Nachname;E-Mail-Adresse;Handy;Land;Sponsor;Eintrittsdatum;Aktiv\r\n"
        "1;Hans;Müller;h@example.com;0151 23456789;Deutschland;;21.02.2020;ja\r\n"
        "2;Eva;Kern;e@example.com;;Österreich;1;03.04.2020;nein\r\n"
    )
    for encoding in ("utf-8", "utf-16"):
        found = suggest(tmp_path, text.encode(encoding))
        assert found.meanings("countries") == {"Deutschland": "DE", "Österreich": "AT"}
        assert found.meanings("status") == {"ja": "active", "nein": "inactive"}
        with Roster.load(found.path, mapping=found.mapping()) as roster:
            hans, eva = roster
        assert (hans.name, hans.phone, hans.joined.isoformat()) == ("Hans Müller", "+4915123456789", "2020-02-21")
        assert (eva.sponsor_id, eva.status) == ("1", Status.INACTIVE)


def test_our_own_roster_needs_nothing(tmp_path: Path) -> None:
    found = suggesting.suggest(ROOT / "content" / "members.csv", ["en", "es", "ar"])
    assert {ours: theirs for ours, theirs in found.columns.items() if theirs != (ours,)} == {}
    assert (found.aside, found.words, found.dates, found.empty) == ([], {}, [], [])
    assert found.notes[-1] == f"with this, {found.rows} of {found.rows} rows can be read"


def test_lines_of_json(tmp_path: Path) -> None:
    rows = [dict(zip(*pair, strict=True)) for pair in [(["Member ID", "Full Name"], ["1", "Ana"])]]
    found = suggest(tmp_path, json.dumps(rows[0]) + '\n{"Full Name": "Ben", "Member ID": "2", "Rank": 3}\n', "x.jsonl")
    assert found.columns == {"id": ("Member ID",), "name": ("Full Name",)}
    assert found.aside == ["Rank"]
    with Roster.load(found.path, mapping=found.mapping()) as roster:
        assert [member.name for member in roster] == ["Ana", "Ben"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04rest", "a workbook of a spreadsheet program"),
        (b"id,name\n\xff\xfe\n", "not UTF-8"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(RosterError, match=message):
        suggest(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="cannot be read"):
        suggesting.suggest(tmp_path / "x.csv", ["en"])


def test_no_name_stands_for_two_columns() -> None:
    tree = (known.IDS, known.FULL_NAMES, known.FIRST_NAMES, known.LAST_NAMES)
    people = (known.ENROLLERS, known.SPONSORS, known.PLACEMENTS, known.STATES)
    lists = [*tree, *people, *known.COLUMNS.values()]
    assert sum(map(len, lists)) == len({name for each in lists for name in each})
    assert all(known.squeeze(name) == name for each in lists for name in each)
    assert not known.ACTIVE & known.INACTIVE


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
headers = st.lists(st.sampled_from(sorted(known.NAMES)) | cells, min_size=1, max_size=8)


def test_signs_that_no_comment_may_hold(tmp_path: Path) -> None:
    found = suggest(tmp_path, "id,name,Type,Sponsor \x08ID\n1,Ana,\x08,1\n2,Ben,0\x7f,1\n")
    assert "\x08" in " ".join(found.notes)
    assert tomllib.loads(suggesting.to_toml(found))["site"]["roster"]["ignore"] == ["Type"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=headers, rows=st.lists(st.lists(cells, min_size=1, max_size=8), max_size=6))
def test_any_table_gives_one_proposal_that_can_be_pasted(
    tmp_path: Path, header: list[str], rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    try:
        found = suggest(tmp_path, text.getvalue())
    except RosterError:
        return
    assert suggesting.to_toml(found) == suggesting.to_toml(suggest(tmp_path, text.getvalue()))
    tomllib.loads(suggesting.to_toml(found))
    json.dumps(suggesting.to_json(found))


@pytest.mark.parametrize(
    ("own", "above"),
    [("Partner-Nr.", "Sponsor-Nr."), ("Kundennr", "SponsorNr"), ("Member #", "Sponsor #"), ("#", "Recruiter")],
)
def test_numbers_in_short(tmp_path: Path, own: str, above: str) -> None:
    found = suggest(tmp_path, f"{own},{above},Name,Eintritt\n1,,Ana,31.12.2024\n2,1,Bo,30.12.2024\n")
    assert found.columns == {"id": (own,), "sponsor": (above,), "name": ("Name",), "joined": ("Eintritt",)}


def test_titles_above_the_header_are_told(tmp_path: Path) -> None:
    found = suggest(tmp_path, "Distributor report,,\nRun 2024-01-01,,\nID,Name,Email\n1,Ana,a@example.com\n")
    assert "the first line names no column that is known: take out titles that stand above the header" in found.notes
    assert not any("take out titles" in note for note in suggest(tmp_path, "ID,Name\n1,Ana\n").notes)


@pytest.mark.parametrize("start", ["<html><table>", "\n<!DOCTYPE html>", '\ufeff<?xml version="1.0"?>', "<TABLE>"])
def test_a_table_of_html_is_no_csv(tmp_path: Path, start: str) -> None:
    with pytest.raises(RosterError, match="a page of HTML or XML, not a table of text"):
        suggest(tmp_path, f"{start}<tr><td>Id</td></tr>\n")
