"""``capture purge``: deletes data that are no longer needed, such as sign-ups that were never confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import click

from capture import features
from capture.base.retention import Policy
from capture.commands import installation
from capture.company import hosts
from capture.consent import erasing


@click.command()
@click.option("--unconfirmed", metavar="DAYS", type=click.IntRange(1), help="Keep unconfirmed sign-ups for so long.")
@click.option("--withdrawn", metavar="DAYS", type=click.IntRange(1), help="Keep leads that withdrew for so long.")
@click.option("--mails", metavar="DAYS", type=click.IntRange(1), help="Keep mails that are done for so long.")
def purge(unconfirmed: int | None, withdrawn: int | None, mails: int | None) -> None:
    """Delete what is no longer needed: unconfirmed sign-ups, leads that withdrew, mails that are done, and lists that
    were not imported.

    The last synced [retention] of site.toml says how long each is kept; the options override it. Run it once a day.

    \b
    Example:
      capture purge --unconfirmed 14
    """
    wished = {"unconfirmed": unconfirmed, "withdrawn": withdrawn, "mails": mails}
    days = {name: timedelta(days=number) for name, number in wished.items() if number is not None}
    with installation.existing_database().write() as session:
        policy = replace(Policy.of(hosts.get_company(session)), **days)
        purged = erasing.purge(session, features.ALL, policy, installation.now())
    click.echo(
        f"deleted {purged['unconfirmed']} unconfirmed sign-ups, {purged['withdrawn']} leads that withdrew,"
        f" {purged['mails']} mails, {purged['budgets']} budget entries"
    )
