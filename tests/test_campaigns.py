"""Campaigns: what ``campaigns.csv`` may hold, and the pages that come of it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from capture import directory
from sitegen import campaigns
from sitegen.errors import OutputError, RosterError
from sitegen.model import Campaign, Channel
from sitegen.slugs import RESERVED
from tests.conftest import SITES

RADIO = Campaign("radio7", "m-1", Channel.RADIO, "Spring, morning show", date(2026, 3, 1), date(2026, 3, 31))
FLYER = Campaign("flyer", None, Channel.FLYER)
HEADER = "code,member,channel,name,starts,ends\n"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    assert campaigns.write(path, [RADIO, FLYER])
    assert path.read_text(encoding="utf-8") == (
        f'{HEADER}flyer,,flyer,,,\nradio7,m-1,radio,"Spring, morning show",2026-03-01,2026-03-31\n'
    )
    assert list(campaigns.read(path)) == [FLYER, RADIO]


def test_the_same_campaigns_leave_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    campaigns.write(path, [RADIO, FLYER])
    before = path.stat()
    assert not campaigns.write(path, [FLYER, RADIO])
    assert path.stat().st_ino == before.st_ino
    assert [each.name for each in tmp_path.iterdir()] == ["campaigns.csv"]


def test_without_campaigns_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    assert not campaigns.write(path, [])
    assert list(campaigns.read(path)) == []
    campaigns.write(path, [RADIO])
    assert campaigns.write(path, [])
    assert not path.exists()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.csv"
    campaigns.write(path, [RADIO])
    with pytest.raises(RosterError) as caught:
        campaigns.write(path, [FLYER, FLYER, Campaign("Radio 7", None, Channel.RADIO, "two\nlines")])
    assert [fault.message for fault in caught.value.faults] == [
        'code "Radio 7": expected 2 to 12 small letters, then up to 6 digits',
        'name "two\\u000alines": holds the character U+000A that cannot be shown',
        'code "flyer" is there twice',
    ]
    assert list(campaigns.read(path)) == [RADIO]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        campaigns.write(tmp_path / "nowhere" / "campaigns.csv", [RADIO])


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
        list(campaigns.read(path))
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
    assert campaigns.CODE.match(code)


@pytest.mark.parametrize("code", ["a", "a1", "7radio", "radio-7", "Radio7", "radio7\n", "abcdefghijklm", "ab1234567"])
def test_codes_that_do_not(code: str) -> None:
    assert not campaigns.CODE.match(code)


@pytest.mark.parametrize(
    ("layout", "home"),
    [("path", "https://potandkettle.example/ana/"), ("subdomain", "https://ana.potandkettle.example/")],
)
def test_the_capture_service_reads_and_writes_them_by_its_door(layout: str, home: str, tmp_path: Path) -> None:
    folder = shutil.copytree(SITES / layout / "input", tmp_path / "site")
    there = directory.load(folder)
    assert there.write_campaigns([RADIO, FLYER])
    assert list(there.read_campaigns()) == [FLYER, RADIO]
    ana = next(member for member in there.members() if member.slug == "ana")
    assert there.campaign_home(ana, "radio7") == f"{home}c/radio7/"
    assert there.campaign_home(None, "flyer") == "https://potandkettle.example/c/flyer/"
    assert directory.campaign_page("radio7") == "c/radio7"


def test_no_member_has_the_folder_of_campaigns_as_address() -> None:
    assert "c" in RESERVED
