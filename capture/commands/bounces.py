"""``capture bounces``: reads bounce reports from files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from capture.base.tokens import Links
from capture.bounces import reports
from capture.bounces.consequences import Consequences
from capture.commands import installation, options


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True))
@options.as_json
def bounces(path: Path, as_json: bool) -> None:
    """Read bounce reports from an mbox FILE or a Maildir folder, and stop mailing addresses that do not exist.

    Only reports that name a mail sent by this service count. Reading the same file twice does no harm.

    \b
    Example:
      capture bounces /var/mail/bounces
    """
    settings = installation.settings()
    database = installation.existing_database(settings)
    found = reports.read_file(database, path, Consequences(Links(settings.secret_keys)), installation.now())
    kinds = {name: found[name] for name in ("hard", "soft", "complaint", "unknown", "other")}
    if as_json:
        click.echo(json.dumps(kinds))
        return
    click.echo(
        f"{kinds['hard']} addresses do not exist, {kinds['soft']} mails bounced for other reasons,"
        f" {kinds['complaint']} people complained and are not mailed again,"
        f" {kinds['unknown']} reports named no mail of this service, {kinds['other']} messages were no reports"
    )
