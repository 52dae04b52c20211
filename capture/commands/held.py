"""``capture held``: lists, releases or drops the confirmation mails that are held."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from capture.base.tokens import Links
from capture.commands import installation, options
from capture.mailing.letters import Letters
from capture.models import OutboxMail
from capture.signup import held as held_mails


@click.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--release", "wish", flag_value="release", help="Send the mails, with new links.")
@click.option("--drop", "wish", flag_value="drop", help="Never send the mails.")
@click.option("--all", "everything", is_flag=True, help="Release or drop all held mails instead of NUMBERS.")
@options.as_json
def held(numbers: tuple[int, ...], wish: str | None, everything: bool, as_json: bool) -> None:
    """List the mails that are held because a budget was exceeded; release or drop them by their NUMBERS.

    Mails held because of a limit wait for this command. Those held because of the mailbox, which got such a mail
    within a day or three without an answer, go by themselves as soon as another one may go.

    \b
    Examples:
      capture held
      capture held --release 12 15
      capture held --drop --all
    """
    if wish and bool(numbers) is everything:
        raise click.UsageError("give the numbers of the mails, or --all")
    settings = installation.settings()
    database = installation.existing_database(settings)
    if wish:
        with database.write() as session:
            found = held_mails.list_held(session, None if everything else numbers)
            if wish == "release":
                count = held_mails.release_held(
                    session, found, Letters(Links(settings.secret_keys)), installation.now()
                )
            else:
                count = held_mails.drop_held(found)
        click.echo(f"{'released' if wish == 'release' else 'dropped'} {count}")
        return
    with database.read() as session:
        _print_held(held_mails.list_held(session, numbers or None), as_json)


def _print_held(found: Iterable[OutboxMail], as_json: bool) -> None:
    rows = [
        {
            "number": each.id,
            "lead": each.lead_id,
            "to": each.recipient,
            "held_since": each.created_at.isoformat(),
            "because": each.held_because or "limit",
        }
        for each in found
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo("\t".join(map(str, row.values())))
    if not rows:
        click.echo("nothing is held")
