"""A roster that is read in portions gives the index, and the faults, of one that is read as one."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from sitegen.errors import Fault, OutputError, RosterError
from sitegen.roster import Roster, exported, portions
from sitegen.roster.addressing import Addressing
from sitegen.roster.faults import FaultLog
from sitegen.roster.portions import RosterFile
from sitegen.roster.values import Rules
from tests.sitegen.roster.test_renewing import dump

# The process of the tests has threads of its own; those of the commands that read rosters have none.
pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")

HEAD = "id,name,status,sponsor,story"
CELLS = ("", "Ana", "tea", '"One, two"', '"A line\nand another"', '"She said ""tea"""', '""', '"\n\n"', "é", "王")
ROWS = ('m9,"Bo', 'm8,5" wide,active,,', "", ",,,,", "m7", "m1,Ana,asleep,,", "m6,Cy,,,,,")
"""Rows that are wrong, that hold nothing, or whose quotes mislead whoever only counts them."""


@pytest.fixture(params=[2, 3, 7])
def in_portions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Reads every roster in so many portions; the numbers of portions that were read, a file's read as one aside."""
    read: list[int] = []
    joined = portions._joined

    def noted(parts: list[portions.RowsRead], files: list[Path]) -> portions.RowsRead:
        read.append(len(parts))
        return joined(parts, files)

    monkeypatch.setattr(portions, "LEAST", 1)
    monkeypatch.setattr(portions, "_processors", lambda: request.param)
    monkeypatch.setattr(portions, "_joined", noted)
    return read


def loaded(path: Path, index: Path) -> tuple[object, list[Fault]]:
    """Everything in the roster's index, and its faults."""
    how = Addressing(today=date(2026, 3, 1))
    try:
        with Roster.load(path, index=index, how=how, strict=False) as roster:
            return dump(index), roster.faults
    except RosterError as error:
        return None, list(error.faults)


def assert_same(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = loaded(path, folder / "portions.sqlite")
    with monkeypatch.context() as alone:
        alone.setattr(portions, "_processors", lambda: 1)
        expected = loaded(path, folder / "one.sqlite")
    assert found == expected
    assert {each.name for each in folder.iterdir()} <= {path.name, "portions.sqlite", "one.sqlite"}
    for index in folder.glob("*.sqlite"):
        index.unlink()


def written(chance: random.Random) -> str:
    rows = []
    for number in range(chance.randrange(1, 40)):
        if chance.random() < 0.04:
            rows.append(chance.choice(ROWS))
        else:
            sponsor = f"m-{chance.randrange(number)}" if number and chance.random() < 0.5 else ""
            rows.append(f"m-{number},Name {number},active,{sponsor},{chance.choice(CELLS)}")
    return "\n".join([HEAD, *rows]) + chance.choice(("", "\n", "\r\n"))


def test_random_tables(in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    path = tmp_path / "members.csv"
    for _ in range(25):
        path.write_bytes(written(chance).encode(chance.choice(("utf-8", "utf-8-sig"))))
        assert_same(path, tmp_path, monkeypatch)
    assert len(in_portions) > 10


def test_lines_of_json(in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "members.jsonl"
    rows = [json.dumps({"id": f"m{number}", "name": 'He said "tea"', "story": '"'}) for number in range(20)]
    rows[7], rows[12] = "{", json.dumps({"id": "m12", "name": "Bo", "email": "nobody"})
    path.write_text("\n".join(rows), encoding="utf-8")
    assert_same(path, tmp_path, monkeypatch)
    assert in_portions


OTHERWISE = {
    "UTF-16": "\n".join([HEAD, *(f"m{number},Ana,,," for number in range(9))]).encode("utf-16"),
    "carriage returns alone": "\r".join([HEAD, *(f"m{number},Ana,,," for number in range(9))]).encode(),
    "quotes that nobody closes": "\n".join([HEAD, *(f'm{number},"Ana,,,' for number in range(9))]).encode(),
    "a wrong header": "\n".join(["id,nam", *(f"m{number},Ana" for number in range(9))]).encode(),
    "not UTF-8": "\n".join([HEAD, *(f"m{number},Ang\xe9,,," for number in range(9))]).encode("latin-1"),
    "nothing": b"",
    "a header alone": HEAD.encode(),
    "a separator of its own": "\n".join(["sep=;", "id;name", *(f"m{number};Ana" for number in range(9))]).encode(),
}


@pytest.mark.parametrize("content", OTHERWISE.values(), ids=OTHERWISE)
def test_files_of_other_kinds(
    in_portions: list[int], content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(content)
    assert_same(path, tmp_path, monkeypatch)


def test_a_file_that_changes_while_it_is_read_is_read_again(
    in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "members.csv"
    path.write_text("\n".join([HEAD, *(f"m{number},Ana,,," for number in range(20))]), encoding="utf-8")
    joined = portions._joined

    def changed(parts: list[portions.RowsRead], files: list[Path]) -> portions.RowsRead:
        path.write_text(f"{HEAD}\nm1,Bo,,,\n", encoding="utf-8")
        return joined(parts, files)

    monkeypatch.setattr(portions, "_joined", changed)
    index = tmp_path / "index.sqlite"
    loaded(path, index)
    with closing(sqlite3.connect(index)) as database:
        assert database.execute("select name from member").fetchall() == [("Bo",)]


def test_a_process_that_was_killed_is_told(
    in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, index = tmp_path / "members.csv", tmp_path / "index.sqlite"
    path.write_text("\n".join([HEAD, *(f"m{number},Ana,,," for number in range(20))]), encoding="utf-8")
    loaded(path, index)
    before = index.read_bytes()
    path.write_text(path.read_text(encoding="utf-8").replace("Ana", "Bo"), encoding="utf-8")
    monkeypatch.setattr(portions.RosterFile, "_portion", lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(OutputError, match=r"the roster's index cannot be written: a process ended early"):
        loaded(path, index)
    assert index.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {path.name, index.name}


def test_nobody_else_may_read_what_is_being_read(
    in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "members.csv"
    path.write_text("\n".join([HEAD, *(f"m{number},Ana,,," for number in range(20))]), encoding="utf-8")
    seen = []
    joined = portions._joined

    def looked(parts: list[portions.RowsRead], files: list[Path]) -> portions.RowsRead:
        seen.extend(each.stat().st_mode & 0o777 for each in files)
        return joined(parts, files)

    monkeypatch.setattr(portions, "_joined", looked)
    before = os.umask(0o022)
    try:
        loaded(path, tmp_path / "index.sqlite")
    finally:
        os.umask(before)
    assert set(seen) == {0o600}


def test_a_header_may_take_several_lines(tmp_path: Path) -> None:
    lines = iter(['id,"na\n', 'me",name\n', "m1,,Ana\n"])
    with pytest.raises(exported.Broken):
        exported.head(lines, FaultLog(tmp_path), portions.Rules(frozenset(), frozenset(), None).mapping)
    assert next(lines) == "m1,,Ana\n"


def written_file(path: Path, names: str = "Ana", *, row: str = "") -> RosterFile:
    """A roster of twenty members, and a row more, as a file to read by plain rules."""
    path.write_text("\n".join([HEAD, *(f"m{number},{names},,," for number in range(20)), row]), encoding="utf-8")
    return RosterFile(path, Rules(frozenset({"en"}), frozenset(), None), "en")


def read_ahead(file: RosterFile, index: Path) -> tuple[object, list[Fault]]:
    """What ``loaded`` returns, of a file whose reading begins before."""
    how = Addressing(today=date(2026, 3, 1))
    try:
        with file.ahead(), Roster.of_file(file, index=index, how=how, strict=False) as roster:
            return dump(index), roster.faults
    except RosterError as error:
        return None, list(error.faults)


@pytest.mark.parametrize("row", ROWS)
def test_a_file_that_is_read_ahead_gives_the_same(in_portions: list[int], tmp_path: Path, row: str) -> None:
    file = written_file(tmp_path / "members.csv", row=row)
    assert read_ahead(file, tmp_path / "ahead.sqlite") == loaded(file.path, tmp_path / "index.sqlite")


def test_reading_ahead_ends_with_its_block(
    in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(RosterFile, "_portion", lambda *arguments: time.sleep(60))
    with pytest.raises(KeyboardInterrupt), written_file(tmp_path / "members.csv").ahead():
        assert len(multiprocessing.active_children()) > 1
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()
    assert not list((tmp_path / "temporary").iterdir())


def test_a_file_that_changes_after_reading_began_is_read_again(in_portions: list[int], tmp_path: Path) -> None:
    file, index = written_file(tmp_path / "members.csv"), tmp_path / "index.sqlite"
    with file.ahead():
        written_file(file.path, "Bo")
        with Roster.of_file(file, index=index) as roster:
            assert len(roster) == 20
    with closing(sqlite3.connect(index)) as database:
        assert database.execute("select distinct name from member").fetchall() == [("Bo",)]


def test_a_process_that_was_killed_ahead_is_told(
    in_portions: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RosterFile, "_portion", lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(OutputError, match=r"the roster's index cannot be written: a process ended early"):
        read_ahead(written_file(tmp_path / "members.csv"), tmp_path / "index.sqlite")


def test_a_file_that_is_missing_is_told_when_it_is_read(tmp_path: Path) -> None:
    file = written_file(tmp_path / "members.csv")
    file.path.unlink()
    _, (fault,) = read_ahead(file, tmp_path / "index.sqlite")
    assert fault.message == "cannot be read: No such file or directory"
