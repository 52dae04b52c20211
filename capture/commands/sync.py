"""``capture sync``: brings the database up to date with a site folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from capture.commands import installation, options
from capture.company import directory
from capture.company.generator import find_folder
from capture.sync import reachable
from capture.sync.site_folder import Summary, members_without_timezone
from capture.sync.site_folder import sync as bring_up_to_date


@click.command()
@options.site
@options.url
@options.capture_url
@options.as_json
def sync(folder: Path | None, url: str | None, capture_url: str | None, as_json: bool) -> None:
    """Load roster, page addresses and consent wordings from a site folder into the database, and exchange campaigns
    with it.

    Run it after each change of the roster or the pages; running it again does no harm. Members that the roster no
    longer lists become inactive, and their leads are kept. Campaigns created in the office are written to
    campaigns.csv beside site.toml, so that the next build creates their pages; campaigns in the file are added to the
    office.

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
    summary = bring_up_to_date(database, found)
    seconds = time.monotonic() - started
    if as_json:
        click.echo(json.dumps({**asdict(summary), "seconds": round(seconds, 3)}))
        return
    click.echo(f"{_told(summary)} in {seconds:.1f} s")
    if waiting := summary.campaigns_waiting:
        shown = ", ".join(waiting[:10]) + (" …" if len(waiting) > 10 else "")
        why = _why_without_a_page(has_landing_pages=found.has_landing_pages)
        click.echo(f"{len(waiting)} campaigns without a landing page ({shown}): {why}", err=True)
    for each in _unknown_days(found.company.timezone, members_without_timezone(database)):
        click.echo(each, err=True)
    for each in reachable.notes(database):
        click.echo(each, err=True)


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
