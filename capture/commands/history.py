"""``capture why``: the history of one lead."""

from __future__ import annotations

import click

from capture import features
from capture.commands import installation
from capture.leads import story


@click.command()
@click.argument("lead", type=int)
def why(lead: int) -> None:
    """Tell the story of a lead: what came in, what was agreed to, who is credited and by which rule.

    LEAD is its number, as `capture leads --json` shows it.

    \b
    Example:
      capture why 17
    """
    with installation.existing_database().read() as session:
        for line in story.tell(session, features.ALL, lead):
            click.echo(line)
