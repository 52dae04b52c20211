"""Writes a build's output folder: nothing outside the folder is ever touched, and no reader ever sees half a page.

A new member's whole site is written in the staging folder (claim.py) and renamed to its place as one folder; a file
of a site that exists already is written there too and renamed over the old one. Measured on ext4 (``make bench``
prints the figures of your disk): renaming over costs 60 to 100 µs a file against 40 to 50 for creating one, writing in
place half of that but a reader could meet half a page, and exchanging two folders costs milliseconds.

The tree holds nothing but what is published. That a build made it, and what was written (manifest.py), is kept in the
folder beside it (state_folder.py).
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sitegen.build import claim
from sitegen.build.disk_faults import telling
from sitegen.build.state_folder import EARLIER, StateFolder
from sitegen.errors import Fault, OutputError

_RESERVED = {EARLIER, claim.STAGED_INSIDE}  # at the top of the tree

File = tuple[str, bytes]
"""A file to write: its path relative to some folder, and its bytes."""


@dataclass
class FileCounts:
    """How many files were written, left as they were and removed, and how many bytes were written."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes_written: int = 0

    def add(self, other: FileCounts) -> None:
        """Adds the counts of another process to these."""
        self.written += other.written
        self.unchanged += other.unchanged
        self.removed += other.removed
        self.bytes_written += other.bytes_written


class Output:
    """A build's output folder, locked for this build. ``opened`` makes one; it may be used after a fork."""

    def __init__(self, root: Path, state: StateFolder, staging: Path, *, is_trusted: bool = True) -> None:
        self.root = root
        self.state = state
        self.is_trusted = is_trusted
        """Whether the manifest tells of this very folder; if not, every file is to be compared."""
        self.counts = FileCounts()
        self._root = os.fspath(root)
        self._staging = os.fspath(staging)
        self._staged = 0

    def write(self, path: str, content: bytes) -> None:
        """Writes one file, unless it has these bytes already. ``path`` is relative to the output folder.

        Raises OutputError if the file cannot be written, or would lie outside the folder.
        """
        target = self._target(path)
        with telling(target):
            if _holds(target, content):
                self.counts.unchanged += 1
                return
            os.makedirs(os.path.dirname(target), exist_ok=True)
            staged = self._next_staged()
            try:
                _create(staged, content)
                os.replace(staged, target)
            except OSError:
                Path(staged).unlink(missing_ok=True)
                raise
        self.counts.written += 1
        self.counts.bytes_written += len(content)

    def write_site(self, folder: str, files: Sequence[File]) -> bool:
        """Writes files of one member's site and returns whether the site is new; a new site appears all at once."""
        target = self._target(folder)
        if os.path.lexists(target):
            for path, content in files:
                self.write(f"{folder}/{path}", content)
            return False
        with telling(target):
            staged = self._next_staged()
            try:
                _create_tree(staged, files)
                os.rename(staged, target)
            except OSError:
                shutil.rmtree(staged, ignore_errors=True)
                raise
        self.counts.written += len(files)
        self.counts.bytes_written += sum(len(content) for _, content in files)
        return True

    def has_site(self, folder: str) -> bool:
        """Returns whether the folder of this member's site exists."""
        return os.path.isdir(f"{self._root}/{folder}")

    def remove(self, path: str) -> None:
        """Removes one file, if it exists, and the folders that are empty then."""
        target = Path(self._target(path))
        with telling(target):
            if not target.is_file():
                return
            target.unlink()
            self.counts.removed += 1
            for folder in target.parents:
                if folder == self.root or not _removed(folder):
                    break

    def _target(self, path: str) -> str:
        target = f"{self._root}/{_safe(path)}"
        # A link inside the folder could lead out of it.
        end = len(self._root)
        while (end := target.find("/", end + 1)) > 0:
            if os.path.islink(target[:end]):
                raise OutputError(_link(target[:end]))
        if os.path.islink(target):
            raise OutputError(_link(target))
        return target

    def _next_staged(self) -> str:
        self._staged += 1
        return f"{self._staging}/{os.getpid()}-{self._staged}"


@contextmanager
def opened(root: Path, *, keep_out_of: Path, state: StateFolder | None = None) -> Iterator[Output]:
    """Yields the output folder, locked until the block ends; makes the folder if it does not exist.

    ``keep_out_of``: the site folder, which a build must never write to; ``state``: where the build keeps its own files,
    if not beside the output. Raises OutputError if the output folder is a file, has files that no build wrote, overlaps
    the site folder, or is being written by another build.
    """
    state = state or StateFolder.of(root)
    claim.refuse(root, state, keep_out_of)
    with claim.locked(root, state) as is_trusted, claim.staging(root, state) as staging:
        yield Output(root, state, staging, is_trusted=is_trusted)


def _create(path: str, content: bytes) -> None:
    # Without Path and buffered files: two thirds of the time would go there.
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        written = os.write(file, content)
        while written < len(content):
            written += os.write(file, content[written:])
    finally:
        os.close(file)


def _create_tree(root: str, files: Sequence[File]) -> None:
    os.mkdir(root)
    made = {""}
    for path, content in files:
        folder = path.rpartition("/")[0]
        if folder not in made:
            _create_folders(root, folder, made)
        _create(f"{root}/{path}", content)


def _create_folders(root: str, folder: str, made: set[str]) -> None:
    # The tree is new, so what was not made here is not there: nothing need be asked of the disk.
    above = folder.rpartition("/")[0]
    if above not in made:
        _create_folders(root, above, made)
    os.mkdir(f"{root}/{folder}")
    made.add(folder)


def _removed(folder: Path) -> bool:
    """Removes a folder if it is empty, and returns whether it was. (Listing the folder first would read all of it.)"""
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            return False
        raise
    return True


def _holds(target: str, content: bytes) -> bool:
    try:
        file = os.open(target, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        if os.fstat(file).st_size != len(content):
            return False
        return os.read(file, len(content) + 1) == content
    finally:
        os.close(file)


def _safe(path: str) -> str:
    if path.startswith("/") or path.partition("/")[0] in _RESERVED or {"", ".", ".."}.intersection(path.split("/")):
        raise OutputError(Fault(f'"{path}" would be written outside its place'))
    return path


def _link(path: str) -> Fault:
    return Fault("this is a link, which could lead outside", where=path, hint="remove it")
