"""``capture migrate``: brings the database's tables to the program's version."""

from __future__ import annotations

import click

from capture.commands import installation


@click.command()
def migrate() -> None:
    """Migrate the database to this version of the program; create it if there is none.

    \b
    Example:
      capture migrate
    """
    database = installation.open_database()
    before = database.revision() if database.file is None or database.file.is_file() else None
    database.migrate()
    after = database.revision()
    click.echo(f"the database was at {before or 'nothing'} and is at {after}" if before != after else f"at {after}")
