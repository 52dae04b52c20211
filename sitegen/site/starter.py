"""Makes a new site for ``sitegen new``: a copy of the sample company to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

from sitegen import instance
from sitegen.errors import Fault, OutputError
from sitegen.site import bundled
from sitegen.site.location import ADDRESSES_FILE, CAMPAIGNS_FILE


def create(folder: Path) -> None:
    """Copies the sample company into a new folder and makes its secrets in ``instance/`` there.

    The sample's campaigns and its address book are not copied: they belong to another company's members. Raises
    OutputError if the folder is a file or is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(Fault("this is a file, or a folder with files in it", where=folder, hint="name a new folder"))
    sample = bundled.folder("content")
    shutil.copytree(sample, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(CAMPAIGNS_FILE, ADDRESSES_FILE))
    instance.create(folder / "instance")
