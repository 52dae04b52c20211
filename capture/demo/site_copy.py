"""Copies the site folder for the demo, so that the demo never writes into the original, which people edit."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sitegen.errors import EspalierError, Fault

FOLDER = "site"
"""The folder, below the instance folder, that contains the demo's copy of the site folder."""

THEMES = "themes"
"""The name of the folder of themes, in a site folder or beside it."""

_LEFT_OUT = {"public", "__pycache__"}
"""The names of generated folders, which are not copied; nor are hidden folders and the instance folder."""


@dataclass(frozen=True, slots=True)
class SiteCopy:
    """The demo's copy of the site folder, with its path ``beside/name``.

    The demo runs commands in the folder ``beside`` and calls the site folder ``name``, so that messages name files as
    they are named in the original.
    """

    beside: Path
    name: str


def refresh(folder: Path, instance: Path) -> SiteCopy:
    """Copies the site folder into the instance folder, in place of an older copy, and links the folder of themes that
    is beside it.

    Raises EspalierError if the folder cannot be copied.
    """
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
