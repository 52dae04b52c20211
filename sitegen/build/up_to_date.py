"""Finds out whether there is anything to build: compares the inputs with those that the last complete build noted.

With the same inputs, settings and program there is nothing to build, and nothing need be loaded to know that; with
the same shared inputs (all but roster, photos and campaigns) the pages need no checking again.

This module imports next to nothing, since no other runs when nothing has changed.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import perf_counter

from sitegen.build.options import BuildOptions, BuildSummary
from sitegen.build.state_folder import EARLIER, StateFolder
from sitegen.site import input_digests
from sitegen.site.input_digests import InputDigests

NOTE = "inputs"
"""The name under which the manifest keeps the note of the last complete build."""


@dataclass(frozen=True, slots=True)
class BuildNote:
    """The note that a complete build leaves in the manifest: its inputs, its roster file with the digest of what was
    read from it, and its summary."""

    inputs: InputDigests
    roster: str
    roster_digest: str
    summary: BuildSummary

    @property
    def files(self) -> int:
        """How many files the tree had after that build."""
        return self.summary.written + self.summary.unchanged

    def entry(self) -> tuple[str, str]:
        """Returns the note's name and value for the manifest."""
        return NOTE, json.dumps(asdict(self))


def digests(options: BuildOptions, roster: Path, theme_folders: Iterable[Path]) -> InputDigests:
    """Returns digests of all inputs of a build as they are now."""
    compression = options.compression.value
    written = options.out, options.state_folder.path
    return input_digests.read(options, roster, theme_folders, outputs=written, compression=compression)


def noted(options: BuildOptions) -> BuildNote | None:
    """Returns what the last complete build into the output folder noted of its inputs.

    Returns None if there is no such build, if the folder is not the one that it made (but a copy, or made again), or if
    the files outside members' sites are not all there.
    """
    out, state = options.out, options.state_folder
    if not state.is_of(out) or (out / EARLIER).exists():
        return None
    try:
        with closing(_manifest(state)) as manifest:
            if not _root_files_stand(out, manifest):
                return None
            row = manifest.execute("select value from notes where name = ?", (NOTE,)).fetchone()
    except sqlite3.Error:  # no manifest, or none that can be read: all is built anew
        return None
    if row is None:
        return None
    note = json.loads(row[0])
    if note["inputs"].keys() != {field.name for field in fields(InputDigests)}:  # an earlier version's
        return None
    inputs = InputDigests(**{**note["inputs"], "theme_folders": tuple(note["inputs"]["theme_folders"])})
    summary = BuildSummary(**{**note["summary"], "faults": (), "unstamped": {}})
    return BuildNote(inputs, note["roster"], note["roster_digest"], summary)


def nothing_changed(options: BuildOptions) -> BuildSummary | None:
    """Returns the summary of a build that has nothing to do, or None if there may be something to build.

    A member's site whose folder is gone from the output is noticed; a file there that was changed by hand is not
    (``fresh`` compares every file).
    """
    started = perf_counter()
    if options.fresh or options.verify:
        return None
    note = noted(options)
    if note is None or options.state_folder.begun():
        return None
    if digests(options, Path(note.roster), map(Path, note.inputs.theme_folders)) != note.inputs:
        return None
    if not sites_stand(options):
        return None
    last = note.summary
    return BuildSummary(last.members, last.pages, 0, note.files, 0, 0, perf_counter() - started)


def _root_files_stand(out: Path, manifest: sqlite3.Connection) -> bool:
    root = os.fspath(out)
    return all(os.path.isfile(f"{root}/{path}") for (path,) in manifest.execute("select path from files"))


def sites_stand(options: BuildOptions) -> bool:
    """Returns whether the folder of every member's site that was built is there."""
    root = os.fspath(options.out)
    with closing(_manifest(options.state_folder)) as manifest:
        folders = manifest.execute("select folder from sites")
        return all(os.path.isdir(f"{root}/{folder}") for (folder,) in folders)


def _manifest(state: StateFolder) -> sqlite3.Connection:
    return sqlite3.connect(f"{state.manifest.as_uri()}?mode=ro", uri=True)
