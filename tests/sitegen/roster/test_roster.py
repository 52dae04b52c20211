"""The roster: what is taken, what is refused and in which words, and what a loaded one answers."""

from __future__ import annotations

import csv
import json
import os
import pickle
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from sitegen.errors import OutputError, RosterError
from sitegen.model import Link, Member, Status
from sitegen.roster import Query, Roster, phones, values, written_wrong
from sitegen.roster.fields import COLUMNS
from sitegen.roster.names import called
from sitegen.roster.slugs import is_slug
from tests.conftest import ROOT

BROKEN = sorted((ROOT / "tests" / "broken").glob("roster-*"))

Load = Callable[..., Roster]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Loads a roster of rows given as keyword mappings; closes it after the test."""
    opened = []

    def from_rows(*rows: dict[str, str], **options: object) -> Roster:
        path = tmp_path / "members.csv"
        write_csv(path, *rows)
        opened.append(Roster.load(path, locales=("en", "es"), **options))  # type: ignore[arg-type]
        return opened[-1]

    yield from_rows
    for roster in opened:
        roster.close()


def write_csv(path: Path, *rows: dict[str, str]) -> None:
    names = list(dict.fromkeys([*("id", "name", "email"), *(name for row in rows for name in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def row(id: str, name: str = "Ana Ruiz", **more: str) -> dict[str, str]:
    return {"id": id, "name": name, "email": f"{id}@example.com", **more}


# -- broken rosters ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", BROKEN, ids=lambda folder: folder.name)
def test_a_broken_roster_is_refused_in_these_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (path,) = (Path(each.name) for each in folder.glob("members.*"))
    with pytest.raises(RosterError) as caught:
        Roster.load(path, locales=("en", "es"), photos=Path("photos"))
    assert f"{caught.value}\n" == (folder / "expected.txt").read_text(encoding="utf-8")


def test_the_broken_rosters_are_found() -> None:
    assert len(BROKEN) >= 30


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="cannot be read: No such file"):
        Roster.load(tmp_path / "members.csv")


def test_a_roster_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "members.xlsx").write_bytes(b"PK")
    with pytest.raises(RosterError, match=r"end it in \.csv or \.jsonl"):
        Roster.load(tmp_path / "members.xlsx")


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(b"id,name,email\n" + b"x" * 3_000_000)
    with pytest.raises(RosterError, match="a line longer than 1,048,576 bytes"):
        Roster.load(path)


def test_thousands_of_faults_are_counted_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    write_csv(path, *({"id": f"m{number}", "name": "Ana", "email": "x", "sponsor": "zed"} for number in range(3000)))
    with pytest.raises(RosterError) as caught:
        Roster.load(path)
    assert len(caught.value.faults) == 51
    assert caught.value.faults[0].line == 2
    assert str(caught.value.faults[-1]).endswith("and 5950 more")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), name=st.sampled_from(["members.csv", "members.jsonl"]))
@example(
    content=b'{"id": "\\ud800", "name": "\\ud800", "email": "\\ud800", "sponsor": "\\ud800"}', name="members.jsonl"
)
@example(content=b"[" * 200_000, name="members.jsonl")
@example(content=b'{"id": ' + b"9" * 5000 + b"}", name="members.jsonl")
@example(content=b"id,name,email\n\x00,\x00,\x00\n", name="members.csv")
def test_no_bytes_are_more_than_a_fault(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    try:
        Roster.load(tmp_path / name).close()
    except RosterError as error:
        assert str(error)


# -- what a row becomes ------------------------------------------------------------------------------------


def test_all_fields_of_a_csv_row(load: Load, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "ana.jpg").touch()
    full = row(
        "m1",
        "Ana López",
        email="Ana@EXAMPLE.com",
        slug="Ana-L",
        first_name="Anita",
        phone="600 111 222",
        market="es",
        photo="ana.jpg",
        place="Valencia, Spain",
        tagline="Tea first.",
        story="One.\r\n\r\nTwo, “quoted”.",
        links="Instagram=https://instagram.com/ana; Blog = https://example.com/?a=b ;",
        sponsor="m0",
        locale="es",
        status="Active",
        joined="2024-02-29",
    )
    roster = load(row("m0", "Top"), full, photos=tmp_path / "photos")
    assert roster.by_id("m1") == Member(
        id="m1",
        slug="ana-l",
        name="Ana López",
        first_name="Anita",
        email="Ana@example.com",
        locale="es",
        phone="+34600111222",
        photo="ana.jpg",
        place="Valencia, Spain",
        tagline="Tea first.",
        story="One.\n\nTwo, “quoted”.",
        links=(Link("Instagram", "https://instagram.com/ana"), Link("Blog", "https://example.com/?a=b")),
        sponsor_id="m0",
        market="ES",
        joined=date(2024, 2, 29),
    )


def test_the_least_a_row_needs(load: Load) -> None:
    (member,) = load(row("m1", "Ana Ruiz"), default_locale="es")
    assert member == Member("m1", "ana-ruiz", "Ana Ruiz", "Ana", "m1@example.com", "es")


def test_a_member_without_an_address(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text("id,name\na,Ana Ruiz\n", encoding="utf-8")
    with Roster.load(path) as roster:
        assert list(roster) == [Member("a", "ana-ruiz", "Ana Ruiz", "Ana", None, "en")]
        assert [member.id for member in roster.search(Query("ruiz"))] == ["a"]


def test_json_lines_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "members.jsonl"
    links = [{"label": "Blog", "url": "https://example.com/a;b"}]
    top = {"id": "m0", "name": "Top", "email": "top@example.com", "sponsor": None, "phone": ""}
    lower = {"id": "m1", "name": "Zoë", "email": "zoe@example.com", "links": links, "sponsor": "m0"}
    path.write_text(f"\ufeff{json.dumps(top)}\n\n{json.dumps(lower, ensure_ascii=False)}", encoding="utf-8")
    with Roster.load(path) as roster:
        first, second = roster
        assert (first.sponsor_id, first.phone) == (None, None)
        assert (second.slug, second.links) == ("zoe", (Link("Blog", "https://example.com/a;b"),))
        assert roster.line(second) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_mark_line_ends_blank_lines_and_spaces(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "members.csv"
    lines = ["ID , Name,EMAIL", "a, Ana ,a@example.com", "", " , ,", 'b,"Ben', 'Oak",b@example.com']
    path.write_bytes(end.join(lines[:4]).encode(encoding) + end.encode() + b'b,"Ben Oak",b@example.com')
    with Roster.load(path) as roster:
        assert [(member.id, member.name, roster.line(member)) for member in roster] == [
            ("a", "Ana", 2),
            ("b", "Ben Oak", 5),
        ]


def test_lines_are_counted_through_cells_of_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text('id,name,email,story\na,Ana,a@example.com,"one\n\ntwo"\nb,Ben,nowhere,\n')
    with pytest.raises(RosterError) as caught:
        Roster.load(path)
    assert [fault.line for fault in caught.value.faults] == [5]


def test_a_sponsor_may_stand_below_and_a_faulty_row_does_not_make_others_faulty(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    write_csv(path, row("low", sponsor="top"), row("top", email="nowhere"))
    with pytest.raises(RosterError) as caught:
        Roster.load(path)
    assert len(caught.value.faults) == 1


line_text = (
    st.text(
        st.characters(
            exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"],
            exclude_characters="\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd",
        ),
        min_size=1,
        max_size=60,
    )
    .map(str.strip)
    .filter(lambda text: text and written_wrong.in_line(text) is None)
)
name_text = line_text.filter(lambda text: written_wrong.in_name(text) is None)
story_text = st.lists(line_text, min_size=1, max_size=5).map("\n\n".join)
label_text = line_text.filter(lambda text: not set("=;") & set(text)).map(lambda text: text[:40].strip())


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=name_text, place=line_text, tagline=line_text, story=story_text, label=label_text, first=line_text)
def test_whatever_is_allowed_survives_csv_and_json(
    tmp_path: Path, name: str, place: str, tagline: str, story: str, label: str, first: str
) -> None:
    texts = {"name": name, "first_name": first, "place": place, "tagline": tagline, "story": story}
    link = Link(label, "https://example.com/?q=a,b")
    write_csv(tmp_path / "members.csv", {**row("a"), **texts, "links": f"{link.label}={link.url}"})
    in_json = {**row("a"), **texts, "links": [{"label": link.label, "url": link.url}]}
    (tmp_path / "members.jsonl").write_text(json.dumps(in_json), encoding="utf-8")
    with Roster.load(tmp_path / "members.csv") as one, Roster.load(tmp_path / "members.jsonl") as other:
        (from_csv,), (from_json,) = one, other
        assert from_csv == from_json
        shown = {**texts, "name": called(name, first).shown}  # a comma may turn a name round
        assert {field: getattr(from_csv, field) for field in texts} == shown
        assert from_csv.links == (link,)
        assert is_slug(from_csv.slug)


# -- single values -----------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(
    st.from_regex(r"[a-z0-9_.+-]{1,20}", fullmatch=True) | st.emails().map(lambda found: found.rpartition("@")[0]),
    st.sampled_from(["example.com", "EXAMPLE.org", "münchen.de", "nowhere", "a.test", "x.invalid", "", "-a.com"]),
)
def test_the_short_way_for_plain_addresses_gives_what_the_library_gives(local: str, domain: str) -> None:
    def outcome(check: Callable[[str], str]) -> str | None:
        try:
            return check(f"{local}@{domain}")
        except PydanticCustomError:
            return None

    assert outcome(values.email) == outcome(values._email)


@settings(max_examples=500)
@given(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), st.from_regex(r"\d{5,12}", fullmatch=True))
def test_the_short_way_for_numbers_in_e164_gives_what_the_library_gives(code: int, digits: str) -> None:
    number = f"+{code}{digits}".translate({ord(each): str(int(each)) for each in digits})
    if not (phones._COMPACT.match(number) and phones._is_plain(number)):
        return
    parsed = phonenumbers.parse(number, None)
    assert phonenumbers.is_possible_number(parsed)
    assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


@pytest.mark.parametrize(
    ("written", "market", "kept"),
    [
        ("+34 600 111 222", None, "+34600111222"),
        ("600111222", "ES", "+34600111222"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("+44 (0)20 7946 0958", "ES", "+442079460958"),
        ("06 1234567", "IT", "+39061234567"),
    ],
)
def test_phone_numbers_as_people_write_them(written: str, market: str | None, kept: str) -> None:
    assert phones.read(written, market) == kept


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ana López", "Ana"),
        ("Cher", "Cher"),
        ("Rosa & Tom Keller", "Rosa & Tom"),
        ("Rosa Keller and Tom Meyer", "Rosa and Tom"),
        ("王小明", "王小明"),
        ("王 小明", "王 小明"),
        ("김 민수", "김 민수"),
        ("佐藤 ゆき", "佐藤 ゆき"),
        ("ليلى حداد", "ليلى"),
        ("عبد الرحمن حداد", "عبد الرحمن"),
        ("Dr. Ana Ruiz", "Ana"),
        ("Mr Keller", "Mr Keller"),
        ("J. Robert Meyer", "J. Robert"),
        ("Siân O'Brien", "Siân"),
        ("José Ortega y Gasset", "José"),
        ("Keller, Rosa", "Rosa"),
        ("🌿 Joy Bell", "Joy"),
        ("🌿", "🌿"),
        ("& Co", "& Co"),
    ],
)
def test_first_names(name: str, first: str) -> None:
    assert called(name).first == first


@given(line_text)
def test_everybody_has_a_first_name(name: str) -> None:
    assert called(name).first
    assert called(name).shown


# -- slugs across a roster ---------------------------------------------------------------------------------


def slugs(roster: Roster) -> list[str]:
    return [member.slug for member in roster]


def test_equal_names_get_numbers_in_roster_order_and_explicit_slugs_win(load: Load) -> None:
    rows = [row("a", "Ana"), row("b", "Ana"), row("c", "Ana"), row("d", "Ben", slug="ana"), row("e", "Ana 3")]
    assert slugs(load(*rows)) == ["ana-2", "ana-3", "ana-4", "ana", "ana-3-2"]


def test_reserved_words_are_not_derived(load: Load) -> None:
    roster = load(row("a", "Api"), row("b", "Products"), row("c", "Es"), reserved={"products", "ES"})
    assert slugs(roster) == ["api-2", "products-2", "es-2"]


def test_a_name_without_letters_goes_by_its_id(load: Load) -> None:
    assert slugs(load(row("M_7", "🌿"))) == ["member-m-7"]


def test_a_member_added_at_the_end_changes_no_address(load: Load) -> None:
    rows = [row("a", "Ana"), row("b", "Ana"), row("c", "Ben")]
    before = slugs(load(*rows))
    assert slugs(load(*rows, row("d", "Ana 2"), row("e", "Ana")))[:3] == before


def test_long_equal_names_stay_labels(load: Load) -> None:
    found = slugs(load(*(row(f"m{number}", "a" * 63) for number in range(12))))
    assert len(set(found)) == 12
    assert all(map(is_slug, found))


# -- the forest --------------------------------------------------------------------------------------------


def test_sponsors_uplines_and_downlines(load: Load) -> None:
    roster = load(
        row("top"),
        row("mid", sponsor="top", status="inactive"),
        row("low", sponsor="mid"),
        row("deep", sponsor="low", status="inactive"),
        row("lone", status="inactive"),
        row("under", sponsor="lone"),
    )
    by = {member.id: member for member in roster}
    assert [member.id for member in roster.upline(by["low"])] == ["mid", "top"]
    assert roster.upline(by["top"]) == []
    assert roster.sponsor(by["low"]) == by["top"]
    assert roster.sponsor(by["under"]) is None
    assert {id: roster.downline_count(member) for id, member in by.items()} == {
        "top": 3, "mid": 2, "low": 1, "deep": 0, "lone": 1, "under": 0,
    }  # fmt: skip
    pairs = [(member.id, above and above.id) for member, above in roster.active_with_sponsors()]
    assert pairs == [("top", None), ("low", "top"), ("under", None)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_forest_in_any_order(tmp_path: Path, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 25))
    parents = [
        data.draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None for number in range(size)
    ]
    inactive = data.draw(st.sets(st.integers(0, size - 1)))
    order = data.draw(st.permutations(range(size)))
    rows = [
        row(
            f"m{number}",
            sponsor="" if parents[number] is None else f"m{parents[number]}",
            status="inactive" if number in inactive else "active",
        )
        for number in order
    ]
    write_csv(tmp_path / "members.csv", *rows)
    with Roster.load(tmp_path / "members.csv") as roster:
        for number in range(size):
            above, chain = parents[number], []
            while above is not None:
                chain.append(above)
                above = parents[above]
            member = roster.by_id(f"m{number}")
            assert member is not None
            assert [each.id for each in roster.upline(member)] == [f"m{each}" for each in chain]
            nearest = next((f"m{each}" for each in chain if each not in inactive), None)
            sponsor = roster.sponsor(member)
            assert (sponsor.id if sponsor else None) == nearest


def test_a_long_loop_is_cut_in_the_message(tmp_path: Path) -> None:
    rows = [row(f"m{number}", sponsor=f"m{(number + 1) % 500}") for number in range(500)]
    write_csv(tmp_path / "members.csv", *rows)
    with pytest.raises(RosterError) as caught:
        Roster.load(tmp_path / "members.csv")
    (fault,) = caught.value.faults
    assert fault.message.endswith("m18 -> m19 -> … 480 more … -> m0")


def test_a_very_deep_line(load: Load) -> None:
    roster = load(*(row(f"m{number}", sponsor=f"m{number - 1}" if number else "") for number in range(5000)))
    last = roster.by_id("m4999")
    assert last is not None
    assert len(roster.upline(last)) == 4999


# -- answers -----------------------------------------------------------------------------------------------


def test_counts_lookups_and_searches(load: Load) -> None:
    roster = load(
        row("a", "José Núñez", locale="es", market="ES", place="Málaga"),
        row("b", "Josefina Ek", locale="en", market="SE"),
        row("c", "Ben Oak", locale="es", market="MX", status="inactive", phone="+525555500118"),
    )
    assert (len(roster), roster.active_count) == (3, 2)
    assert [member.id for member in roster.active()] == ["a", "b"]
    ben = roster.by_slug("ben-oak")
    assert ben is not None and ben.status is Status.INACTIVE
    assert roster.by_slug("nobody") is None
    assert roster.by_id("A") is None

    def ids(query: Query, **options: int) -> list[str]:
        found = [member.id for member in roster.search(query, **options)]
        if not options:
            assert roster.count(query) == len(found)
        return found

    assert ids(Query()) == ["a", "b", "c"]
    assert ids(Query("jose")) == ["a", "b"]
    assert ids(Query("NUÑEZ")) == ["a"]
    assert ids(Query("malaga")) == ["a"]
    assert ids(Query("55500118")) == ["c"]
    assert ids(Query("%")) == []
    assert ids(Query(locale="es", status=Status.ACTIVE)) == ["a"]
    assert ids(Query(market="SE")) == ["b"]
    assert ids(Query(), limit=1, offset=1) == ["b"]


def test_work_is_shared_out_without_gap_or_overlap(load: Load) -> None:
    roster = load(*(row(f"m{number}") for number in range(10)))
    for parts in (1, 3, 10, 25):
        spans = roster.spans(parts)
        assert len(spans) <= parts
        assert [member.id for span in spans for member in roster.active(span)] == [member.id for member in roster]
        assert [pair[0].id for span in spans for pair in roster.active_with_sponsors(span)] == [
            member.id for member in roster
        ]


def test_an_empty_roster(load: Load) -> None:
    roster = load()
    assert (len(roster), list(roster), list(roster.active()), roster.spans(2)) == (0, [], [], [])


def test_several_threads_ask_at_once(load: Load) -> None:
    roster = load(*(row(f"m{number}", "Ana") for number in range(200)))
    faults: list[object] = []

    def ask(seed: int) -> None:
        choose = random.Random(seed)
        for _ in range(100):
            number = choose.randrange(200)
            member = roster.by_id(f"m{number}")
            if member is None or roster.by_slug(member.slug) != member or sum(1 for _ in roster.active()) != 200:
                faults.append(number)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not faults


# -- the index ---------------------------------------------------------------------------------------------


def test_an_index_is_used_again_until_the_file_or_the_rules_change(tmp_path: Path) -> None:
    path, index = tmp_path / "members.csv", tmp_path / "cache" / "roster.sqlite"

    def made(**options: object) -> int:
        with Roster.load(path, index=index, **options):  # type: ignore[arg-type]
            return index.stat().st_ino

    write_csv(path, row("a", "Ana"))
    first = made()
    assert made() == first
    path.touch()
    assert made() == first
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Ana", b"Eva"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    second = made()
    with Roster.load(path, index=index) as roster:
        assert slugs(roster) == ["eva"]
    assert made(reserved={"eva"}) != second
    with Roster.load(path, index=index, reserved={"eva"}) as roster:
        assert slugs(roster) == ["eva-2"]


def test_a_broken_roster_leaves_the_index_alone(tmp_path: Path) -> None:
    path, index = tmp_path / "members.csv", tmp_path / "roster.sqlite"
    write_csv(path, row("a", "Ana"))
    Roster.load(path, index=index).close()
    before = index.read_bytes()
    write_csv(path, row("a", "Ana", sponsor="zed"))
    with pytest.raises(RosterError):
        Roster.load(path, index=index)
    assert index.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["members.csv", "roster.sqlite"]


def test_a_spoilt_index_is_made_anew(tmp_path: Path) -> None:
    path, index = tmp_path / "members.csv", tmp_path / "roster.sqlite"
    write_csv(path, row("a", "Ana"))
    for content in (b"", b"not a database" * 100):
        index.write_bytes(content)
        with Roster.load(path, index=index) as roster:
            assert len(roster) == 1


def test_a_photo_that_went_is_missed_though_the_index_is_current(tmp_path: Path) -> None:
    path, index, photos = tmp_path / "members.csv", tmp_path / "roster.sqlite", tmp_path / "photos"
    photos.mkdir()
    (photos / "ana.jpg").touch()
    write_csv(path, row("a", "Ana", photo="ana.jpg"))
    Roster.load(path, index=index, photos=photos).close()
    (photos / "ana.jpg").unlink()
    with pytest.raises(RosterError, match=r'members\.csv:2: photo "ana\.jpg": there is no such photo'):
        Roster.load(path, index=index, photos=photos)


def test_a_temporary_index_goes_with_its_roster_and_travels_to_workers(tmp_path: Path) -> None:
    write_csv(tmp_path / "members.csv", row("a", "Ana"))
    with Roster.load(tmp_path / "members.csv") as roster:
        with pickle.loads(pickle.dumps(roster)) as copy:
            assert slugs(copy) == ["ana"]
        assert roster.index.is_file()
    assert not roster.index.exists()


def test_the_index_is_read_only_to_its_readers(load: Load) -> None:
    roster = load(row("a"))
    with roster._reader.connection() as database, pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("delete from member")


def test_every_column_is_a_field_of_the_member() -> None:
    fields = {"sponsor_id" if name == "sponsor" else name for name in COLUMNS}
    assert fields == set(Member.__dataclass_fields__)


def test_an_index_that_cannot_be_written(tmp_path: Path) -> None:
    write_csv(tmp_path / "members.csv", row("a", "Ana"))
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="index cannot be written"):
        Roster.load(tmp_path / "members.csv", index=tmp_path / "file" / "roster.sqlite")


LOAD_AND_READ = """
import sys
from pathlib import Path
from sitegen.roster import Roster
from tests.conftest import ROOT
with Roster.load(Path(sys.argv[1])) as roster:
    assert sum(1 for _ in roster.active_with_sponsors()) == 200_000
# Not getrusage: what the test's own process had in memory at the fork would count as ours.
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.slow
def test_members_do_not_live_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,name,email,sponsor,story\n")
        for number in range(200_000):
            sponsor = f"m{number // 3}" if number else ""
            file.write(f"m{number},Ana Ruiz,m{number}@example.com,{sponsor},{'A word of mine. ' * 20}\n")
    done = subprocess.run([sys.executable, "-c", LOAD_AND_READ, path], capture_output=True, text=True, check=True)
    # Kilobytes; the libraries alone take about 60 MB, and a list of these members would take 300 MB more.
    assert int(done.stdout) < 150_000
