"""``capture why``: prints the history of one lead."""

from __future__ import annotations

import click

from capture import features
from capture.commands import installation
from capture.leads import story


@click.command()
@click.argument("lead", type=int)
def why(lead: int) -> None:
    """Print the history of a lead: its sign-ups, its consents, and who is credited by which rule.

    LEAD is its number, the `id` that `capture leads --json` prints.

    \b
    Example:
      capture why 17
    """
    with installation.existing_database().read() as session:
        for line in story.tell(session, features.ALL, lead):
            click.echo(line)
