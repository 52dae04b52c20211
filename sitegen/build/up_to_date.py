"""What a build was made from, told without reading it: digests of what the file system says of every input.

Size, times of content and of change, and number of the file: another content never has the same four. With
the same inputs, the same settings and the same program there is nothing to build, and nothing need be loaded
to know it; with the same shared inputs (all but roster, photos and campaigns) the pages need no checking again.

Imports next to nothing, since it is all that runs when nothing changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import perf_counter

from sitegen import __version__
from sitegen.build.options import CAMPAIGNS_FILE, Order, Summary
from sitegen.build.output import OURS

RECORD = "record.sqlite"
"""The record of a build, in the folder that is ours."""

NOTE = "inputs"
"""The name of the note in the record."""

_SKIPPED = {"instance", "__pycache__", ".git"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Digests of the inputs of a build: ``members`` of roster and photos, ``campaigns`` of their file, ``shared`` of
    all other files, ``settings`` of what the order and the program add."""

    shared: str
    members: str
    campaigns: str
    settings: str
    theme_folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What the last complete build into a folder left behind."""

    inputs: Inputs
    roster: str
    summary: Summary

    def entry(self) -> tuple[str, str]:
        """Name and value for the record."""
        return NOTE, json.dumps({"inputs": asdict(self.inputs), "roster": self.roster, "summary": asdict(self.summary)})


def read(order: Order, roster: Path, theme_folders: Iterable[Path]) -> Inputs:
    """The inputs as they are now."""
    folders = tuple(os.fspath(folder.resolve()) for folder in theme_folders)
    site = os.path.realpath(order.folder)
    own, photos = os.path.realpath(roster), os.path.join(site, "photos")
    campaigns = os.path.join(site, CAMPAIGNS_FILE)
    shared, members, placed = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    # A theme that appears beside the site takes the place of one that comes with us.
    for root in dict.fromkeys([site, os.path.join(os.path.dirname(site), "themes"), *folders]):
        for path, stamp in _stamps(root, os.path.realpath(order.out)):
            of_members = path == own or path.startswith(f"{photos}{os.sep}")
            into = members if of_members else placed if path == campaigns else shared
            into.update(f"{path}\0{stamp}\n".encode(errors="surrogateescape"))
    settings = (__version__, order.url, order.capture_url, order.theme, order.packing.value, order.token_keys)
    digest = hashlib.sha256(repr(settings).encode()).hexdigest()
    return Inputs(shared.hexdigest(), members.hexdigest(), placed.hexdigest(), digest, folders)


def noted(out: Path) -> Note | None:
    """What the last complete build into ``out`` left; None when there is no such build."""
    try:
        with closing(_record(out)) as record:
            row = record.execute("select value from notes where name = ?", (NOTE,)).fetchone()
    except sqlite3.Error:  # no record, or none that can be read: all is built anew
        return None
    if row is None:
        return None
    note = json.loads(row[0])
    if note["inputs"].keys() != {field.name for field in fields(Inputs)}:  # an earlier version's
        return None
    inputs = Inputs(**{**note["inputs"], "theme_folders": tuple(note["inputs"]["theme_folders"])})
    summary = Summary(**{**note["summary"], "faults": (), "unstamped": {}})
    return Note(inputs, note["roster"], summary)


def nothing_changed(order: Order) -> Summary | None:
    """The summary of a build that has nothing to do; None where there may be something.

    A site whose folder is gone from the output is something; a file in it that was changed by hand is not
    noticed (``fresh`` compares them all).
    """
    started = perf_counter()
    if order.fresh or order.verify:
        return None
    note = noted(order.out)
    if note is None or any(order.out.joinpath(OURS).glob("begun-*")):
        return None
    if read(order, Path(note.roster), map(Path, note.inputs.theme_folders)) != note.inputs:
        return None
    if not _sites_stand(order.out):
        return None
    last = note.summary
    files = last.written + last.unchanged
    return Summary(last.members, last.pages, 0, files, 0, 0, perf_counter() - started)


def _sites_stand(out: Path) -> bool:
    root = os.fspath(out)
    with closing(_record(out)) as record:
        folders = record.execute("select folder from sites")
        return all(os.path.isdir(f"{root}/{folder}") for (folder,) in folders)


def _record(out: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{(out / OURS / RECORD).resolve().as_uri()}?mode=ro", uri=True)


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
