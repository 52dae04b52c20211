"""The commands ``sitegen members`` and ``sitegen roster-to``."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitegen.cli.installation import instance_folder
from sitegen.cli.json_output import member_json, print_list
from sitegen.cli.options import folder_argument, json_option
from sitegen.errors import EspalierError, Fault
from sitegen.model import Status
from sitegen.site.location import find_folder

if TYPE_CHECKING:
    from sitegen.roster import Roster
    from sitegen.site.site import Site


@click.command()
@folder_argument
@click.option("--slug", help="Show this member with their upline.")
@click.option("--search", "text", help="Only members with this text in name, slug, id, e-mail, phone or place.")
@click.option("--status", type=click.Choice([each.value for each in Status]), help="Only active or inactive members.")
@click.option("--locale", help="Only members with this language.")
@click.option("--market", help="Only members of this market.")
@click.option("--count", "only_count", is_flag=True, help="Print only the number of members.")
@click.option("--limit", type=click.IntRange(min=1), help="List at most this many members.")
@json_option
def members(
    folder: Path | None,
    slug: str | None,
    text: str | None,
    status: str | None,
    locale: str | None,
    market: str | None,
    only_count: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List, filter and count the members, or show one with their upline.

    \b
    Example:
      sitegen members content --market ES --count
      sitegen members content --slug ana --json
    """
    from sitegen.check import people
    from sitegen.roster import Query
    from sitegen.site import site as sites

    site = sites.load(find_folder(folder))
    query = Query(text, Status(status) if status else None, locale, market)
    with people.roster(site) as roster:
        if slug is not None:
            _show_member(site, roster, slug, as_json)
        elif only_count:
            count = roster.count(query)
            click.echo(json.dumps({"count": count}) if as_json else count)
        elif as_json:
            print_list(member_json(each) for each in roster.search(query, limit=limit))
        else:
            for each in roster.search(query, limit=limit):
                click.echo(f"{each.slug:<28} {each.status.value:<9} {each.locale:<6} {each.name}")


@click.command(name="roster-to")
@click.argument("database", metavar="postgresql://…")
@folder_argument
@click.option(
    "--remove-up-to", type=click.IntRange(min=0), metavar="N", help="Let up to N members go from the web; else few may."
)
def roster_to(database: str, folder: Path | None, remove_up_to: int | None) -> None:
    """Check the roster and copy it to a PostgreSQL database, for `serve --production --roster`.

    Servers use the old roster until the new one is complete.

    \b
    Example:
      sitegen roster-to postgresql://espalier@localhost/espalier content
    """
    from sitegen.check import people
    from sitegen.roster import postgres, postgres_address
    from sitegen.roster.removal import Guard
    from sitegen.site import site as sites

    address = postgres_address.read(database)
    folder = find_folder(folder)
    site = sites.load(folder)
    with ExitStack() as opened:
        with people.giving(site, frozen=False):
            guard = Guard(remove_up_to)
            roster = opened.enter_context(
                people.roster(site, instance_folder(folder) / "roster-to.sqlite", guard=guard)
            )
            roster.addresses.remember(site.addresses_path)
        changed = postgres.copy(roster, database, postgres.rules(site.roster_rules))
        click.echo(f"{len(roster)} members {'copied to' if changed else 'are already in'} {address}")
        if faults := roster.faults:
            click.echo("\n".join(map(str, faults)), err=True)
            sys.exit(1)


def _show_member(site: Site, roster: Roster, slug: str, as_json: bool) -> None:
    member = roster.by_slug(slug)
    if member is None:
        hint = "list them with `sitegen members`"
        raise EspalierError(Fault(f'there is no member with the slug "{slug}"', site.settings.roster_path, hint=hint))
    upline = roster.upline(member)
    home = site.addresses.member_home(member.slug)
    downline = roster.downline_count(member)
    if as_json:
        above = [{"id": each.id, "slug": each.slug, "name": each.name, "status": each.status.value} for each in upline]
        shown = {**member_json(member), "url": home, "upline": above, "downline_count": downline}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in member_json(member).items():
        if value not in (None, []):
            text = ", ".join(f"{link.label} {link.url}" for link in member.links) if name == "links" else str(value)
            table.add_row(name, text)
    table.add_row("site", home)
    table.add_row("downline", str(downline))
    for depth, each in enumerate(upline):
        table.add_row("upline" if depth == 0 else "", f"{'  ' * depth}{each.name} ({each.slug}, {each.status.value})")
    Console(highlight=False, markup=False).print(table)
