"""An index that was renewed where rows have changed holds what one made from scratch holds."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from sitegen.roster import Roster, renewing
from sitegen.roster.addressing import Addressing
from tests.sitegen.roster.test_roster import row, write_csv

_ONCE = {"base", "columns"}  # tell of the change itself


def dump(index: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in an index but what tells how it came about."""
    with closing(sqlite3.connect(index)) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        found = {name: sorted(database.execute(f"select * from {name}"), key=repr) for name in tables}
    found["meta"] = [each for each in found["meta"] if each[0] not in _ONCE]
    return {name: rows for name, rows in found.items() if name not in {"changed", "sqlite_stat1"}}


class Place:
    def __init__(self, folder: Path) -> None:
        self.path, self.index, self.book = (folder / name for name in ("members.csv", "kept.sqlite", "addresses.csv"))
        self.fresh = folder / "fresh.sqlite"

    def load(self, index: Path) -> Roster:
        how = Addressing(book=self.book, today=date(2026, 3, 1))
        with Roster.load(self.path, index=index, how=how, strict=False, in_place=True) as roster:
            roster.addresses.remember(self.book)
            return roster

    def renewed(self, *rows: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> bool:
        """Writes the rows, loads them into the kept index, compares it, and returns whether it was renewed in place."""
        write_csv(self.path, *rows)
        answers = []
        renew = renewing.renew

        def noted(*arguments: object) -> bool:
            answers.append(renew(*arguments))  # type: ignore[arg-type]
            return answers[-1]

        with monkeypatch.context() as context:
            context.setattr(renewing, "renew", noted)
            self.load(self.index)
        self.fresh.unlink(missing_ok=True)
        self.load(self.fresh)
        assert dump(self.index) == dump(self.fresh)
        return bool(answers) and answers[0]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


ROWS = [
    row("m1", "Ana", status="active", sponsor="", story="", locale="en"),
    row("m2", "Bo", sponsor="m1", status="active"),
    row("m3", "Cy", sponsor="m2", status="active", story="One.\n\nTwo, with a \"quote\"."),
    row("m4", "Di", sponsor="m3", status="active"),
]  # fmt: skip

SIMPLE = {
    "a line of their own": {"tagline": "Tea"},
    "a story with more lines": {"story": "One.\n\nTwo.\n\nThree."},
    "a story with quotes": {"story": 'She said "tea", and\nso it was.'},
    "status": {"status": "inactive"},
    "sponsor": {"sponsor": ""},
    "name": {"name": "Anna"},
    "language": {"locale": "en"},
}


@pytest.mark.parametrize("change", SIMPLE.values(), ids=SIMPLE)
@pytest.mark.parametrize("number", [1, 3])
def test_a_changed_row_is_entered_where_it_is(
    place: Place, change: dict[str, str], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.renewed(*ROWS, monkeypatch=monkeypatch)
    rows = [each | change if at == number else each for at, each in enumerate(ROWS)]
    place.renewed(*[{"tagline": "", **each} for each in ROWS], monkeypatch=monkeypatch)
    with place.load(place.index) as before:
        digest = before.digest
    assert place.renewed(*[{"tagline": "", **each} for each in rows], monkeypatch=monkeypatch)
    with Roster(place.index) as roster:
        changed = roster.changed_since(digest)
        assert changed is not None
        assert number + 1 in changed.rows or change == {"locale": "en"}


OTHERWISE = {
    "one more": lambda rows: [*rows, row("m5", "Em")],
    "one less": lambda rows: rows[:-1],
    "another order": lambda rows: [rows[1], rows[0], *rows[2:]],
    "another id": lambda rows: [rows[0] | {"id": "m9"}, *rows[1:]],
    "another slug": lambda rows: [rows[0] | {"slug": "anna"}, *rows[1:]],
    "a fault": lambda rows: [rows[0] | {"phone": "none"}, *rows[1:]],
    "an unknown sponsor": lambda rows: [rows[0] | {"sponsor": "m7"}, *rows[1:]],
    "a loop": lambda rows: [rows[0] | {"sponsor": "m4"}, *rows[1:]],
}


@pytest.mark.parametrize("change", OTHERWISE.values(), ids=OTHERWISE)
def test_whatever_is_less_simple_is_read_as_a_whole(
    place: Place, change: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"phone": "", "slug": "", **each} for each in ROWS]
    place.renewed(*rows, monkeypatch=monkeypatch)
    assert not place.renewed(*change(rows), monkeypatch=monkeypatch)  # type: ignore[operator]


def test_a_row_that_cannot_be_read_stays_as_it_was(place: Place) -> None:
    write_csv(place.path, *ROWS)
    place.load(place.index)
    write_csv(place.path, ROWS[0] | {"status": "asleep", "name": "Anna"}, *ROWS[1:])
    with place.load(place.index) as roster:
        assert next((member.id, member.name, member.active) for member in roster) == ("m1", "Ana", True)
        assert len(roster.faults) == 1
    write_csv(place.path, ROWS[0] | {"status": "inactive", "name": ""}, *ROWS[1:])
    with place.load(place.index) as roster:
        assert next((member.id, member.name, member.active) for member in roster) == ("m1", "Ana", False)


def test_random_changes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    rows = [
        row(f"m{number}", f"Name {number}", status="active", sponsor="", tagline="", story="") for number in range(30)
    ]
    place.renewed(*rows, monkeypatch=monkeypatch)
    renewed = 0
    for _ in range(40):
        for _ in range(chance.randrange(4)):
            at = chance.randrange(30)
            match chance.randrange(4):
                case 0:
                    rows[at] = rows[at] | {"tagline": str(chance.random())}
                case 1:
                    rows[at] = rows[at] | {"story": "\n".join("word" for _ in range(chance.randrange(5)))}
                case 2:
                    rows[at] = rows[at] | {"status": chance.choice(("active", "inactive"))}
                case _:
                    rows[at] = rows[at] | {"sponsor": chance.choice(("", *(f"m{each}" for each in range(at))))}
        renewed += place.renewed(*rows, monkeypatch=monkeypatch)
    assert renewed > 20
