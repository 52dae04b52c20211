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
from sitegen.build.output import OURS
from sitegen.site import input_digests
from sitegen.site.input_digests import InputDigests

MANIFEST = "record.sqlite"
"""The file name of a build's manifest, in the folder ``.espalier`` of the output folder."""

NOTE = "inputs"
"""The name under which the manifest keeps the note of the last complete build."""


@dataclass(frozen=True, slots=True)
class BuildNote:
    """The note that a complete build leaves in the manifest: its inputs, its roster file and its summary."""

    inputs: InputDigests
    roster: str
    summary: BuildSummary

    def entry(self) -> tuple[str, str]:
        """Returns the note's name and value for the manifest."""
        return NOTE, json.dumps({"inputs": asdict(self.inputs), "roster": self.roster, "summary": asdict(self.summary)})


def digests(options: BuildOptions, roster: Path, theme_folders: Iterable[Path]) -> InputDigests:
    """Returns digests of all inputs of a build as they are now."""
    compression = options.compression.value
    return input_digests.read(options, roster, theme_folders, out=options.out, compression=compression)


def noted(out: Path) -> BuildNote | None:
    """Returns what the last complete build into ``out`` noted of its inputs, or None if there is no such build."""
    try:
        with closing(_manifest(out)) as manifest:
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
    return BuildNote(inputs, note["roster"], summary)


def nothing_changed(options: BuildOptions) -> BuildSummary | None:
    """Returns the summary of a build that has nothing to do, or None if there may be something to build.

    A member's site whose folder is gone from the output is noticed; a file there that was changed by hand is not
    (``fresh`` compares every file).
    """
    started = perf_counter()
    if options.fresh or options.verify:
        return None
    note = noted(options.out)
    if note is None or any(options.out.joinpath(OURS).glob("begun-*")):
        return None
    if digests(options, Path(note.roster), map(Path, note.inputs.theme_folders)) != note.inputs:
        return None
    if not _sites_stand(options.out):
        return None
    last = note.summary
    files = last.written + last.unchanged
    return BuildSummary(last.members, last.pages, 0, files, 0, 0, perf_counter() - started)


def _sites_stand(out: Path) -> bool:
    root = os.fspath(out)
    with closing(_manifest(out)) as manifest:
        folders = manifest.execute("select folder from sites")
        return all(os.path.isdir(f"{root}/{folder}") for (folder,) in folders)


def _manifest(out: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{(out / OURS / MANIFEST).resolve().as_uri()}?mode=ro", uri=True)
