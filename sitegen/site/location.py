"""Finds the site folder: the folder with ``site.toml``.

This module imports no other of the generator, so that a command with nothing to do ends at once.
"""

from __future__ import annotations

from pathlib import Path

SITE_FILE = "site.toml"
"""The name of the settings file that every site folder has."""

CAMPAIGNS_FILE = "campaigns.csv"
"""The name of the file of campaigns in a site folder; without this file there are none."""

ADDRESSES_FILE = "addresses.csv"
"""The name of the address book in a site folder, which programs write and which belongs under version control."""


def find_folder(named: Path | None) -> Path:
    """Returns the site folder: ``named`` if given, else ``content`` if only that has a ``site.toml``, else the current.

    Whether the folder exists is not checked.
    """
    if named is not None:
        return named
    here = Path()
    return here if (here / SITE_FILE).is_file() or not (here / "content" / SITE_FILE).is_file() else Path("content")
