"""Rosters with faults, and rosters that would deactivate many: what ``capture sync`` stores all the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from capture.base.db import Database
from capture.company.directory import load_directory
from capture.company.roster import KnownSlug, ReadRoster
from capture.models import Lead, Member, Slug
from capture.sync.site_folder import Summary, SyncError, sync
from sitegen.errors import RosterError
from sitegen.model import Status
from tests.capture.clock import Clock
from tests.capture.sync.test_sync import ANA, BO, Folder

HEAD = "id,name,email,status,slug,sponsor,phone"


@pytest.fixture
def empty(unfilled_url: str) -> Iterator[Database]:
    database = Database(unfilled_url, busy_seconds=0.3)
    yield database
    database.engine.dispose()


class Company:
    """A company's site folder with a roster of its own, and the database that it is loaded into."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        (folder / "campaigns.csv").unlink(missing_ok=True)

    def sync(self, *rows: str, **options: object) -> Summary:
        (self.folder / "members.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        return sync(self.database, load_directory(self.folder), **options)  # type: ignore[arg-type]

    def forget_addresses(self) -> None:
        (self.folder / "addresses.csv").unlink()

    @property
    def stored(self) -> dict[str, tuple[str, bool]]:
        """Slug and whether they are active, of each stored member by id."""
        with self.database.read() as session:
            return {each.id: (each.slug, each.active) for each in session.scalars(select(Member))}

    @property
    def active(self) -> set[str]:
        return {member_id for member_id, (_, active) in self.stored.items() if active}


@pytest.fixture
def company(empty: Database, sample: Path, tmp_path: Path) -> Company:
    found = Company(Path(shutil.copytree(sample, tmp_path / "content")), empty)
    (found.folder / "addresses.csv").unlink(missing_ok=True)
    return found


def rows(count: int) -> list[str]:
    return [f"m-{number},Member {number},m{number}@example.com,active,,," for number in range(1, count + 1)]


@pytest.mark.parametrize("left", [0, 1, 30, 89], ids=["only the header", "cut off early", "cut off", "ten are missing"])
def test_a_cut_off_roster_changes_nothing(company: Company, left: int) -> None:
    company.sync(*rows(99))
    before, book = company.stored, (company.folder / "addresses.csv").read_bytes()
    newcomer = "new,Newcomer,new@example.com,active,,,"
    with pytest.raises(RosterError) as caught:
        company.sync(*rows(left), *([newcomer] if left else []))
    gone = 99 - left
    [fault] = caught.value.faults
    assert fault.where == company.folder / "members.csv"
    assert fault.message.startswith(f"this file would deactivate {gone} of 99 members (member-")
    assert fault.message.endswith("nothing was changed")
    assert f"--remove-up-to {gone}" in str(fault.hint)
    assert company.stored == before
    assert (company.folder / "addresses.csv").read_bytes() == book, "no address is given by a roster that is refused"
    with pytest.raises(RosterError):
        company.sync(*rows(left), remove_up_to=gone - 1)
    assert company.sync(*rows(left), remove_up_to=gone).deactivated == gone


def test_few_may_go_and_many_of_very_many(company: Company) -> None:
    company.sync(*rows(300))
    assert company.sync(*rows(285)).deactivated == 15, "5 %"
    assert company.sync(*rows(276)).deactivated == 9, "fewer than ten"
    with pytest.raises(RosterError):
        company.sync(*rows(260))


def test_all_may_not_be_switched_off_by_their_status_either(company: Company) -> None:
    company.sync(*rows(12))
    with pytest.raises(RosterError, match="would deactivate 12 of 12 members"):
        company.sync(*(each.replace("active", "inactive") for each in rows(12)))
    assert len(company.active) == 12


def test_a_broken_field_costs_that_field_alone(company: Company) -> None:
    company.sync("m-1,Ana,ana@example.com,active,,,+34600111222")
    summary = company.sync("m-1,Ana María,ana@example.com,active,,,12", "m-2,Bo,bo@example.com,active,,m-1,")
    [fault] = summary.faults
    assert (fault.line, summary.added, summary.changed) == (2, 1, 1)
    with company.database.read() as session:
        ana = session.get_one(Member, "m-1")
        assert (ana.name, ana.phone) == ("Ana María", None)


def test_a_row_that_cannot_be_read_leaves_its_member_as_before(company: Company) -> None:
    company.sync(*rows(3))
    before = company.stored
    bad = "m-2,,m2@example.com,active,,,"
    summary = company.sync(
        rows(1)[0].replace("Member 1", "Someone Else"), bad, "m-3,Member 3,m3@example.com,inactive,,,"
    )
    assert [fault.line for fault in summary.faults] == [3]
    assert (summary.changed, summary.deactivated) == (2, 1), "the others go on"
    assert company.stored == {**before, "m-3": (before["m-3"][0], False)}


@pytest.mark.parametrize("bad", ["m-2,,m2@example.com,inactive,,,", "m-2,Member 2,no address,inactive,,,"])
def test_who_is_inactive_is_deactivated_whatever_else_cannot_be_read(company: Company, bad: str) -> None:
    company.sync(*rows(3))
    summary = company.sync(rows(3)[0], bad, rows(3)[2])
    assert summary.faults
    assert summary.deactivated == 1
    assert company.active == {"m-1", "m-3"}


@pytest.mark.parametrize("nameless", [",Member 2,m2@example.com,active,,,", "m 2!,Member 2,m2@example.com,active,,,"])
def test_nobody_leaves_by_absence_while_a_row_s_id_cannot_be_read(company: Company, nameless: str) -> None:
    company.sync(*rows(4))
    summary = company.sync(rows(4)[0], nameless, rows(4)[2].replace("active", "inactive"))
    assert summary.faults
    assert company.active == {"m-1", "m-2", "m-4"}, "the row that says inactive holds"
    assert company.sync(*rows(2)).deactivated == 1
    assert company.active == {"m-1", "m-2"}


def test_strict_stores_nothing_of_a_roster_with_a_fault(company: Company) -> None:
    company.sync(*rows(2))
    with pytest.raises(RosterError):
        company.sync(rows(2)[0].replace("Member 1", "Ana"), "m-2,,m2@example.com,inactive,,,", strict=True)
    assert company.active == {"m-1", "m-2"}


def test_a_sponsor_whose_row_cannot_be_read_is_left_as_it_was(company: Company) -> None:
    company.sync("m-1,Ana,ana@example.com,active,,,", "m-2,Bo,bo@example.com,active,,m-1,")
    lost = "m-9,,new@example.com,active,,m-1,"
    company.sync(
        "m-1,Ana,ana@example.com,active,,,",
        "m-2,Bo,bo@example.com,active,,m-9,",
        "m-3,Cy,cy@example.com,active,,m-9,",
        lost,
    )
    with company.database.read() as session:
        sponsors = {each.id: each.sponsor_id for each in session.scalars(select(Member))}
    assert sponsors == {"m-1": None, "m-2": "m-1", "m-3": None}


def test_addresses_that_the_database_knows_are_kept_where_there_is_no_address_book(company: Company) -> None:
    company.sync("m-1,Ana Ruiz,ana@example.com,active,,,", "m-2,Ana Ruiz,bo@example.com,active,,,")
    given = company.stored
    assert given == {"m-1": ("ana-ruiz", True), "m-2": ("ana-ruiz-2", True)}
    company.forget_addresses()
    company.sync("m-3,Ana Ruiz,cy@example.com,active,,,", "m-2,Ana Ruiz,bo@example.com,active,,,")
    assert company.stored == {"m-1": ("ana-ruiz", False), "m-2": ("ana-ruiz-2", True), "m-3": ("ana-ruiz-3", True)}
    company.forget_addresses()
    company.sync("m-2,Bo Bell,bo@example.com,active,bo-bell,,", "m-3,Ana Ruiz,cy@example.com,active,,,")
    company.forget_addresses()
    company.sync("m-4,Ana Ruiz,dee@example.com,active,,,", "m-2,Bo,bo@example.com,active,,,", rows(1)[0])
    assert company.stored["m-2"] == ("bo-bell", True), "of two, the present one"
    assert company.stored["m-4"] == ("ana-ruiz-4", True), "a former one is nobody else's either"


def test_one_clash_with_the_database_keeps_one_member_from_changing(empty: Database, clock: Clock) -> None:
    cy = replace(BO, id="m-3", slug="cy", sponsor_id="m-2", email="cy@example.com")
    sync(empty, Folder((ANA, BO)))
    renamed, taken = replace(ANA, name="Ana B."), replace(BO, slug="ana", name="Bo B.")
    summary = sync(empty, Folder((renamed, taken, cy)), clock.now)
    assert [each.message for each in summary.faults] == ['the slug "ana" of member m-2 was the address of member m-1']
    assert (summary.members, summary.added, summary.changed, summary.deactivated) == (3, 1, 1, 0)
    with empty.read() as session:
        found = {each.id: (each.slug, each.name) for each in session.scalars(select(Member))}
        assert found == {"m-1": ("ana", "Ana B."), "m-2": ("bo", "Bo"), "m-3": ("cy", "Bo")}
        assert {each.slug: each.member_id for each in session.scalars(select(Slug))} == {
            "ana": "m-1",
            "bo": "m-2",
            "cy": "m-3",
        }
    assert sync(empty, Folder((renamed, taken, cy)), clock.now).changed == 0
    gone = sync(empty, Folder((renamed, replace(taken, status=Status.INACTIVE), cy)), clock.now)
    assert (len(gone.faults), gone.deactivated) == (1, 1)


def test_a_newcomer_with_somebody_s_slug_is_left_out_and_the_others_come_in(empty: Database) -> None:
    sync(empty, Folder((ANA,)))
    newcomer = replace(BO, slug="ana")
    below = replace(BO, id="m-3", slug="cy", sponsor_id="m-2", email="cy@example.com")
    summary = sync(empty, Folder((ANA, newcomer, below)))
    assert (len(summary.faults), summary.added) == (1, 1)
    with empty.read() as session:
        assert session.get(Member, "m-2") is None
        assert session.get_one(Member, "m-3").sponsor_id is None


def test_of_very_many_clashes_the_first_are_told(empty: Database) -> None:
    many = tuple(replace(BO, id=f"m-{n}", slug=f"bo-{n}", sponsor_id=None) for n in range(30))
    sync(empty, Folder(many))
    other = tuple(replace(each, id=f"x-{each.id}") for each in many)
    faults = sync(empty, Folder((*many, *other))).faults
    assert len(faults) == 21
    assert faults[-1].message == "and 10 more members with slugs of others"


def test_two_syncs_at_once_never_give_one_slug_to_two(empty: Database) -> None:
    class Overtaken(Folder):
        @contextmanager
        def roster(self, known: Iterable[KnownSlug] = (), *, strict: bool = False) -> Iterator[ReadRoster]:
            with Folder.roster(self, known, strict=strict) as read:
                yield read
            sync(empty, Folder((ANA, replace(BO, slug="new"))))

    with pytest.raises(SyncError, match="another sync has just given addresses"):
        sync(empty, Overtaken((ANA, replace(BO, id="m-7", slug="new"))))


def test_leads_of_a_mass_deactivation_return_with_the_next_whole_roster(company: Company, clock: Clock) -> None:
    company.sync(*rows(20))
    with company.database.write() as session:
        session.add_all(
            Lead(
                member_id=f"m-{number}",
                owner_id=f"m-{number}",
                assignee_id=f"m-{number}",
                email=f"p{number}@example.com",
                interest="products",
                locale="en",
                created_at=clock.now,
                confirmed_at=clock.now,
            )
            for number in range(1, 21)
        )
    assert company.sync(*rows(3), remove_up_to=17).handed_over == 17
    assert company.sync(*rows(20)).handed_over == 17
    with company.database.read() as session:
        assert all(each.assignee_id == each.owner_id == each.member_id for each in session.scalars(select(Lead)))
