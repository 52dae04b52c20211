"""Defines the command line's arguments and options that several commands of ``capture`` share."""

from __future__ import annotations

from pathlib import Path

import click

site = click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
url = click.option("--url", help="The sites' address, instead of the one in site.toml.")
capture_url = click.option("--capture-url", help="This service's address, instead of the one in site.toml.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

PORT = click.IntRange(0, 65535)
"""The type of options that name a port; 0 means any free port."""
