"""``capture export`` and ``capture erase``: print or delete the personal data of one e-mail address."""

from __future__ import annotations

import json

import click

from capture import features
from capture.base.tokens import Links
from capture.commands import installation
from capture.consent import erasing, my_data
from capture.consent.erasing import Erased


@click.command(name="export")
@click.argument("email")
def export_(email: str) -> None:
    """Print all data stored about an address, in all its spellings and for all members, as JSON.

    Spellings differ in capitals, dots or a +tag before the at sign; `spellings` names those found. At some providers
    they tell two people apart: check that all are the person's before you hand out the file.

    \b
    Example:
      capture export pat@example.com > pat.json
    """
    settings = installation.settings()
    with installation.existing_database(settings).read() as session:
        held = my_data.held_of_all(session, features.ALL, Links(settings.secret_keys), email, installation.now())
    click.echo(json.dumps(held, ensure_ascii=False, indent=2))


@click.command()
@click.argument("email")
@click.confirmation_option(prompt="This cannot be undone. Erase?")
def erase(email: str) -> None:
    """Delete all personal data of an address, in all its spellings and for all members; only a keyed hash is kept.

    See first with `capture export` which spellings are stored. Prints those that were erased, and where notes of others
    still name the person.

    Earlier backups still contain the data, and for a while so does PostgreSQL's write-ahead log: keep both no longer
    than you promise people, and erase again after you restore a backup.

    \b
    Example:
      capture erase pat@example.com --yes
    """
    settings = installation.settings()
    database = installation.existing_database(settings)
    links = Links(settings.secret_keys)
    with database.write() as session:
        erased = erasing.erase_all_spellings(session, features.ALL, links, email, installation.now())
    _print_erased(erased)
    if not database.truncate_log():
        click.echo(
            "another program has the database open, so its write-ahead log may still contain what was erased\n"
            "  hint: the service empties it at its next checkpoint, at the latest when you restart it",
            err=True,
        )


def _print_erased(erased: Erased) -> None:
    if not erased.leads and not erased.rows:
        click.echo("nothing is stored about this address")
        click.echo("  hint: `capture suppress add` notes that nobody may mail it")
    else:
        click.echo(f"erased {erased.leads} lead{'' if erased.leads == 1 else 's'}")
    if len(erased.spellings) > 1:
        click.echo(f"spellings: {', '.join(erased.spellings)}")
    if erased.rows:
        click.echo(f"also removed: {erased.rows} mails, or rows of lists that are not imported yet")
    for mention in erased.mentions:
        click.echo(f"still named in {mention.where}\n  hint: {mention.how}")
