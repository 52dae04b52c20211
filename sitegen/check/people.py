"""Reads a site's roster and campaigns and checks them by the rules of the site's settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sitegen.campaigns.placements import Placements
from sitegen.errors import ContentError, EspalierError, Fault, RosterError
from sitegen.render import photos as pictures
from sitegen.roster import Roster
from sitegen.site import config
from sitegen.site.content import CAMPAIGN
from sitegen.site.location import CAMPAIGNS_FILE
from sitegen.site.site import Site


def roster(site: Site, index: Path | None = None) -> Roster:
    """Checks the site's roster and returns it. ``index``: where to keep its index; None: in a temporary folder.

    Raises RosterError with every fault.
    """
    settings = site.settings
    return Roster.load(
        settings.roster_path,
        index=index,
        reserved=site.reserved_slugs(),
        default_locale=settings.default_locale,
        locales=tuple(settings.locales),
        photos=site.folder / "photos",
        mapping=settings.roster_mapping,
    )


def photo_faults(site: Site, members: Roster) -> Iterator[Fault]:
    """Yields the faults of photos that a build would refuse: files that are no pictures, broken, or too large."""
    folder = site.folder / "photos"
    for name in members.active_photos():
        try:
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
def opened(site: Site) -> Iterator[tuple[Roster, Placements]]:
    """Yields the site's roster and campaigns, checked. Raises EspalierError with every fault of both files."""
    try:
        members = roster(site)
    except RosterError as error:
        raise EspalierError(*error.faults, *_campaigns_alone(site.campaigns_path)) from error
    with members, campaigns(site, members) as placements:
        yield members, placements


def faults_alone(folder: Path) -> Iterable[Fault]:
    """Returns the faults of roster and campaigns, to be reported together with faults of the site's pages or theme.

    Returns none if ``site.toml`` itself cannot be read.
    """
    try:
        settings = config.load(folder)
        photos = folder / "photos"
        locales = tuple(settings.locales)
        roster_path, language = settings.roster_path, settings.default_locale
        with (
            Roster.load(
                roster_path,
                default_locale=language,
                locales=locales,
                photos=photos,
                mapping=settings.roster_mapping,
            ) as members,
            Placements.load(folder / CAMPAIGNS_FILE, members),
        ):
            return ()
    except RosterError as error:
        is_campaigns = any(fault.where == folder / CAMPAIGNS_FILE for fault in error.faults)
        return error.faults if is_campaigns else (*error.faults, *_campaigns_alone(folder / CAMPAIGNS_FILE))
    except EspalierError:  # the config itself, reported already
        return ()


def _campaigns_alone(path: Path) -> Iterable[Fault]:
    # The roster has faults; those of the campaigns are still worth telling, unknown members aside.
    try:
        Placements.load(path, None).close()
    except RosterError as error:
        return error.faults
    return ()
