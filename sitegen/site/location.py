"""What makes a folder a site's, and where it is looked for.

Imports no other module of the generator, so that a command that has nothing to do is over at once.
"""

from __future__ import annotations

from pathlib import Path

SITE_FILE = "site.toml"
"""The file that makes a folder a site's."""

CAMPAIGNS_FILE = "campaigns.csv"
"""The file of the campaigns in a site folder; without it there are none."""


def find_folder(named: Path | None) -> Path:
    """The site folder: the one named, else the current one or ``content`` where that holds ``site.toml``."""
    if named is not None:
        return named
    here = Path()
    return here if (here / SITE_FILE).is_file() or not (here / "content" / SITE_FILE).is_file() else Path("content")
