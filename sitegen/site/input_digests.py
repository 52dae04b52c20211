"""Finds out whether a site's files changed, without reading them: by digests of what the file system says of each.

Used are the size, the times of content and of change, and the inode number: another content never has the same four.
This module imports next to nothing, since hardly any other runs when nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sitegen
from sitegen.site.hidden_names import is_hidden
from sitegen.site.location import ADDRESSES_FILE, CAMPAIGNS_FILE
from sitegen.site.options import SiteOptions

_SKIPPED = {"instance", "__pycache__"}
_MAY_BE_LINKS = {"pages", "pictures", "photos", "themes"}


@dataclass(frozen=True, slots=True)
class InputDigests:
    """Digests (SHA-256, in hexadecimal) of a site's inputs, to see whether one changed.

    ``roster``, ``photos``, ``addresses`` (the address book) and ``campaigns``: these files; ``shared``: all other
    files; ``settings``: the command's options and the program's version.
    """

    shared: str
    roster: str
    photos: str
    addresses: str
    campaigns: str
    settings: str
    theme_folders: tuple[str, ...]

    @property
    def members(self) -> str:
        """All that members' sites are made from, besides what all sites share, as one text to compare."""
        return f"{self.roster} {self.photos} {self.addresses}"


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
    hashes = {name: hashlib.sha256() for name in ("shared", "roster", "photos", "addresses", "campaigns")}
    special = {
        own: "roster",
        os.path.join(site, ADDRESSES_FILE): "addresses",
        os.path.join(site, CAMPAIGNS_FILE): "campaigns",
    }
    written = {os.path.realpath(each) for each in outputs}
    # A theme that appears beside the site takes the place of one that comes with us.
    read_own = False
    for root in dict.fromkeys([site, os.path.join(os.path.dirname(site), "themes"), *folders]):
        for path, state in _stamps(root, written):
            into = special.get(path) or ("photos" if path.startswith(f"{photos}{os.sep}") else "shared")
            read_own = read_own or path == own
            hashes[into].update(_entry(path, state))
    if not read_own and os.path.isfile(own):  # a roster outside the site folder, or by a name that is left out
        hashes["roster"].update(_entry(own, stamp(os.stat(own))))
    programs = sitegen.version(), pillow_version()
    made_by = (programs, options.url, options.capture_url, options.theme, compression, options.token_keys)
    settings = hashlib.sha256(repr(made_by).encode()).hexdigest()
    digests = {name: each.hexdigest() for name, each in hashes.items()}
    return InputDigests(**digests, settings=settings, theme_folders=folders)


def pillow_version() -> str:
    """Returns the version of Pillow, on which the bytes and names of photos depend, without loading it."""
    from importlib.metadata import version

    return version("pillow")


def of_file(path: Path) -> str:
    """Returns the digest that ``read`` gives for a single file as it is now."""
    found = hashlib.sha256()
    if path.is_file():
        found.update(_entry(os.path.join(os.path.realpath(path.parent), path.name), stamp(path.stat())))
    return found.hexdigest()


def _entry(path: str, state: str) -> bytes:
    return f"{path}\0{state}\n".encode(errors="surrogateescape")


def _stamps(root: str, without: set[str], above: tuple[tuple[int, int], ...] = ()) -> Iterator[tuple[str, str]]:
    """Yields the path and stamp of every file below a folder, in a stable order, but not below ``without``.

    Hidden files are left out. A link has the stamp of what it leads to, or its own where it leads nowhere. Only the
    folders of ``_MAY_BE_LINKS`` are entered by a link; any other must lead to what is read anyway (``folder_files``).
    """
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    for entry in entries:
        if entry.name in _SKIPPED or is_hidden(entry.name) or entry.path in without:
            continue
        try:
            found = entry.stat()
        except OSError:  # a link to nowhere, or to itself
            found = entry.stat(follow_symlinks=False)
        node = (found.st_dev, found.st_ino)
        if not stat.S_ISDIR(found.st_mode):
            yield entry.path, stamp(found)
        elif entry.is_symlink() and (above or entry.name not in _MAY_BE_LINKS):
            yield entry.path, os.readlink(entry.path)
        elif node not in above:
            yield from _stamps(entry.path, without, (*above, node))


def stamp(found: os.stat_result) -> str:
    """Returns a file's size, times of content and of change, and inode number as one text, to notice a change."""
    return f"{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_ino}"
