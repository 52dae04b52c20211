"""Rosters as other programs export them: separators, encodings, columns and words by a mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import ConfigError, RosterError
from sitegen.model import RosterMapping, Status
from sitegen.roster import Roster, reading
from sitegen.roster.index import facts
from sitegen.roster.mapping import PLAIN, day, fold
from sitegen.roster.suggesting import suggest
from sitegen.site import config
from tests.conftest import ROOT

Read = Callable[..., Roster]

TABLE = "id,name,email\na,Ana Ruiz,ana@example.com\nb,Ben Oak,ben@example.com\n"


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Reads a roster of these bytes or lines; closes it after the test."""
    opened = []

    def of(content: bytes | str, mapping: RosterMapping = PLAIN, name: str = "members.csv") -> Roster:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        opened.append(Roster.load(path, locales=("en", "es"), mapping=mapping))
        return opened[-1]

    yield of
    for roster in opened:
        roster.close()


def names(roster: Roster) -> list[tuple[str, str, int]]:
    return [(member.id, member.name, roster.line(member)) for member in roster]


TWO = [("a", "Ana Ruiz", 2), ("b", "Ben Oak", 3)]


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", "|").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r").replace(",", ";").encode("utf-8-sig"),
        TABLE.replace("\n", "\r\n").encode("utf-16"),
        b"\xfe\xff" + TABLE.replace(",", "\t").encode("utf-16-be"),
        TABLE.replace("id,name,email", "ID,Name,Email,,").replace("example.com", "example.com,, ").encode(),
        TABLE.replace("example.com", "example.com,,").encode(),
    ],
    ids=["semicolons", "tabs", "bars", "cr", "cr-bom", "utf-16", "utf-16-be", "nameless-columns", "trailing-cells"],
)
def test_a_file_tells_how_it_is_written(read: Read, content: bytes) -> None:
    assert names(read(content)) == TWO


def test_a_line_that_tells_the_separator(read: Read) -> None:
    assert names(read(f"sep=;\r\n{TABLE.replace(',', ';')}")) == [("a", "Ana Ruiz", 3), ("b", "Ben Oak", 4)]


def test_a_header_with_commas_under_semicolons(read: Read) -> None:
    mapping = RosterMapping(ignores_rest=True)
    table = "id;name;email;Notes, remarks, wishes, and more\na;Ana Ruiz;ana@example.com;x, y\n"
    assert names(read(table, mapping)) == TWO[:1]


def test_line_ends_within_cells_of_a_file_with_carriage_returns(read: Read) -> None:
    roster = read('id,name,email,story\ra,Ana,a@example.com,"one\r\rtwo"\rb,Ben,b@example.com,\r')
    assert [(each.story, roster.line(each)) for each in roster] == [("one\n\ntwo", 2), (None, 5)]


def test_rows_that_end_in_a_carriage_return_and_cells_with_other_line_ends(read: Read) -> None:
    roster = read('id;name;email;story\ra;Ana;a@example.com;"one\n\ntwo"\rb;Ben;b@example.com;"\n"\r')
    assert [(each.name, each.story) for each in roster] == [("Ana", "one\n\ntwo"), ("Ben", None)]


def test_a_carriage_return_within_a_cell_is_a_fault(read: Read) -> None:
    for text in ("id\r,name\na,Ana\n", "id,name\na,An\ra\n"):
        with pytest.raises(RosterError) as caught:
            read(text)
        assert "cannot be read as CSV: a carriage return within a cell" in str(caught.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_names_of_columns_that_go_on_over_line_ends(read: Read, tmp_path: Path, separator: str) -> None:
    lines = ['"Distributor\nID"', '"Full\nName"', '"E-mail\naddress"']
    content = f"{separator.join(lines)}\n{separator.join(('a', 'Ana', 'a@example.com'))}\n"
    columns = {"id": ("Distributor ID",), "name": ("Full Name",), "email": ("E-mail address",)}
    roster = read(content, RosterMapping(columns=columns))
    assert [(each.id, each.name, each.email) for each in roster] == [("a", "Ana", "a@example.com")]
    assert suggest(tmp_path / "members.csv", ["en"]).columns["id"] == ("Distributor\nID",)


def test_the_digest_is_that_of_the_file_in_any_encoding(read: Read, tmp_path: Path) -> None:
    for content in (TABLE.encode(), TABLE.encode("utf-16"), TABLE.replace("\n", "\r").encode()):
        assert facts(read(content).index)["digest"] == reading.digest(tmp_path / "members.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TABLE.encode("utf-16-le"), "members.csv:1: not UTF-8: holds bytes of zero, as UTF-16 without its mark does"),
        (TABLE.encode("utf-16") + b"x", "members.csv:4: not UTF-16: truncated data"),
        (b"id,name\ra,\xff\r", "members.csv:1: not UTF-8: invalid start byte"),
        (b"id,name,email,\na,Ana,a@example.com,x\n", 'members.csv:2: "x" is in a column without a name'),
        (b"id,name\na,Ana,x\n", "members.csv:2: 3 cells where the header has 2"),
        (b"id,name,Rank\na,Ana,x\n", 'members.csv:1: unknown column "Rank"\n  hint: `sitegen check --suggest FILE`'),
    ],
)
def test_what_cannot_be_read(read: Read, content: bytes, message: str) -> None:
    with pytest.raises(RosterError) as caught:
        read(content)
    assert message in str(caught.value)


EXPORT = """\
Distributor ID,First_Name,Last Name,E-mail,Enroller ID,Sponsor,Country,Lang,Type,Enroll Date,Balance,Balance
100,Ana,Ruiz,ana@example.com,0,0,USA,Spanish,1,1/2/2020,3.50,1
101,Ben,,NULL,100,7,uk ,English,Terminated,2/29/2020 12:00:00 AM,0,1
"""

MAPPING = RosterMapping(
    columns={
        "id": ("Distributor ID",),
        "name": ("First Name", "Last Name"),
        "first_name": ("first name",),
        "email": ("E-Mail",),
        "sponsor": ("Enroller ID",),
        "market": ("Country",),
        "locale": ("Lang",),
        "status": ("Type",),
        "joined": ("Enroll Date",),
    },
    ignores_rest=True,
    status={"1": Status.ACTIVE, "TERMINATED": Status.INACTIVE},
    countries={"USA": "US", "UK": "GB"},
    languages={"english": "en", "Spanish": "es"},
    empty=("0", "null"),
    dates="month-day-year",
)


def test_an_export_is_read_by_its_mapping(read: Read) -> None:
    ana, ben = read(EXPORT, MAPPING)
    assert (ana.id, ana.name, ana.first_name, ana.email, ana.sponsor_id) == (
        "100", "Ana Ruiz", "Ana", "ana@example.com", None,
    )  # fmt: skip
    assert (ana.market, ana.locale, ana.status, ana.joined) == ("US", "es", Status.ACTIVE, date(2020, 1, 2))
    assert (ben.name, ben.email, ben.sponsor_id, ben.market) == ("Ben", None, "100", "GB")
    assert (ben.status, ben.joined) == (Status.INACTIVE, date(2020, 2, 29))


def test_the_same_in_lines_of_json(read: Read) -> None:
    header, *rows = [line.split(",")[:-1] for line in EXPORT.splitlines()]
    lines = "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in rows)
    assert list(read(lines, MAPPING, "members.jsonl")) == list(read(EXPORT, MAPPING))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("Terminated", "Gone"),
            'status "Gone": expected active or inactive\n  hint: known here: active, inactive; or',
        ),
        (("USA", "US of A"), 'market "US of A": expected a country'),
        (("Spanish", "Welsh"), 'locale "Welsh": not a locale of this site\n  hint: known here: en, es; or say what'),
        (("1/2/2020", "13/2/2020"), 'joined "13/2/2020": expected a date such as 12/31/2024, as site.toml says'),
        (("Enroller ID", "Placement"), 'missing column "Enroller ID", which site.toml names for sponsor'),
        (("E-mail,", "Lang,"), 'column "Lang" is there twice'),
    ],
)
def test_what_a_mapping_does_not_say(read: Read, change: tuple[str, str], message: str) -> None:
    with pytest.raises(RosterError) as caught:
        read(EXPORT.replace(*change, 1), MAPPING)
    assert message in str(caught.value)


def test_numbers_and_flags_in_lines_of_json(read: Read) -> None:
    mapping = RosterMapping(
        columns={"id": ("CustomerID",), "status": ("Active",), "sponsor": ("EnrollerID",), "name": ("First", "Last")},
        status={"true": Status.ACTIVE, "FALSE": Status.INACTIVE},
        empty=("0",),
    )
    rows = [
        {"CustomerID": 100, "First": "Ana", "Last": "Ruiz", "EnrollerID": 0, "Active": True},
        {"CustomerID": 101, "First": "Ben", "Last": None, "EnrollerID": 100, "Active": False},
    ]
    ana, ben = read("\n".join(map(json.dumps, rows)), mapping, "members.jsonl")
    assert (ana.id, ana.name, ana.sponsor_id, ana.status) == ("100", "Ana Ruiz", None, Status.ACTIVE)
    assert (ben.id, ben.name, ben.sponsor_id, ben.status) == ("101", "Ben", "100", Status.INACTIVE)


@pytest.mark.parametrize("written", ["1/2/2020", "2021-05-06T00:00:00", "2024-12-31 00:00:00"])
def test_a_date_of_unknown_order_says_where_to_tell_it(read: Read, written: str) -> None:
    with pytest.raises(RosterError) as caught:
        read(f"id,name,joined\na,Ana,{written}\n")
    assert str(caught.value).endswith("hint: say in which order its parts come: dates under [site.roster] in site.toml")


def test_columns_are_left_aside_by_name_and_before_ours(read: Read) -> None:
    table = "id,name,Sponsor,Rank\na,Ana,nobody,Gold\n"
    (ana,) = read(table, RosterMapping(ignored=("sponsor", "RANK")))
    assert ana.sponsor_id is None


def test_an_index_by_another_mapping_is_made_anew(tmp_path: Path) -> None:
    path, index = tmp_path / "members.csv", tmp_path / "roster.sqlite"
    path.write_text("id,name,joined\na,Ana,1/2/2020\n", encoding="utf-8")

    def joined(order: str) -> date | None:
        with Roster.load(path, index=index, mapping=RosterMapping(dates=order)) as roster:
            return next(iter(roster)).joined

    assert joined("month-day-year") == date(2020, 1, 2)
    assert joined("day-month-year") == date(2020, 2, 1)


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("1/2/2020", "month-day-year", date(2020, 1, 2)),
        ("1.2.2020", "day-month-year", date(2020, 2, 1)),
        ("2021-05-06T00:00:00", "year-month-day", date(2021, 5, 6)),
        ("2021-05-06 23:59:59.999 +02:00", "year-month-day", date(2021, 5, 6)),
        ("2021-05-06T00:00:00Z", "year-month-day", date(2021, 5, 6)),
        ("2/29/2020 12:00:00 AM", "month-day-year", date(2020, 2, 29)),
        ("06-May-2021", "day-month-year", date(2021, 5, 6)),
        ("May 6, 2021", "month-day-year", date(2021, 5, 6)),
        ("1/2/20", "month-day-year", None),
        ("2/30/2020", "month-day-year", None),
        ("13/1/2020", "month-day-year", None),
        ("1/2", "month-day-year", None),
        ("", "month-day-year", None),
    ],
)
def test_days(text: str, order: str, found: date | None) -> None:
    assert day(text, order) == found


@given(
    st.dates(date(1000, 1, 1)),
    st.sampled_from(["day-month-year", "month-day-year", "year-month-day"]),
    st.sampled_from("-/. "),
)
def test_any_day_is_read_in_its_order(when: date, order: str, between: str) -> None:
    parts = {"day": str(when.day), "month": f"{when.month:02}", "year": f"{when.year:04}"}
    assert day(between.join(parts[part] for part in order.split("-")), order) == when


@given(st.text(max_size=30), st.sampled_from(["day-month-year", "year-month-day"]))
def test_no_text_is_more_than_no_day(text: str, order: str) -> None:
    assert day(text, order) is None or text[:1].isalnum()


def test_names_are_compared_folded() -> None:
    assert fold(" First_Name ") == fold("first  name") == "first name"


SITE = (ROOT / "content" / "site.toml").read_text(encoding="utf-8")


def settings(tmp_path: Path, table: str) -> config.Settings:
    assert SITE.count('roster = "members.csv"\n') == 1
    text = SITE.replace('roster = "members.csv"\n', "") + table
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    return config.load(tmp_path)


def test_the_table_in_site_toml(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
[site.roster]
file = "export.csv"
ignore = "*"
empty = ["0", "null"]
dates = "month-day-year"
separator = "tab"

[site.roster.columns]
id = "Distributor ID"
name = ["First Name", "Last Name"]

[site.roster.status]
1 = "active"
Terminated = "inactive"

[site.roster.countries]
USA = "us"
""",
    )
    assert found.roster_path == tmp_path / "export.csv"
    assert found.roster_mapping == RosterMapping(
        columns={"id": ("Distributor ID",), "name": ("First Name", "Last Name")},
        ignores_rest=True,
        status={"1": Status.ACTIVE, "Terminated": Status.INACTIVE},
        countries={"USA": "US"},
        empty=("0", "null"),
        dates="month-day-year",
        separator="\t",
    )


def test_the_name_of_the_file_alone(tmp_path: Path) -> None:
    assert config.load(ROOT / "content").roster_mapping == RosterMapping()
    assert settings(tmp_path, "").roster_path == tmp_path / "members.csv"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            '[site.roster.columns]\nsponser = "x"\n',
            "site.roster.columns.sponser: not a column of our rosters\n  hint: d",
        ),
        ('[site.roster]\nseperator = ";"\n', 'unknown key "site.roster.seperator"\n  hint: did you mean "separator"?'),
        ('[site.roster.status]\nGone = "away"\n', "site.roster.status.Gone: "),
        ('[site.roster.countries]\nUSA = "USA"\n', "site.roster.countries.USA: expected a country's two letters"),
        ('[site.roster]\ndates = "US"\n', "site.roster.dates: "),
        ("[site.roster]\nignore = []\n", "site.roster.ignore"),
    ],
)
def test_a_wrong_table_has_its_line(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, table)
    assert message in str(caught.value)
    assert all(fault.line for fault in caught.value.faults)


def test_a_row_that_cannot_be_read_is_taken_down_by_the_words_of_its_export(tmp_path: Path) -> None:
    path, index = tmp_path / "members.csv", tmp_path / "roster.sqlite"
    mapping = RosterMapping(status={"Terminated": Status.INACTIVE})

    def active() -> list[str]:
        with Roster.load(path, index=index, mapping=mapping, strict=False) as roster:
            return [member.id for member in roster.active()]

    path.write_text("id,name,status\na,Ana,active\nb,Ben,active\n", encoding="utf-8")
    assert active() == ["a", "b"]
    path.write_text("id,name,status\na,\u202e,terminated\nb,\u202e,active\n", encoding="utf-8")
    assert active() == ["b"]
