"""The build's own folder, which lies beside the published tree: what a build remembers is never published.

::

    public/              the tree; holds nothing but what is published
    .public.espalier/    its owner's alone (mode 0700):
        manifest.sqlite      what was written, and from what (manifest.py)
        roster.sqlite        the roster as it was read last
        lock                 locked while a build runs; holds its process id
        tree                 which folder the manifest is of
        begun-<pid>          sites that a running build has begun to write
        staging/             files and sites on their way to their places

Earlier versions kept all this in the tree, in the folder ``.espalier`` (``EARLIER``); claim.py moves it over.
This module imports next to nothing: see up_to_date.py.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

EARLIER = ".espalier"
"""The folder in the tree in which earlier versions kept their own files."""


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder in which the builds into one output folder keep their own files; it need not exist yet."""

    path: Path

    @classmethod
    def of(cls, out: Path, state: Path | None = None) -> StateFolder:
        """Returns the folder of the builds into ``out``: ``state`` if it is given, else ``.<name>.espalier`` beside it.

        If ``out`` is a link, the folder lies beside the folder that it leads to.
        """
        tree = out.resolve()
        return cls(state.resolve() if state else tree.with_name(f".{tree.name}.espalier"))

    @property
    def manifest(self) -> Path:
        """The manifest: an SQLite file."""
        return self.path / "manifest.sqlite"

    @property
    def index(self) -> Path:
        """The index of the roster, kept from one build to the next: an SQLite file."""
        return self.path / "roster.sqlite"

    @property
    def lock(self) -> Path:
        """The file that is locked while a build runs."""
        return self.path / "lock"

    @property
    def staging(self) -> Path:
        """The folder for files that are being written."""
        return self.path / "staging"

    def begun(self) -> list[Path]:
        """Returns the files that name the sites which builds began to write; after a complete build there are none."""
        return sorted(self.path.glob("begun-*"))

    def begun_by(self, pid: int) -> Path:
        """Returns the file in which this process names the sites that it begins to write."""
        return self.path / f"begun-{pid}"

    def is_of(self, out: Path) -> bool:
        """Returns whether the manifest tells of this very folder, or of the one that it was copied from with its times.

        False for a folder that was removed and made again, or brought back from elsewhere: what the manifest says may
        be untrue there.
        """
        known, here = self._known(), _TreeStamp.of(out)
        if known is None or here is None:
            return False
        if known.changed == here.changed:
            return True
        # Since a build that was cut off, or a file that was added by hand. The number alone says little: of a folder
        # that is removed it goes to the next one that is made. But files are never older than their folder's making.
        return known.inode == here.inode and here.changed > known.changed and self._is_older(out, known.changed)

    def _is_older(self, out: Path, moment: int) -> bool:
        """Returns whether a file outside members' sites has been in the tree since before ``moment`` (ns)."""
        try:
            with closing(sqlite3.connect(f"{self.manifest.as_uri()}?mode=ro", uri=True)) as manifest:
                return any(_is_older(out / path, moment) for (path,) in manifest.execute("select path from files"))
        except sqlite3.Error:
            return False

    def other_tree(self, out: Path) -> str | None:
        """Returns the path of another tree that stands and whose records these are; None if they are those of ``out``.

        Records that were copied together with their tree belong to the copy.
        """
        known = self._known()
        if known is None or self.is_of(out) or known.state != _inode(self.path):
            return None
        there = _TreeStamp.of(Path(known.path))
        stands = there is not None and there.changed == known.changed and known.path != os.fspath(out.resolve())
        return known.path if stands else None

    def note_tree(self, out: Path) -> None:
        """Notes that the manifest tells of this folder as it is now.

        The folder's time is set, so that no earlier state of it has the same.
        """
        os.utime(out)
        here = _TreeStamp.of(out)
        assert here is not None
        noted = {"path": os.fspath(out.resolve()), "inode": here.inode, "changed": here.changed}
        growing = self.path / "tree.new"
        growing.write_text(json.dumps({**noted, "state": _inode(self.path)}), encoding="utf-8")
        growing.replace(self.path / "tree")

    def _known(self) -> _Known | None:
        try:
            noted = json.loads((self.path / "tree").read_text(encoding="utf-8"))
            return _Known(str(noted["path"]), int(noted["inode"]), int(noted["changed"]), int(noted["state"]))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError):  # cut off by a full disk: nothing is known
            return None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was noted of a tree: its path, inode and time of change (ns), and the inode of the state folder then."""

    path: str
    inode: int
    changed: int
    state: int


@dataclass(frozen=True, slots=True)
class _TreeStamp:
    inode: int
    changed: int

    @classmethod
    def of(cls, out: Path) -> _TreeStamp | None:
        try:
            found = out.stat()
        except OSError:
            return None
        return cls(found.st_ino, found.st_mtime_ns)


def _is_older(path: Path, moment: int) -> bool:
    try:
        return path.stat().st_ctime_ns <= moment
    except OSError:
        return False


def _inode(folder: Path) -> int:
    return folder.stat().st_ino
