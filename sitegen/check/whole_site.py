"""Checks a site folder as a whole, beside the reading of its roster, and reports all its faults together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sitegen.check import notes, pages_check, people
from sitegen.check.pages_check import PagesCheck
from sitegen.errors import EspalierError, Fault
from sitegen.roster import Roster
from sitegen.roster.portions import RosterFile
from sitegen.site import assets, pictures
from sitegen.site import site as sites
from sitegen.site.site import Site
from sitegen.token import TokenSigner


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found of a site that can be built.

    ``of_members``: faults of single members, who are published without what cannot be read. ``addresses``: how many
    entries of the address book are new; ``remembered``: whether they were written. ``notes``: what is right about the
    roster and should be known all the same, a sentence each.
    """

    site: Site
    members: int
    of_members: tuple[Fault, ...]
    addresses: int
    remembered: bool
    notes: tuple[str, ...]


def check(folder: Path, signer: TokenSigner, file: RosterFile | None, *, remember: bool, frozen: bool) -> Checked:
    """Checks a site folder as ``everything`` does. ``file``: its roster's, None if ``site.toml`` cannot be read."""
    try:
        site = sites.load(folder)
    except EspalierError as error:
        raise EspalierError(*error.faults, *people.faults_alone(folder, file)) from error
    with (
        pages_check.begun(site, signer, apart=file is not None and file.is_ahead) as pages,
        people.giving(site, frozen=not remember),
        people.opened(site, file=file, frozen=frozen) as (members, _),
    ):
        pages.go_on(members)
        told = notes.of(members)
        of_members = _faults_of_members(site, pages, members)
        new = members.addresses.changes
        if remember:
            members.addresses.remember(site.addresses_path)
        return Checked(site, len(members), of_members, new, remember and new > 0, told)


def _faults_of_members(site: Site, pages: PagesCheck, members: Roster) -> tuple[Fault, ...]:
    """Returns the faults of single members.

    Raises EspalierError with all faults if there are others.
    """
    of_members = (*members.faults, *people.photo_faults(site, members))
    of_pictures = tuple(pictures.faults(assets.files_of(site.theme, site.folder).values()))
    try:
        pages.finish()
    except EspalierError as error:
        raise EspalierError(*_sorted(of_members), *_sorted(dict.fromkeys((*of_pictures, *error.faults)))) from error
    if of_pictures:
        raise EspalierError(*_sorted((*of_members, *of_pictures)))
    return tuple(_sorted(of_members))


def _sorted(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.order)
