"""``capture purge``."""

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
@click.option("--unconfirmed", metavar="DAYS", type=click.IntRange(1), help="Keep sign-ups nobody confirms so long.")
@click.option("--withdrawn", metavar="DAYS", type=click.IntRange(1), help="Keep leads whose owners left so long.")
@click.option("--mails", metavar="DAYS", type=click.IntRange(1), help="Keep mails that are done so long.")
def purge(unconfirmed: int | None, withdrawn: int | None, mails: int | None) -> None:
    """Forget what is no longer needed: sign-ups nobody confirmed, leads that left, mails that are done, and lists that
    nobody took in.

    How long each is kept stands in [retention] of site.toml, as the last sync told. Run it once a day.

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
        f"{purged['unconfirmed']} unconfirmed sign-ups, {purged['withdrawn']} leads that left, {purged['mails']} mails,"
        f" {purged['budgets']} entries of budgets"
    )
