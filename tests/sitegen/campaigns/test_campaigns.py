"""Campaigns: what ``campaigns.csv`` may hold, and the pages that come of it."""

from __future__ import annotations

import re
import shutil
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from capture.company import directory, generator
from sitegen.build.builder import build
from sitegen.build.options import Compression
from sitegen.build.stamping_report import explain
from sitegen.campaigns import campaign_file
from sitegen.check import people
from sitegen.errors import EspalierError, OutputError, RosterError
from sitegen.model import Campaign, Channel
from sitegen.render.renderer import Renderer
from sitegen.roster.slugs import RESERVED
from sitegen.site import site as sites
from sitegen.site.site import Site
from sitegen.token import TokenSigner
from tests.conftest import SITES, TOKEN_KEY, build_options, replace_in, tree

RADIO = Campaign("radio7", "m-1", Channel.RADIO, "Spring, morning show", date(2026, 3, 1), date(2026, 3, 31))
FLYER = Campaign("flyer", None, Channel.FLYER)
HEADER = "code,member,channel,name,starts,ends\n"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    assert campaign_file.write(path, [RADIO, FLYER])
    assert path.read_text(encoding="utf-8") == (
        f'{HEADER}flyer,,flyer,,,\nradio7,m-1,radio,"Spring, morning show",2026-03-01,2026-03-31\n'
    )
    assert list(campaign_file.read(path)) == [FLYER, RADIO]


def test_the_same_campaigns_leave_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    campaign_file.write(path, [RADIO, FLYER])
    before = path.stat()
    assert not campaign_file.write(path, [FLYER, RADIO])
    assert path.stat().st_ino == before.st_ino
    assert [each.name for each in tmp_path.iterdir()] == ["campaigns.csv"]


def test_without_campaigns_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    assert not campaign_file.write(path, [])
    assert list(campaign_file.read(path)) == []
    campaign_file.write(path, [RADIO])
    assert campaign_file.write(path, [])
    assert not path.exists()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    campaign_file.write(path, [RADIO])
    with pytest.raises(RosterError) as caught:
        campaign_file.write(path, [FLYER, FLYER, Campaign("Radio 7", None, Channel.RADIO, "two\nlines")])
    assert [fault.message for fault in caught.value.faults] == [
        'code "Radio 7": expected 2 to 12 small letters, then up to 6 digits',
        'name "two\\u000alines": holds the character U+000A that cannot be shown',
        'code "flyer" is there twice',
    ]
    assert list(campaign_file.read(path)) == [RADIO]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        campaign_file.write(tmp_path / "nowhere" / "campaigns.csv", [RADIO])


def test_all_faults_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    path.write_text(
        HEADER + "radio7,m-1,radio,,2026-03-01,2026-03-31\n"
        "Radio 8,m 1,radoi,,2026-02-30,2026-03-31\n"
        "flyer,,flyer,,2026-03-02,2026-03-01\n"
        "radio7,,web,,,\n"
        "web,,web\n"
        ",,list,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(RosterError) as caught:
        list(campaign_file.read(path))
    assert [(fault.line, fault.message, fault.hint) for fault in caught.value.faults] == [
        (3, 'code "Radio 8": expected 2 to 12 small letters, then up to 6 digits', "something like radio7"),
        (
            3,
            'member "m 1": expected 1 to 64 letters, digits, hyphens and underscores, a letter or digit first',
            None,
        ),
        (3, 'channel "radoi": not a channel', 'did you mean "radio"?'),
        (3, 'starts "2026-02-30": there is no such day', None),
        (4, 'ends "2026-03-01": it ends before it starts (2026-03-02)', None),
        (5, 'code "radio7" is also on line 2', "every campaign of the company has a code of its own"),
        (6, "3 cells where the header has 6", "every row needs all columns, empty ones too"),
        (7, "code is missing", None),
    ]


@pytest.mark.parametrize("code", ["ab", "radio7", "abcdefghijkl123456"])
def test_codes_that_hold(code: str) -> None:
    assert campaign_file.CODE.match(code)


@pytest.mark.parametrize("code", ["a", "a1", "7radio", "radio-7", "Radio7", "radio7\n", "abcdefghijklm", "ab1234567"])
def test_codes_that_do_not(code: str) -> None:
    assert not campaign_file.CODE.match(code)


@pytest.mark.parametrize(
    ("layout", "home"),
    [("path", "https://potandkettle.example/ana/"), ("subdomain", "https://ana.potandkettle.example/")],
)
def test_the_capture_service_reads_and_writes_them_by_its_door(layout: str, home: str, tmp_path: Path) -> None:
    folder = shutil.copytree(SITES / layout / "input", tmp_path / "site")
    there = directory.load_directory(folder)
    assert there.write_campaigns([RADIO, FLYER])
    assert list(there.read_campaigns()) == [FLYER, RADIO]
    with there.roster() as roster:
        ana = next(member for member in roster.members if member.slug == "ana")
    assert there.campaign_home(ana, "radio7") == f"{home}c/radio7/"
    assert there.campaign_home(None, "flyer") == "https://potandkettle.example/c/flyer/"
    assert generator.campaign_page("radio7") == "c/radio7"


def test_no_member_has_the_folder_of_campaigns_as_address() -> None:
    assert "c" in RESERVED


# -- the index ---------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return sites.load(shutil.copytree(SITES / "path" / "input", tmp_path / "site"))


def test_a_member_whose_id_is_written_in_another_case(site: Site) -> None:
    replace_in(site.settings.roster_path, "m2,,Tom", "tom-1234,,Tom")
    site.campaigns_path.write_text(f"{HEADER}tea,Tom-1234,flyer,,,\n", encoding="utf-8")
    with pytest.raises(EspalierError, match='member "Tom-1234" is not in the roster') as caught, people.opened(site):
        pass
    assert caught.value.faults[0].hint == 'did you mean "tom-1234"?'


def test_a_campaign_of_somebody_who_left_has_no_page_and_stops_nobody(site: Site) -> None:
    site.campaigns_path.write_text(f"{HEADER}tea,gone,flyer,,,\nfair,,event,,,\n", encoding="utf-8")
    with people.opened(site) as (roster, placements):
        assert list(placements.landings(roster)) == [("", "fair")]
        assert placements.of_rows(range(1, 9)) == {}


def test_the_index_answers(site: Site) -> None:
    with people.opened(site) as (roster, placements):
        assert len(placements) == 5
        assert placements.one("radio7") == Campaign("radio7", "m1", Channel.RADIO)
        assert placements.one("radio8") is None
        assert [[each.code for each in some] for some in placements.of_company()] == [["fair"]]
        assert {owner: [each.code for each in own] for owner, own in placements.of_rows(range(1, 3)).items()} == {
            "m1": ["radio7", "tea"],
            "m2": ["tom2"],
        }
        assert sorted(placements.landings(roster)) == [
            ("", "fair"),
            ("ana", "radio7"),
            ("ana", "tea"),
            ("tom-co-b", "tom2"),
        ]


def test_without_the_file_there_is_no_index(site: Site) -> None:
    site.campaigns_path.unlink()
    with people.opened(site) as (roster, placements):
        assert (len(placements), placements.one("radio7"), placements.of_rows(range(1, 9))) == (0, None, {})
        assert list(placements.of_company()) == list(placements.landings(roster)) == []


def test_an_index_is_used_again_while_file_and_roster_are_the_same(site: Site, tmp_path: Path) -> None:
    index = tmp_path / "campaigns.sqlite"

    def made() -> int:
        with people.roster(site) as roster, people.campaigns(site, roster, index):
            return index.stat().st_ino

    first = made()
    assert made() == first
    replace_in(site.campaigns_path, "tea,m1", "tea,m2")
    second = made()
    assert second != first
    replace_in(site.settings.roster_path, "Bilbao", "Getxo")
    assert made() != second


def test_a_broken_file_leaves_the_index_as_it_is(site: Site, tmp_path: Path) -> None:
    index = tmp_path / "campaigns.sqlite"
    with people.roster(site) as roster, people.campaigns(site, roster, index):
        before = index.read_bytes()
    replace_in(site.campaigns_path, "tea,m1", "tea,M1")
    with people.roster(site) as roster, pytest.raises(RosterError):
        people.campaigns(site, roster, index)
    assert index.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["campaigns.sqlite", "site"]


def test_a_hundred_thousand_campaigns_take_little_memory(site: Site) -> None:
    with site.campaigns_path.open("a", encoding="utf-8") as file:
        file.writelines(f"many{number:06},{'m1' if number % 2 else ''},web,,,\n" for number in range(100_000))
    tracemalloc.start()
    try:
        with people.opened(site) as (roster, placements):
            assert len(placements) == 100_005
            assert sum(map(len, placements.of_company())) == 50_001
            assert sum(1 for _ in placements.landings(roster)) == 100_004
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


# -- the pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["path", "subdomain"])
def test_every_landing_page_says_whose_campaign_it_is(layout: str, tmp_path: Path) -> None:
    build(build_options(SITES / layout / "input", tmp_path / "out", verify=True))
    found = {path: content for path, content in tree(tmp_path / "out").items() if path.endswith("index.html")}
    landings = {path.removesuffix("/index.html") for path in found if re.search(r"(^|/)c/\w+/index", path)}
    assert landings == {"c/fair", "ana/c/radio7", "ana/c/tea", "tom-co-b/c/tom2"}
    signer = TokenSigner([TOKEN_KEY])
    for path, owner, code, locale, words in (
        ("c/fair", None, "fair", "en", "We met"),
        ("ana/c/radio7", "m1", "radio7", "es", "Nos oíste en la radio"),
        ("tom-co-b/c/tom2", "m2", "tom2", "en", "You found us on the web"),
    ):
        html = found[f"{path}/index.html"].decode()
        assert f"<p>{words}</p>" in html
        assert '<meta name="robots" content="noindex">' in html
        page = re.search(r'name="page" value="([^"]+)"', html)
        token = re.search(r'name="token" value="([^"]+)"', html)
        pixel = re.search(r'<img src="https://sign.potandkettle.example/visit.gif\?m=([^&]+)&amp;p=([^"]+)"', html)
        assert page and token and pixel
        seen = signer.read_page(page[1])
        assert (seen.page, seen.locale) == (f"c/{code}", locale)
        assert seen.build_id in html.split("</head>")[0]
        assert signer.read_member(token[1]) == owner
        assert pixel.groups() == (token[1], page[1])
    assert not [path for path in found if path.startswith("ana/en/c/")], "in the home language alone"


def test_landing_pages_are_in_no_sitemap_and_no_navigation(tmp_path: Path) -> None:
    build(build_options(SITES / "path" / "input", tmp_path / "out"))
    files = tree(tmp_path / "out")
    assert b"/c/" not in files["sitemap.xml"]
    links = re.compile(rb'<a href="[^"]*/c/\w')
    assert not [path for path, content in files.items() if path.endswith(".html") and links.search(content)]


def test_the_page_for_typing_a_code_is_the_companys_alone(tmp_path: Path) -> None:
    build(build_options(SITES / "path" / "input", tmp_path / "out"))
    assert b'<form action="https://sign.potandkettle.example/go">' in (tmp_path / "out/c/index.html").read_bytes()
    assert (tmp_path / "out/es/c/index.html").is_file()
    assert not (tmp_path / "out/ana/c/index.html").exists()
    assert not (tmp_path / "out/campaign").exists()


def test_pixels_may_be_left_out(site: Site, tmp_path: Path) -> None:
    with (site.folder / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[visits]\npixel = false\n")
    build(build_options(site.folder, tmp_path / "out"))
    assert not [path for path, content in tree(tmp_path / "out").items() if b"visit.gif" in content]


def test_explain_knows_of_landing_pages_before_there_is_a_campaign(site: Site) -> None:
    site.campaigns_path.unlink()
    with people.roster(site) as roster:
        explained = list(explain(site, Renderer(site, TokenSigner([TOKEN_KEY])), roster))
    told = {(each.page, each.locale): each.reason for each in explained if each.page == "campaign"}
    assert told == {("campaign", "en"): None, ("campaign", "es"): None}


@pytest.mark.parametrize("compression", [Compression.BESIDE, Compression.ALONE])
def test_landing_pages_are_packed_as_others_are(compression: Compression, tmp_path: Path) -> None:
    options = build_options(SITES / "path" / "input", tmp_path / "out", compression=compression)
    build(options)
    names = {path.name for path in (tmp_path / "out/ana/c/radio7").iterdir()}
    assert names == {path.name for path in (tmp_path / "out/ana/thanks").iterdir()}
