"""Reads a site's roster and campaigns and checks them by the rules of the site's settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sitegen.campaigns.placements import Placements
from sitegen.check import owners, roster_file
from sitegen.errors import ContentError, EspalierError, Fault, RosterError
from sitegen.render import photos as pictures
from sitegen.roster import Roster, address_book
from sitegen.roster.addressing import Addressing, Seeds
from sitegen.roster.portions import RosterFile
from sitegen.roster.removal import Guard
from sitegen.roster.slugs import RESERVED
from sitegen.site.content import CAMPAIGN
from sitegen.site.location import ADDRESSES_FILE, CAMPAIGNS_FILE
from sitegen.site.site import Site


def today() -> date:
    """Returns the day that new entries of the address book bear: today, by UTC."""
    return datetime.now(UTC).date()


def reserved(site: Site) -> frozenset[str]:
    """Returns the slugs that nobody may have: words with another meaning, and what is the company's own."""
    return RESERVED | site.reserved_slugs()


@contextmanager
def giving(site: Site, *, frozen: bool) -> Iterator[None]:
    """Keeps other programs from giving addresses until the block ends; none are given when ``frozen``."""
    if frozen:
        yield
        return
    with address_book.locked(site.addresses_path):
        yield


def roster(
    site: Site,
    index: Path | None = None,
    *,
    file: RosterFile | None = None,
    strict: bool = False,
    frozen: bool = False,
    seeds: Seeds = (),
    in_place: bool = False,
    guard: Guard | None = None,
) -> Roster:
    """Reads the site's roster and returns it. ``index``: where to keep its index; None: in a temporary folder.

    ``file``: the roster's file, if it is being read already. ``frozen``: give no new address. ``seeds``: addresses from
    before there was an address book. ``in_place``: nobody else has the index open. ``guard``: refuse a roster that
    would take many members from the web. Raises RosterError for a roster or an address book that cannot be used and, if
    ``strict``, for every fault of a single row.
    """
    return Roster.of_file(
        file or roster_file.of(site.settings),
        index=index,
        how=Addressing(book=site.addresses_path, frozen=frozen, seeds=seeds, today=today()),
        photos=site.folder / "photos",
        reserved=site.reserved_slugs(),
        strict=strict,
        in_place=in_place,
        guard=guard,
    )


def photo_faults(site: Site, members: Roster) -> Iterator[Fault]:
    """Yields the faults of photos that a build would refuse: files that are no pictures, broken, or too large."""
    folder = site.folder / "photos"
    for name in members.active_photos():
        try:
            if not (folder / name).is_file():
                continue  # told by the roster, with the line
            pictures.locate(folder, name)
            pictures.verify(folder / name)
        except ContentError as error:
            yield from error.faults


def campaigns(site: Site, members: Roster | None, index: Path | None = None) -> Placements:
    """Checks the site's campaigns and returns them. ``index``: where to keep their index; None: in a temporary folder.

    Without ``members``, the members that campaigns name are not looked up. Raises RosterError with every fault of the
    file, and ContentError if there are campaigns but no page to make landing pages from.
    """
    found = Placements.load(site.campaigns_path, members, index=index)
    missing = [locale for locale in site.pages if len(found) and site.page(CAMPAIGN, locale) is None]
    if missing:
        found.close()
        raise ContentError(*(_no_landing_page(site, locale) for locale in missing))
    return found


def _no_landing_page(site: Site, locale: str) -> Fault:
    message = f"there are campaigns, but no pages/{locale}/{CAMPAIGN}.md to make their landing pages from"
    hint = f"write that page, with the template {CAMPAIGN}; `sitegen new` makes a site that has one"
    return Fault(message, where=site.campaigns_path, hint=hint)


@contextmanager
def opened(
    site: Site,
    index: Path | None = None,
    *,
    file: RosterFile | None = None,
    strict: bool = False,
    frozen: bool = False,
    seeds: Seeds = (),
    in_place: bool = False,
) -> Iterator[tuple[Roster, Placements]]:
    """Yields the site's roster and campaigns; the parameters are those of ``roster``.

    Raises EspalierError with every fault of both files, and with the addresses that have two owners.
    """
    try:
        members = roster(site, index, file=file, strict=strict, frozen=frozen, seeds=seeds, in_place=in_place)
    except RosterError as error:
        raise EspalierError(*error.faults, *_campaigns_alone(site.campaigns_path)) from error
    with members:
        twice = list(owners.of_two(site, members))
        try:
            placements = campaigns(site, members)
        except EspalierError as error:
            raise EspalierError(*members.faults, *twice, *error.faults) from error
        with placements:
            if twice:
                raise EspalierError(*members.faults, *twice)
            yield members, placements


def faults_alone(folder: Path, file: RosterFile | None) -> Iterable[Fault]:
    """Returns the faults of roster and campaigns, to be reported together with faults of the site's pages or theme.

    ``file``: the roster's file; None if ``site.toml`` itself cannot be read, and then there are none.
    """
    if file is None:
        return ()
    how = Addressing(book=folder / ADDRESSES_FILE, today=today())
    try:
        with Roster.of_file(file, how=how, photos=folder / "photos", strict=False) as members:
            return (*members.faults, *_campaigns_alone(folder / CAMPAIGNS_FILE, members))
    except RosterError as error:
        return (*error.faults, *_campaigns_alone(folder / CAMPAIGNS_FILE))


def _campaigns_alone(path: Path, members: Roster | None = None) -> Iterable[Fault]:
    # Without a roster that can be used, the faults of the campaigns are still worth telling, unknown members aside.
    try:
        Placements.load(path, members).close()
    except RosterError as error:
        return error.faults
    return ()
