"""Claims a build's output folder: finds out that a build made it, locks it, and makes the place for staging.

Nothing is written before it is sure that the folder is new, empty, or an earlier build's.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sitegen.build.disk_faults import telling
from sitegen.build.state_folder import EARLIER, StateFolder
from sitegen.errors import Fault, OutputError
from sitegen.site.addresses import ASSETS, CAMPAIGNS

STAGED_INSIDE = ".espalier-staging"
"""The folder in the tree for files being written, where the tree is a file system of its own; gone after the build."""

_NAMED = 3  # foreign files that a message names
_OF_THE_DISK = "lost+found"  # stands at the top of a file system, and is nobody's
_SITE_FOLDERS = {"pages", "pictures", "photos", "mail", "themes", "instance"}
_ELSEWHERE = "let this user write there, or name another folder for the build's own files with --state"
_EARLIER_MANIFEST = "record.sqlite"


def refuse(root: Path, state: StateFolder, site: Path) -> None:
    """Raises OutputError if a build must not write to ``root``, or keep its own files in ``state``.

    So it is for folders that overlap the site folder, files, folders with files that no build wrote, and a state folder
    in the tree or of another tree.
    """
    _refuse_overlap(root, site)
    if root.exists() and not root.is_dir():
        raise OutputError(
            Fault("this is a file, not a folder", where=root, hint="name a folder that does not exist yet")
        )
    _refuse_state(root, state, site)
    foreign = _foreign(root, state)
    if foreign:
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        names = ", ".join(foreign[:_NAMED]) + more
        hint = f"name an empty folder, or one that an earlier build made and whose records are in {state.path}"
        raise OutputError(Fault(f"this folder has files that no build wrote: {names}", where=root, hint=hint))


@contextmanager
def locked(root: Path, state: StateFolder) -> Iterator[bool]:
    """Makes both folders, and locks them until the block ends; moves over what an earlier version kept in the tree.

    Yields whether the manifest can be trusted: whether it tells of this very folder. Raises OutputError if another
    build is writing there.
    """
    with telling(state.path, forbidden=_ELSEWHERE):
        state.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(state.lock, os.O_CREAT | os.O_RDWR, 0o600)
    is_new = not root.exists()
    try:
        _lock(lock, root)
        with telling(root):
            root.mkdir(parents=True, exist_ok=True)
            is_trusted = state.is_of(root)
            if (root / EARLIER).is_dir():
                _move_over(root / EARLIER, state, root)
                is_trusted = True
            if not state.is_of(root):
                state.note_tree(root)
        yield is_trusted
        with telling(state.path):
            state.note_tree(root)
    except BaseException:
        if is_new:  # a build that was refused leaves nothing behind
            with suppress(OSError):
                root.rmdir()
        raise
    finally:
        os.close(lock)


@contextmanager
def staging(root: Path, state: StateFolder) -> Iterator[Path]:
    """Yields an empty folder from which files can be renamed into the tree; removes it when the block ends.

    It lies in the state folder, or hidden in the tree if that is another file system.
    """
    inside = root / STAGED_INSIDE
    for left in (inside, state.staging):  # by a build that was cut off
        shutil.rmtree(left, ignore_errors=True)
    with telling(state.staging):
        chosen = _made(state.staging, root)
    if not _leads_into(chosen, root):
        chosen.rmdir()
        with telling(inside):
            chosen = _made(inside, root)
    try:
        yield chosen
    finally:
        shutil.rmtree(chosen, ignore_errors=True)


def _made(folder: Path, root: Path) -> Path:
    folder.mkdir(mode=0o700)
    tree = root.stat()
    if tree.st_mode & stat.S_ISGID:  # what is made in the tree gets the tree's group; so must what is renamed into it
        os.chown(folder, -1, tree.st_gid)
        folder.chmod(0o2700)
    return folder


def _leads_into(folder: Path, root: Path) -> bool:
    """Returns whether a folder can be renamed from ``folder`` into ``root``.

    Tried, since two mounts of one file system have the same device number, and yet nothing can be renamed between them.
    """
    probe, target = folder / "probe", root / STAGED_INSIDE
    probe.mkdir()
    try:
        probe.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise OutputError(Fault(f"cannot write: {str(error.strerror).lower()}", where=root)) from error
        probe.rmdir()
        return False
    target.rmdir()
    return True


def _refuse_overlap(root: Path, site_folder: Path) -> None:
    out, site = root.resolve(), site_folder.resolve()
    if out == site or out in site.parents or (site in out.parents and out.parent != site):
        hint = "name a folder beside the site's, such as public"
        raise OutputError(Fault("the output would overwrite the site's own files", where=root, hint=hint))
    if out.parent == site and out.name in _SITE_FOLDERS:
        raise OutputError(Fault("this folder holds the site's own files", where=root, hint="name another folder"))


def _refuse_state(root: Path, state: StateFolder, site: Path) -> None:
    """Raises OutputError if the state folder is in the tree, among the site's files, foreign, or of another tree."""
    own, out, folder = state.path, root.resolve(), site.resolve()
    hint = "name a folder beside the output with --state, such as .public.espalier"
    if own == out or out in own.parents or own in out.parents:
        raise OutputError(Fault("the build's own files would be published", where=own, hint=hint))
    if own == folder or own in folder.parents or (folder in own.parents and own.parent != folder):
        raise OutputError(Fault("the build's own files would lie among the site's", where=own, hint=hint))
    with telling(own, forbidden=_ELSEWHERE):
        strange = own.is_dir() and not state.lock.exists() and any(own.iterdir())
    if strange or (own.exists() and not own.is_dir()) or (own.parent == folder and own.name in _SITE_FOLDERS):
        raise OutputError(Fault("this is not a folder for a build's own files", where=own, hint=hint))
    if other := state.other_tree(root):
        raise OutputError(Fault(f"this folder holds the records of another tree, {other}", where=own, hint=hint))


def _foreign(root: Path, state: StateFolder) -> list[str]:
    """Returns the names at the top of a folder that no build wrote, if no build made this folder."""
    if not root.is_dir() or (root / EARLIER).is_dir() or state.is_of(root):
        return []
    with telling(root):
        names = {each.name for each in root.iterdir()} - {_OF_THE_DISK, STAGED_INSIDE}
    # A tree that was copied, or moved to another disk, together with its records is a build's still.
    return sorted(names.difference(_written(state.manifest)) if names else ())


def _written(manifest: Path) -> Iterable[str]:
    """Yields the names at the top of the tree that a manifest tells of; none if there is none that can be read."""
    query = "select path from files union select folder from sites union select folder from landings"
    yield from (ASSETS, CAMPAIGNS)
    try:
        with closing(sqlite3.connect(f"{manifest.resolve().as_uri()}?mode=ro", uri=True)) as db:
            yield from {path.partition("/")[0] for (path,) in db.execute(query)}
    except sqlite3.Error:
        return


def _lock(lock: int, root: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(lock, 20, 0).decode(errors="replace").strip()
        hint = "wait for it to end, or build into another folder"
        raise OutputError(Fault(f"another build is writing here (process {pid})", where=root, hint=hint)) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def _move_over(earlier: Path, state: StateFolder, root: Path) -> None:
    """Moves what an earlier version kept in the tree to the state folder, and removes its folder from the tree."""
    lock = os.open(earlier / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(lock, root)
        for begun in earlier.glob("begun-*"):
            shutil.move(begun, state.path / begun.name)
        manifest = earlier / _EARLIER_MANIFEST
        if manifest.exists():
            _in_one_file(manifest)
            # Whole before it has its name, also where the state folder is on another disk.
            shutil.move(manifest, state.path / "manifest.moving")
            (state.path / "manifest.moving").replace(state.manifest)
    finally:
        os.close(lock)
    shutil.rmtree(earlier)


def _in_one_file(manifest: Path) -> None:
    """Brings what a manifest's log holds into its file, so that the file alone can be moved."""
    with closing(sqlite3.connect(manifest, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
