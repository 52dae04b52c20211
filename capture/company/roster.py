"""The roster of a site folder as it was read: its members, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sitegen.check import people
from sitegen.errors import Fault
from sitegen.model import Member
from sitegen.roster import removal
from sitegen.roster.address_book import Entry
from sitegen.site.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRoster:
    """A roster that was read. It can be used only within the block that opened it.

    ``unread``: the id of each member whose row could not be read, and whether it says at least that they are inactive.
    ``nameless``: how many rows have no id that can be read. ``faults``: those of single rows. ``remember`` writes
    ``addresses.csv``, if new members got addresses, and raises OutputError if it cannot be written.
    """

    path: Path
    members: Iterable[Member]
    unread: Iterable[tuple[str, bool]] = ()
    nameless: int = 0
    faults: Sequence[Fault] = ()
    remember: Callable[[], object]


@dataclass(frozen=True, slots=True)
class KnownSlug:
    """A slug that the database has. ``present``: whether it is the member's slug now."""

    member_id: str
    slug: str
    present: bool


@contextmanager
def opened(site: Site, known: Iterable[KnownSlug] = (), *, strict: bool = False) -> Iterator[ReadRoster]:
    """Reads a site's roster; until the block ends no other program gives addresses.

    ``known``: slugs that were given before the site had an address book. Raises RosterError for a roster that cannot be
    used and, if ``strict``, for every fault of a single row.
    """
    day = people.today().isoformat()
    seeds = (Entry(each.member_id, each.slug, day, None if each.present else day) for each in known)
    with people.giving(site, frozen=False), people.roster(site, strict=strict, seeds=seeds) as roster:
        yield ReadRoster(
            path=roster.path,
            members=roster,
            unread=((each.id, each.inactive) for each in roster.unread()),
            nameless=roster.nameless,
            faults=roster.faults,
            remember=lambda: roster.addresses.remember(site.addresses_path),
        )


def refuse_many_deactivated(
    file: Path, before: int, gone: int, examples: Sequence[str], *, up_to: int | None = None
) -> None:
    """Raises RosterError if a roster would deactivate more members than may go in one run (see ``removal.may_go``).

    ``before``: how many are active; ``examples``: slugs of some who would be deactivated; ``up_to``: how many a person
    allowed.
    """
    removal.refuse_many(file, before, gone, examples, up_to=up_to, verb="deactivate")
