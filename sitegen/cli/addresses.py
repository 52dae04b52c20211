"""The commands ``sitegen addresses …``, which show and change the address book."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitegen.cli.options import folder_argument, json_option
from sitegen.errors import EspalierError, Fault
from sitegen.site.location import ADDRESSES_FILE, find_folder

if TYPE_CHECKING:
    from sitegen.roster import Roster
    from sitegen.roster.address_changes import AddressBook
    from sitegen.site.site import Site

_reason = click.option("--reason", required=True, help="Why; it is kept in addresses.csv.")
_folder = click.option("--site", "folder", type=click.Path(path_type=Path), help="The site folder.")


@click.group()
def addresses() -> None:
    """Show and change which address belongs to which member.

    An address belongs to a member for ever, because printed codes lead to it. The file addresses.csv remembers all of
    them; keep it with the site under version control.

    \b
    Example:
      sitegen addresses list content
    """


@addresses.command(name="list")
@folder_argument
@click.option("--of", "member", metavar="ID", help="Only those of this member.")
@json_option
def list_(folder: Path | None, member: str | None, as_json: bool) -> None:
    """List every address that was ever given, with its owner.

    \b
    Example:
      sitegen addresses list content --of m-001
    """
    from sitegen.roster import address_changes

    book = address_changes.opened(find_folder(folder) / ADDRESSES_FILE)
    for entry in book.entries():
        if member is not None and entry.id != member:
            continue
        if as_json:
            click.echo(json.dumps(entry._asdict(), ensure_ascii=False))
        else:
            until = "" if entry.until is None else f" until {entry.until}"
            owner = entry.id or ("free" if entry.is_free else "reserved")
            click.echo(f"{entry.slug:<32} {owner:<20} since {entry.since}{until} {entry.reason or ''}".rstrip())


@addresses.command()
@folder_argument
def gone(folder: Path | None) -> None:
    """List the addresses of members who have no site now: a web server answers 410 there.

    \b
    Example:
      sitegen addresses gone content
    """
    with _roster(folder) as (_, roster):
        sys.stdout.writelines(f"{slug}\n" for slug in roster.addresses.gone())


@addresses.command()
@folder_argument
def moved(folder: Path | None) -> None:
    """List former addresses of members, each with the present one: a web server redirects there.

    \b
    Example:
      sitegen addresses moved content
    """
    with _roster(folder) as (_, roster):
        sys.stdout.writelines(f"{slug} {member.slug}\n" for slug, member in roster.addresses.former())


@addresses.command()
@click.argument("member", metavar="ID")
@click.argument("slug")
@_folder
def rename(member: str, slug: str, folder: Path | None) -> None:
    """Give the member with this ID another address; the present one leads to it from then on.

    \b
    Example:
      sitegen addresses rename m-001 ana-ruiz
    """
    _change(folder, lambda book, day: book.rename(member, slug, day))
    click.echo(f"{member} has the address {slug} from the next build on; the one before leads there")


@addresses.command()
@click.argument("slug")
@_reason
@_folder
def reserve(slug: str, reason: str, folder: Path | None) -> None:
    """Keep a SLUG that nobody has for the company.

    \b
    Example:
      sitegen addresses reserve summer --reason "a campaign next year"
    """
    _change(folder, lambda book, day: book.reserve(slug, reason, day))
    click.echo(f"{slug} is reserved")


@addresses.command()
@click.argument("slug")
@_reason
@_folder
def release(slug: str, reason: str, folder: Path | None) -> None:
    """Take a SLUG from its owner, so that it may be given again. Only for addresses that were never printed.

    \b
    Example:
      sitegen addresses release ana-typo --reason "a typing error, never shown"
    """
    _change(folder, lambda book, day: book.release(slug, reason, day))
    click.echo(f"{slug} belongs to nobody any more")


def _change(folder: Path | None, change: Callable[[AddressBook, str], None]) -> None:
    from sitegen.check import people
    from sitegen.roster import address_book, address_changes
    from sitegen.site import site as sites

    site = sites.load(find_folder(folder))
    with address_book.locked(site.addresses_path):
        if not site.addresses_path.is_file():
            hint = "run `sitegen check --fix` first, which gives every member an address"
            raise EspalierError(Fault("there is no address book yet", where=site.addresses_path, hint=hint))
        book = address_changes.opened(site.addresses_path, reserved=people.reserved(site))
        change(book, datetime.now(UTC).date().isoformat())
        book.save()


@contextmanager
def _roster(folder: Path | None) -> Iterator[tuple[Site, Roster]]:
    from sitegen.check import people
    from sitegen.site import site as sites

    site = sites.load(find_folder(folder))
    with people.roster(site) as roster:
        yield site, roster
