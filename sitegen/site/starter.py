"""``sitegen new``: a copy of the sample company to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

from sitegen import instance
from sitegen.errors import Fault, OutputError
from sitegen.site import bundled


def create(folder: Path) -> None:
    """Copies the sample company into a new folder and makes its secrets in ``instance/`` there.

    Raises OutputError where the folder exists and holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(Fault("there is something here already", where=folder, hint="name a new folder"))
    shutil.copytree(bundled.folder("content"), folder, dirs_exist_ok=True)
    instance.create(folder / "instance")
