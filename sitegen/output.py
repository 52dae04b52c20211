"""The folder that a build writes: nothing outside it is ever touched, and no reader ever sees half a page.

A file is written under ``.espalier/staging`` and renamed to its place; a new member's whole site is staged
and renamed as one folder. ``.espalier`` also marks the folder as ours, holds the lock of the running build
and the record of what was written (record.py); only its owner can read it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sitegen.errors import Fault, OutputError

OURS = ".espalier"
_NAMED = 3  # foreign files that a message names


@dataclass
class Written:
    """What a build did to the output folder: files and bytes."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes_written: int = 0


class Output:
    """An output folder that is ours, locked for one build. Make one with ``opened``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / OURS / "staging"
        self.counts = Written()
        self._staged = 0

    def write(self, path: str, content: bytes) -> None:
        """Puts one file in its place, unless it holds these bytes already. ``path`` is relative to the root."""
        target = self._target(path)
        with _telling(target):
            if _holds(target, content):
                self.counts.unchanged += 1
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            self._stage(content).replace(target)
        self._count(content)

    def write_site(self, folder: str, files: Iterable[tuple[str, bytes]]) -> None:
        """Puts the files of one member's site in their places; a new site appears as a whole."""
        target = self._target(folder)
        if target.exists():
            for path, content in files:
                self.write(f"{folder}/{path}", content)
            return
        with _telling(target):
            staged = self._next_staged()
            for path, content in files:
                file = staged / _safe(path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                self._count(content)
            staged.rename(target)

    def remove(self, path: str) -> None:
        """Removes one file, and the folders that it leaves empty."""
        target = self._target(path)
        with _telling(target):
            if not target.is_file():
                return
            target.unlink()
            self.counts.removed += 1
            for folder in target.parents:
                if folder == self.root or any(folder.iterdir()):
                    break
                folder.rmdir()

    def _target(self, path: str) -> Path:
        target = self.root / _safe(path)
        # A link inside the folder could lead out of it.
        for folder in target.parents:
            if folder == self.root:
                break
            if folder.is_symlink():
                raise OutputError(Fault("this is a link, which could lead outside", where=folder, hint="remove it"))
        return target

    def _stage(self, content: bytes) -> Path:
        staged = self._next_staged()
        try:
            staged.write_bytes(content)
        except OSError:
            staged.unlink(missing_ok=True)
            raise
        return staged

    def _next_staged(self) -> Path:
        self._staged += 1
        return self.staging / f"{os.getpid()}-{self._staged}"

    def _count(self, content: bytes) -> None:
        self.counts.written += 1
        self.counts.bytes_written += len(content)


@contextmanager
def opened(root: Path, *, keep_out_of: Path) -> Iterator[Output]:
    """The output folder, made when it does not exist, locked until the block ends.

    ``keep_out_of``: the site folder, which a build must never write to. Raises OutputError where the folder
    is a file, is not ours, overlaps the site folder, or is being written by another build.
    """
    _refuse_overlap(root, keep_out_of)
    with _telling(root):
        _claim(root)
        lock = os.open(root / OURS / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(lock, root)
        output = Output(root)
        shutil.rmtree(output.staging, ignore_errors=True)  # left by a build that was cut off
        output.staging.mkdir()
        yield output
        shutil.rmtree(output.staging, ignore_errors=True)
    finally:
        os.close(lock)


def _refuse_overlap(root: Path, site_folder: Path) -> None:
    out, site = root.resolve(), site_folder.resolve()
    if out == site or out in site.parents or (site in out.parents and out.parent != site):
        hint = "name a folder beside the site's, such as public"
        raise OutputError(Fault("the output would overwrite the site's own files", where=root, hint=hint))
    if out.parent == site and out.name in {"pages", "pictures", "photos", "mail", "themes", "instance"}:
        raise OutputError(Fault("this folder holds the site's own files", where=root, hint="name another folder"))


def _claim(root: Path) -> None:
    if root.exists() and not root.is_dir():
        hint = "name a folder that does not exist yet"
        raise OutputError(Fault("this is a file, not a folder", where=root, hint=hint))
    if root.is_dir() and not (root / OURS).is_dir():
        foreign = sorted(each.name for each in root.iterdir())
        if foreign:
            more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
            names = ", ".join(foreign[:_NAMED]) + more
            hint = "name an empty folder, or one that an earlier build made"
            raise OutputError(Fault(f"holds files that are not ours: {names}", where=root, hint=hint))
    root.mkdir(parents=True, exist_ok=True)
    (root / OURS).mkdir(mode=0o700, exist_ok=True)


def _lock(lock: int, root: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(lock, 20, 0).decode(errors="replace").strip()
        hint = "wait for it to end, or build into another folder"
        raise OutputError(Fault(f"another build is writing here (process {pid})", where=root, hint=hint)) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def _safe(path: str) -> str:
    parts = path.split("/")
    if path.startswith("/") or any(part in {"", ".", ".."} for part in parts) or parts[0] == OURS:
        raise OutputError(Fault(f'"{path}" would be written outside its place'))
    return path


def _holds(target: Path, content: bytes) -> bool:
    try:
        return target.stat().st_size == len(content) and target.read_bytes() == content
    except FileNotFoundError:
        return False


@contextmanager
def _telling(where: Path) -> Iterator[None]:
    """Turns what the file system refuses into an error that a person can mend."""
    hints = {
        errno.ENOSPC: "free some room and build again; what was published before is whole",
        errno.EDQUOT: "free some room and build again; what was published before is whole",
        errno.EACCES: "let this user write there",
        errno.EROFS: "let this user write there",
        errno.ENOTDIR: "a file stands where a folder is needed; remove it",
        errno.EISDIR: "a folder stands where a file is needed; remove it",
    }
    try:
        yield
    except OSError as error:
        message = (error.strerror or str(error)).lower()
        raise OutputError(Fault(f"cannot write: {message}", where=where, hint=hints.get(error.errno or 0))) from error
