"""Addresses belong to people: none ever leads to two members, whatever becomes of the roster."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from sitegen.errors import RosterError
from sitegen.roster import Roster, address_changes
from sitegen.roster.address_book import Entry, locked
from sitegen.roster.addressing import Addressing
from tests.sitegen.roster.test_roster import row, write_csv

RUNS = int(os.environ.get("ESPALIER_ADDRESS_RUNS", "60"))
"""How many random histories are tried; a release tries 2,000."""

STEPS = 30


class Site:
    """A folder with a roster and an address book."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "members.csv"
        self.book = folder / "addresses.csv"

    @contextmanager
    def loaded(self, *, frozen: bool = False, seeds: tuple[Entry, ...] = (), strict: bool = False) -> Iterator[Roster]:
        how = Addressing(book=self.book, frozen=frozen, seeds=seeds, today=date(2026, 3, 1))
        with Roster.load(self.path, how=how, strict=strict) as roster:
            yield roster

    def built(self, *rows: dict[str, str]) -> dict[str, str]:
        """Writes the roster, remembers its addresses, and returns each member's slug by id."""
        write_csv(self.path, *rows)
        with locked(self.book), self.loaded() as roster:
            roster.addresses.remember(self.book)
            return {member.id: member.slug for member in roster}

    def faults(self) -> list[str]:
        with self.loaded() as roster:
            return [fault.message for fault in roster.faults]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


# -- the rules ---------------------------------------------------------------------------------------------


def test_the_order_of_the_file_decides_nothing(site: Site) -> None:
    rows = [row("m1", "Ana López"), row("m2", "Ana López"), row("m3", "Bo Chen")]
    first = site.built(*rows)
    assert first == {"m1": "ana-lopez", "m2": "ana-lopez-2", "m3": "bo-chen"}
    assert site.built(*reversed(rows)) == first


def test_a_row_that_is_dropped_gives_its_address_to_nobody(site: Site) -> None:
    site.built(row("m1", "Ana López"), row("m2", "Ana López"))
    assert site.built(row("m2", "Ana López"), row("m4", "Ana López")) == {"m2": "ana-lopez-2", "m4": "ana-lopez-3"}
    with site.loaded() as roster:
        assert list(roster.addresses.gone()) == ["ana-lopez"]
    assert site.built(row("m1", "Ana Ruiz"), row("m2", "Ana López"))["m1"] == "ana-lopez"


def test_a_changed_name_keeps_its_address(site: Site) -> None:
    site.built(row("m1", "Ana López"))
    assert site.built(row("m1", "Ana Ruiz")) == {"m1": "ana-lopez"}


def test_a_slug_in_the_roster_renames_and_the_former_address_leads_on(site: Site) -> None:
    site.built(row("m1", "Ana López"))
    assert site.built(row("m1", "Ana Ruiz", slug="ana-ruiz")) == {"m1": "ana-ruiz"}
    assert site.built(row("m1", "Ana Ruiz")) == {"m1": "ana-ruiz"}
    with site.loaded() as roster:
        assert [(slug, member.slug) for slug, member in roster.addresses.former()] == [("ana-lopez", "ana-ruiz")]
    assert site.built(row("m1", "Ana Ruiz", slug="ana-lopez"), row("m2", "Ana Ruiz")) == {
        "m1": "ana-lopez",
        "m2": "ana-ruiz-2",
    }


@pytest.mark.parametrize("left", [False, True])
def test_nobody_gets_a_slug_that_another_has_or_had(site: Site, left: bool) -> None:
    site.built(row("m1", "Ana"), row("m2", "Bo"))
    site.built(row("m1", "Ana", slug="anna"), row("m2", "Bo"))
    others = [] if left else [row("m1", "Ana")]
    for wanted, told in (("anna", 'is the address of member "m1"'), ("ana", 'belonged to member "m1" until')):
        assert site.built(*others, row("m2", "Bo", slug=wanted))["m2"] == "bo"
        (fault,) = site.faults()
        assert f'slug "{wanted}" {told}' in fault


def test_two_who_want_the_same_slug(site: Site) -> None:
    assert site.built(row("m1", "Ana", slug="tea"), row("m2", "Bo", slug="tea")) == {"m1": "tea", "m2": "bo"}
    assert site.built(row("m2", "Bo", slug="tea"), row("m1", "Ana", slug="tea")) == {"m1": "tea", "m2": "bo"}


def test_an_id_in_other_capitals_is_no_new_member(site: Site) -> None:
    site.built(row("m1", "Ana"), row("m2", "Bo"))
    found = site.built(row("M1", "Ana"), row("m2", "Bo"))
    assert found == {"m2": "bo"}
    assert site.faults() == ['id "M1": this member\'s id was written "m1" until now']
    with site.loaded() as roster:
        assert [(each.id, each.slug) for each in roster.unread()] == [("m1", "ana")]


def unread(site: Site) -> list[tuple[str, str | None, bool]]:
    with site.loaded() as roster:
        return [(each.id, each.slug, each.inactive) for each in roster.unread()]


@pytest.mark.parametrize("slug", ["ana", "bo", "other"])
def test_an_id_in_other_capitals_may_have_a_slug(site: Site, slug: str) -> None:
    site.built(row("m1", "Ana"), row("m2", "Bo"))
    assert site.built(row("M1", "Ana", slug=slug), row("m2", "Bo")) == {"m2": "bo"}
    assert unread(site) == [("m1", "ana", False)]


@pytest.mark.parametrize(("known", "found"), [("m1", "M1"), ("007", "7")])
def test_a_take_down_holds_whatever_the_id_was_changed_to(site: Site, known: str, found: str) -> None:
    site.built(row(known, "Ana"), row("m2", "Bo"))
    site.built(row(found, "Ana", status="inactive"), row("m2", "Bo"))
    assert unread(site) == [(known, "ana", True)]


@pytest.mark.parametrize("order", [("M1", "m1"), ("m1", "M1"), ("M1", "M1")])
def test_rows_of_one_member_in_other_capitals_leave_the_member_as_before(site: Site, order: tuple[str, str]) -> None:
    site.built(row("m1", "Ana"), row("m2", "Bo"))
    site.built(row(order[0], "Ana"), row(order[1], "Ana X"), row("m2", "Bo"))
    assert unread(site) == [("m1", "ana", False)]


@pytest.mark.parametrize(("known", "found"), [("007", "7"), ("7", "007"), ("0", "000")])
def test_an_id_with_other_zeros_before_it_is_no_new_member(site: Site, known: str, found: str) -> None:
    site.built(row(known, "Ana"), row("m2", "Bo"))
    assert site.built(row(found, "Ana"), row("m2", "Bo")) == {"m2": "bo"}
    assert site.faults() == [f'id "{found}": this member\'s id was written "{known}" until now']
    assert unread(site) == [(known, "ana", False)]


def test_ids_that_are_one_number_may_be_two_members(site: Site) -> None:
    site.built(row("007", "Ana"))
    found = site.built(row("007", "Ana", status="inactive"), row("7", "Bo"), row("07", "Cy"))
    assert found == {"007": "ana", "7": "bo", "07": "cy"}
    assert site.faults() == []
    # Nobody can tell which of two is the one who left.
    assert site.built(row("7", "Bo"), row("0007", "Di"), row("00007", "Ed"))["0007"] == "di"


def test_reserved_words_are_not_given_but_an_owner_keeps_theirs(site: Site) -> None:
    write_csv(site.path, row("m1", "Api"), row("m2", "Summer", slug="blog"))
    site.book.write_text("id,slug,since,until,reason\nm2,blog,2020-01-01,,\n,summer,2020-01-01,,later\n")
    with site.loaded() as roster:
        assert [member.slug for member in roster] == ["api-2", "blog"]
    write_csv(site.path, row("m1", "Summer"), row("m3", "Bo", slug="summer"))
    with site.loaded() as roster:
        assert [member.slug for member in roster] == ["summer-2", "bo"]
        assert [fault.message for fault in roster.faults] == ['slug "summer" is reserved by the company']


def test_a_released_address_may_be_given_again(site: Site) -> None:
    site.built(row("m1", "Ana"))
    book = address_changes.opened(site.book)
    book.release("ana", "never printed", "2026-02-01")
    book.save()
    assert site.built(row("m2", "Ana")) == {"m2": "ana"}
    assert [each.reason for each in address_changes.opened(site.book).entries()] == ["m1: never printed", None]


def test_frozen_invents_nothing(site: Site) -> None:
    site.built(row("m1", "Ana"))
    before = site.book.read_bytes()
    write_csv(site.path, row("m1", "Ana", slug="anna"), row("m2", "Bo"))
    with site.loaded(frozen=True) as roster:
        assert [(member.id, member.slug) for member in roster] == [("m1", "ana")]
        assert [fault.message for fault in roster.faults] == [
            'slug "anna" is not given yet',
            'an address for member "m2" is not given yet',
        ]
        assert not roster.addresses.changes
    assert site.book.read_bytes() == before
    site.book.unlink()
    with pytest.raises(RosterError, match="there is no address book here"), site.loaded(frozen=True):
        pass


def test_what_is_known_from_elsewhere_comes_before_names(site: Site) -> None:
    write_csv(site.path, row("m1", "Ana"), row("m2", "Ana"))
    seeds = (Entry("m2", "ana", "2026-01-01"), Entry("m9", "ana-2", "2026-01-01"))
    with site.loaded(seeds=seeds) as roster:
        assert {member.id: member.slug for member in roster} == {"m1": "ana-3", "m2": "ana"}


def test_what_a_cut_off_book_has_lost_is_taken_back_from_elsewhere(site: Site) -> None:
    site.book.write_text("id,slug,since,until,reason\nm4,bea,2026-01-01,,\n,cy,2025-01-01,2026-01-01,left\n")
    write_csv(site.path, row("m1", "Ana"), row("m2", "Ana"), row("m3", "Cy"), row("m4", "Bo"), row("m5", "Bo"))
    seeds = (
        Entry("m2", "ana", "2026-02-01"),
        Entry("m4", "bo", "2026-02-01"),
        Entry("m9", "cy", "2026-02-01"),
        Entry("m9", "bea", "2026-02-01"),
        Entry("m9", "dee", "2025-02-01", "2025-03-01"),
    )
    with site.loaded(seeds=seeds) as roster:
        slugs = {member.id: member.slug for member in roster}
        # What the book says of m4 and of the released address is right; "bo" was m4's, and stays theirs.
        assert slugs == {"m1": "ana-2", "m2": "ana", "m3": "cy", "m4": "bea", "m5": "bo-2"}
        with locked(site.book):
            roster.addresses.remember(site.book)
    rows = {each["slug"]: (each["id"], each["until"]) for each in csv.DictReader(site.book.read_text().splitlines())}
    assert (rows["bo"], rows["dee"]) == (("m4", "2026-03-01"), ("m9", "2025-03-01"))
    with site.loaded(seeds=seeds) as roster:
        assert not roster.addresses.changes, "nothing is taken back twice"


# -- the file ----------------------------------------------------------------------------------------------


def test_the_file_changes_only_where_an_address_did(site: Site) -> None:
    site.built(row("m1", "Ana"), row("m2", "Bo"))
    assert site.book.read_text() == "id,slug,since,until,reason\nm1,ana,2026-03-01,,\nm2,bo,2026-03-01,,\n"
    before = site.book.stat()
    site.built(row("m2", "Bo"), row("m1", "Anna"))
    assert site.book.stat() == before


BROKEN = {
    "m1,ana,2026-01-01\n": "3 cells where the header has 5",
    "m1,ana,2026-13-01,,\n": 'since "2026-13-01": expected a date',
    "m1,ana,2026-01-01,soon,\n": 'until "soon": expected a date',
    "m1,A na,2026-01-01,,\n": 'slug "A na": expected 1 to 63',
    "m 1,ana,2026-01-01,,\n": 'id "m 1" cannot be a member\'s',
    "m1,ana,2026-01-01,,\nm2,ana,2026-01-01,2026-02-01,\n": 'slug "ana" is there twice',
    "m1,ana,2026-01-01,,\nm1,anna,2026-01-01,,\n": 'member "m1" has two addresses at once: "ana" and "anna"',
    "<<<<<<< HEAD\nm1,ana,2026-01-01,,\n": "1 cells where the header has 5",
}


@pytest.mark.parametrize("rows", BROKEN, ids=lambda rows: BROKEN[rows][:20])
def test_a_broken_book_stops_everything(site: Site, rows: str) -> None:
    write_csv(site.path, row("m1", "Ana"))
    site.book.write_text(f"id,slug,since,until,reason\n{rows}")
    with pytest.raises(RosterError) as caught, site.loaded():
        pass
    assert BROKEN[rows] in str(caught.value)
    assert str(caught.value).startswith(f"{site.book}:")


# -- changes by the company --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("slug,since,until,reason\nana,2026-01-01,,\n", 'missing column "id"'),
        ("id,slug,since\nm1,ana,2026-01-01\n", 'missing column "until"'),
        ("id,slug,since,until\n<<<<<<< HEAD\nm1,ana,2026-01-01,\n", "git could not merge this file"),
    ],
)
def test_a_book_that_lost_its_owners_gives_nobody_another_address(site: Site, content: str, told: str) -> None:
    site.book.write_text(content)
    write_csv(site.path, row("m1", "Ana"))
    with pytest.raises(RosterError, match=told), site.loaded():
        pass


def test_a_book_behind_a_link_is_written_where_it_is(site: Site) -> None:
    shared = site.book.with_name("shared.csv")
    shared.write_text("id,slug,since,until,reason\n")
    site.book.symlink_to(shared.name)
    site.built(row("m1", "Ana"))
    assert site.book.is_symlink()
    assert "m1,ana," in shared.read_text()


def test_a_link_that_leads_nowhere_is_no_missing_book(site: Site) -> None:
    site.book.symlink_to("nowhere.csv")
    write_csv(site.path, row("m1", "Ana"))
    with pytest.raises(RosterError, match="not a file"), site.loaded():
        pass


def test_a_book_with_one_id_in_two_capitals_keeps_each(site: Site) -> None:
    site.book.write_text("id,slug,since,until,reason\nM1,other,2026-01-01,,\nm1,ana,2026-01-01,,\n")
    assert site.built(row("m1", "Ana")) == {"m1": "ana"}
    assert site.faults() == []


def test_rename_reserve_release(site: Site) -> None:
    site.built(row("m1", "Ana"), row("m2", "Bo"))
    book = address_changes.opened(site.book, reserved={"faq"})
    book.rename("m1", "anna", "2026-04-01")
    book.reserve("spring", "a campaign", "2026-04-01")
    for change in (
        lambda: book.rename("m1", "bo", "2026-04-01"),
        lambda: book.rename("m2", "ana", "2026-04-01"),
        lambda: book.rename("m2", "spring", "2026-04-01"),
        lambda: book.rename("m2", "faq", "2026-04-01"),
        lambda: book.rename("m2", "B O", "2026-04-01"),
        lambda: book.rename("m9", "nine", "2026-04-01"),
        lambda: book.reserve("ana", "why", "2026-04-01"),
        lambda: book.release("nobody", "why", "2026-04-01"),
    ):
        with pytest.raises(RosterError):
            change()
    book.rename("m1", "ana", "2026-05-01")
    book.save()
    assert list(address_changes.opened(site.book).entries()) == [
        Entry("m1", "ana", "2026-03-01"),
        Entry("m1", "anna", "2026-04-01", "2026-05-01"),
        Entry("m2", "bo", "2026-03-01"),
        Entry("", "spring", "2026-04-01", None, "a campaign"),
    ]


# -- random histories --------------------------------------------------------------------------------------

_NAMES = ("Ana", "Ana López", "Bo", "Ana 2", "Faq", "王小明", "Bo-2")
_SLUGS = ("", "", "", "", "ana", "bo", "tea", "Ana-2", "faq")


def _step(chance: random.Random, rows: dict[str, dict[str, str]]) -> None:
    """Changes the roster as companies do: members come, go, come back, change names, status and slug."""
    member = f"m{chance.randrange(9)}"
    match chance.randrange(6):
        case 0:
            rows.pop(member, None)
        case 1:
            rows[member] = row(member, chance.choice(_NAMES), status=chance.choice(("active", "inactive")))
        case 2 if member in rows:
            rows[member]["slug"] = chance.choice(_SLUGS)
        case 3 if member in rows:
            rows[member]["phone"] = chance.choice(("", "Not Found"))
            rows[member]["status"] = chance.choice(("active", "inactive", "Suspended", ""))
        case 4 if len(rows) > 1:
            kept = chance.sample(sorted(rows), chance.randrange(1, len(rows)))
            for each in set(rows) - set(kept):
                del rows[each]
        case _:
            rows.setdefault(member, row(member, chance.choice(_NAMES)))["name"] = chance.choice(_NAMES)


@pytest.mark.slow
def test_random_histories_never_lead_to_two_people(tmp_path: Path) -> None:
    for seed in range(RUNS):
        chance = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        site = Site(folder)
        rows: dict[str, dict[str, str]] = {}
        owners: dict[str, str] = {}
        last: dict[str, str] = {}
        for _ in range(STEPS):
            _step(chance, rows)
            shown = list(rows.values())
            chance.shuffle(shown)
            found = site.built(*shown)
            for member, slug in found.items():
                assert owners.setdefault(slug, member) == member, (
                    f"seed {seed}: {slug} led to {owners[slug]} and {member}"
                )
                asked = rows[member].get("slug")
                assert slug == last.get(member, slug) or asked, f"seed {seed}: {member} moved unasked"
            last |= found
        with site.book.open(encoding="utf-8") as file:
            assert {entry["slug"]: entry["id"] for entry in csv.DictReader(file)} == owners
