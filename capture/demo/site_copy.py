"""The demo's own copy of the site folder: what the demo writes into it never lands among the pages that people edit."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sitegen.errors import EspalierError, Fault

FOLDER = "site"
"""Where the copy stands below the instance folder."""

THEMES = "themes"
"""The folder of themes, in a site folder or beside it."""

_LEFT_OUT = {"public", "__pycache__"}
"""Folders that are made from the pages, besides the instance's own and hidden ones."""


@dataclass(frozen=True, slots=True)
class SiteCopy:
    """Commands are run in ``beside`` and told ``name``, so that their faults name files as the original's do."""

    beside: Path
    name: str


def refresh(folder: Path, instance: Path) -> SiteCopy:
    """Copies a site folder anew as it stands now, with the themes beside it. Raises EspalierError."""
    original = folder.resolve()
    beside = instance / FOLDER
    copy = beside / (original.name or FOLDER)

    def left_out(where: str, names: Iterable[str]) -> set[str]:
        own = {name for name in names if (Path(where) / name).resolve() == instance.resolve()}
        return own | {name for name in names if name.startswith(".") or name in _LEFT_OUT}

    try:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(original, copy, ignore=left_out)
        if (original.parent / THEMES).is_dir() and original.name != THEMES:
            (beside / THEMES).symlink_to(original.parent / THEMES)
    except (OSError, shutil.Error) as error:
        hint = "the demo works on a copy of the site folder in its instance folder"
        raise EspalierError(Fault(f"cannot be copied: {error}", where=folder, hint=hint)) from error
    return SiteCopy(beside, copy.name)
