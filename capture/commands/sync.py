"""``capture sync``: brings the database up to date with a site folder."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from capture.base.db import Database
from capture.commands import installation, options
from capture.company import directory
from capture.company.directory import Directory
from capture.company.generator import find_folder
from capture.sync import reachable
from capture.sync.site_folder import Summary, members_without_timezone
from capture.sync.site_folder import sync as bring_up_to_date


@click.command()
@options.site
@options.url
@options.capture_url
@click.option(
    "--remove-up-to", type=click.IntRange(min=0), metavar="N", help="Deactivate up to N members; else few may go."
)
@click.option("--strict", is_flag=True, help="Store nothing if anything is wrong with a single member.")
@options.as_json
def sync(
    folder: Path | None,
    url: str | None,
    capture_url: str | None,
    remove_up_to: int | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Load roster, page addresses and consent wordings from a site folder into the database, and exchange campaigns
    with it.

    Run it after each change of the roster or the pages; running it again does no harm. Members that the roster no
    longer lists become inactive, and their leads are kept. Campaigns created in the office are written to
    campaigns.csv beside site.toml, so that the next build creates their pages; campaigns in the file are added to the
    office.

    What is wrong with single members is told at the end, and leaves them as they were; everything else is stored. A run
    that would deactivate all members, or at least ten who are more than one in twenty, changes nothing unless
    --remove-up-to allows it. A run that stores nothing prints nothing on standard output.

    \b
    Example:
      capture sync content
    """
    site_folder = find_folder(folder)
    settings = installation.settings(site_folder)
    started = time.monotonic()
    found = directory.load_directory(site_folder, url=url, capture_url=capture_url)
    database = installation.open_database(settings)
    database.migrate()
    summary = bring_up_to_date(database, found, remove_up_to=remove_up_to, strict=strict)
    seconds = time.monotonic() - started
    if as_json:
        faults = [{**asdict(each), "where": str(each.where) if each.where else None} for each in summary.faults]
        click.echo(json.dumps({**asdict(summary), "faults": faults, "seconds": round(seconds, 3)}))
    else:
        click.echo(f"{_told(summary)} in {seconds:.1f} s")
        _tell_notes(summary, found, database)
        _tell_faults(summary)
    if summary.faults:
        sys.exit(1)


def _tell_notes(summary: Summary, found: Directory, database: Database) -> None:
    if waiting := summary.campaigns_waiting:
        shown = ", ".join(waiting[:10]) + (" …" if len(waiting) > 10 else "")
        why = _why_without_a_page(has_landing_pages=found.has_landing_pages)
        click.echo(f"{len(waiting)} campaigns without a landing page ({shown}): {why}", err=True)
    for each in _unknown_days(found.company.timezone, members_without_timezone(database)):
        click.echo(each, err=True)
    for each in reachable.notes(database):
        click.echo(each, err=True)


def _tell_faults(summary: Summary) -> None:
    if not summary.faults:
        return
    for each in summary.faults:
        click.echo(str(each), err=True)
    one = len(summary.faults) == 1
    what = "one fault of a single member" if one else f"{len(summary.faults)} faults of single members"
    click.echo(f"{what}; everything else is stored", err=True)


def _unknown_days(timezone: str | None, without: int) -> Iterator[str]:
    """Yields what is to be filled in so that days are those of the company and of each member. ``without``: the number
    of active members without a time zone."""
    if timezone is None:
        yield 'days are counted in UTC: write timezone = "Europe/Dublin", or yours, under [company] in site.toml'
    if without:
        count = f"{without} active members without" if without > 1 else "1 active member without"
        day = f"a known time zone: days are those of {timezone or 'UTC'}"
        yield f"{count} {day}; fill in the roster's column timezone"


def _told(summary: Summary) -> str:
    return (
        f"{summary.members} members ({summary.active} active): {summary.added} added, {summary.changed} changed,"
        f" {summary.deactivated} deactivated; {summary.pages} page addresses, {summary.wordings} consent wordings"
        + (f"; {summary.handed_over} leads reassigned" if summary.handed_over else "")
        + (f"; {summary.campaigns_found} campaigns added from campaigns.csv" if summary.campaigns_found else "")
        + (f"; {summary.campaigns_told} campaigns added to campaigns.csv" if summary.campaigns_told else "")
    )


def _why_without_a_page(*, has_landing_pages: bool) -> str:
    if has_landing_pages:
        return "campaigns.csv cannot hold their names: change them in the office"
    return "the site has no page for them: write pages/<locale>/campaign.md"
