"""Finds out whether a site's files changed, without reading them: by digests of what the file system says of each.

Used are the size, the times of content and of change, and the inode number: another content never has the same four.
This module imports next to nothing, since hardly any other runs when nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sitegen
from sitegen.site.location import CAMPAIGNS_FILE
from sitegen.site.options import SiteOptions

_SKIPPED = {"instance", "__pycache__", ".git"}


@dataclass(frozen=True, slots=True)
class InputDigests:
    """Digests (SHA-256, in hexadecimal) of a site's inputs, to see whether one changed.

    ``members``: roster and photos; ``campaigns``: ``campaigns.csv``; ``shared``: all other files; ``settings``: the
    command's options and the program's version.
    """

    shared: str
    members: str
    campaigns: str
    settings: str
    theme_folders: tuple[str, ...]


def read(
    options: SiteOptions,
    roster: Path,
    theme_folders: Iterable[Path],
    *,
    outputs: Iterable[Path] = (),
    compression: str = "none",
) -> InputDigests:
    """Returns digests of a site's inputs as they are now.

    ``outputs``: the folders that a build writes, which are left out wherever they are.
    """
    folders = tuple(os.fspath(folder.resolve()) for folder in theme_folders)
    site = os.path.realpath(options.folder)
    own, photos = os.path.realpath(roster), os.path.join(site, "photos")
    campaigns = os.path.join(site, CAMPAIGNS_FILE)
    shared, members, placed = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    written = {os.path.realpath(each) for each in outputs}
    # A theme that appears beside the site takes the place of one that comes with us.
    for root in dict.fromkeys([site, os.path.join(os.path.dirname(site), "themes"), *folders]):
        for path, stamp in _stamps(root, written):
            of_members = path == own or path.startswith(f"{photos}{os.sep}")
            into = members if of_members else placed if path == campaigns else shared
            into.update(f"{path}\0{stamp}\n".encode(errors="surrogateescape"))
    programs = sitegen.version(), pillow_version()
    made_by = (programs, options.url, options.capture_url, options.theme, compression, options.token_keys)
    settings = hashlib.sha256(repr(made_by).encode()).hexdigest()
    return InputDigests(shared.hexdigest(), members.hexdigest(), placed.hexdigest(), settings, folders)


def pillow_version() -> str:
    """Returns the version of Pillow, on which the bytes and names of photos depend, without loading it."""
    from importlib.metadata import version

    return version("pillow")


def _stamps(root: str, without: set[str]) -> Iterator[tuple[str, str]]:
    """Yields the path and stamp of every file below a folder, but not below ``without``, in a stable order."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name in _SKIPPED or entry.path in without:
            continue
        if entry.is_dir():
            yield from _stamps(entry.path, without)
        elif entry.is_file():
            yield entry.path, stamp(entry.stat())


def stamp(found: os.stat_result) -> str:
    """Returns a file's size, times of content and of change, and inode number as one text, to notice a change."""
    return f"{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_ino}"
