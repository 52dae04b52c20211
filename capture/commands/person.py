"""``capture export`` and ``capture erase``: print or delete the personal data of one e-mail address."""

from __future__ import annotations

import json

import click

from capture import features
from capture.base.identity import identity
from capture.base.tokens import Links
from capture.commands import installation
from capture.consent import erasing, my_data


@click.command(name="export")
@click.argument("email")
def export_(email: str) -> None:
    """Print all data stored about an address, for all members, as JSON.

    \b
    Example:
      capture export pat@example.com > pat.json
    """
    settings = installation.settings()
    with installation.existing_database(settings).read() as session:
        held = my_data.held(session, features.ALL, Links(settings.secret_keys), email, installation.now())
    click.echo(json.dumps(held, ensure_ascii=False, indent=2))


@click.command()
@click.argument("email")
@click.confirmation_option(prompt="This cannot be undone. Erase?")
def erase(email: str) -> None:
    """Delete all personal data of an address, for all members; only a keyed hash is kept.

    Earlier backups still contain the data, and for a while so does PostgreSQL's write-ahead log: keep both no longer
    than you promise people, and erase again after you restore a backup.

    \b
    Example:
      capture erase pat@example.com --yes
    """
    settings = installation.settings()
    with installation.existing_database(settings).write() as session:
        count = erasing.erase(session, features.ALL, Links(settings.secret_keys), identity(email), installation.now())
    click.echo(f"erased {count} lead{'' if count == 1 else 's'}")
