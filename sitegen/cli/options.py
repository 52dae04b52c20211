"""Arguments and options that several ``sitegen`` commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


def folder_argument(command: Any) -> Any:
    """Adds the optional argument DIR, the site folder, to a command."""
    argument = click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
    return argument(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but faults.")
url_option = click.option("--url", help="The company's address, instead of the one in site.toml.")
theme_option = click.option("--theme", help="The theme, instead of the one in site.toml.")
capture_option = click.option("--capture-url", help="The capture service's address, instead of site.toml's.")
