"""The commands ``sitegen new`` and ``sitegen secrets``."""

from __future__ import annotations

from pathlib import Path

import click

from sitegen import instance
from sitegen.site.location import SITE_FILE


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Create a site in DIR: a copy of the sample company, with secrets of its own.

    \b
    Example:
      sitegen new shop
      sitegen build shop --out public
    """
    from sitegen.site import starter

    starter.create(folder)
    click.echo(f"{folder}: a sample company to make your own; begin with {folder / SITE_FILE}")
    click.echo(f"next: sitegen serve {folder}")


@click.command()
def secrets() -> None:
    """Create the secrets that this installation lacks, in ./instance.

    \b
    Example:
      sitegen secrets
    """
    made = instance.create(Path("instance"))
    click.echo(f"made {', '.join(made)} in instance/{instance.ENV_FILE}" if made else "no secret is missing")
