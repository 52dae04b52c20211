"""What a site is made from, told without reading it: digests of what the file system says of every input.

Size, times of content and of change, and number of the file: another content never has the same four. Imports next
to nothing, since it is nearly all that runs when nothing changed.
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
    """Digests (SHA-256, in hexadecimal) of a site's inputs: ``members`` of roster and photos, ``campaigns`` of their
    file, ``shared`` of all other files, ``settings`` of what the options and the program add."""

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
    out: Path | None = None,
    compression: str = "none",
) -> InputDigests:
    """The inputs as they are now. ``out``: a folder that a build writes, which is no input wherever it lies."""
    folders = tuple(os.fspath(folder.resolve()) for folder in theme_folders)
    site = os.path.realpath(options.folder)
    own, photos = os.path.realpath(roster), os.path.join(site, "photos")
    campaigns = os.path.join(site, CAMPAIGNS_FILE)
    shared, members, placed = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    output = "" if out is None else os.path.realpath(out)
    # A theme that appears beside the site takes the place of one that comes with us.
    for root in dict.fromkeys([site, os.path.join(os.path.dirname(site), "themes"), *folders]):
        for path, stamp in _stamps(root, output):
            of_members = path == own or path.startswith(f"{photos}{os.sep}")
            into = members if of_members else placed if path == campaigns else shared
            into.update(f"{path}\0{stamp}\n".encode(errors="surrogateescape"))
    made_by = (sitegen.version(), options.url, options.capture_url, options.theme, compression, options.token_keys)
    settings = hashlib.sha256(repr(made_by).encode()).hexdigest()
    return InputDigests(shared.hexdigest(), members.hexdigest(), placed.hexdigest(), settings, folders)


def _stamps(root: str, out: str) -> Iterator[tuple[str, str]]:
    """(path, stamp) of every file below, in a stable order; the output and what is not an input left out."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name in _SKIPPED or entry.path == out:
            continue
        if entry.is_dir():
            yield from _stamps(entry.path, out)
        elif entry.is_file():
            yield entry.path, stamp(entry.stat())


def stamp(found: os.stat_result) -> str:
    """What the file system says of a file, as one text."""
    return f"{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_ino}"
