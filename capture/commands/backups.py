"""``capture backup`` and ``capture restore``: write the database to a file, and fill a database from one."""

from __future__ import annotations

from pathlib import Path

import click

from capture.accounts import ending
from capture.commands import installation
from capture.ops.backup import backup as write
from capture.ops.backup import restore as read


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def backup(path: Path) -> None:
    """Write the whole database to one FILE. The service may run meanwhile.

    \b
    Example:
      capture backup /var/backups/capture-2026-11-23
    """
    write(installation.existing_database(), path)
    click.echo(f"{path}: {path.stat().st_size} bytes")


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def restore(path: Path) -> None:
    """Fill an empty database from a backup. SQLite backups fit PostgreSQL and the reverse.

    Everybody signs in to the office anew: the backup may hold sessions that were
    ended after it was made.

    \b
    Example:
      capture restore capture-2026-11-23      (into the database that ESPALIER_DATABASE_URL names)
    """
    database = installation.open_database()
    counts = read(database, path)
    with database.write() as session:
        ended = ending.end_everyone(session, installation.now())
    click.echo(f"{sum(counts.values())} rows in {len(counts)} tables, {counts.get('lead', 0)} of them leads")
    if ended:
        click.echo(f"{ended} office sessions of that time were ended")
