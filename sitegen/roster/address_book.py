"""The address book: the file ``addresses.csv`` beside ``site.toml``, which remembers every address ever given.

An address (a slug) belongs to one member for ever, because it is printed on cards and codes: it is never given to
another member, whoever leaves, comes back or changes their name. Programs add to the file when they give addresses, and
it is meant to be kept with the site under version control. Its rows are sorted by slug.

=========  ========  ====================================================================================
``id``     ``until``  meaning
=========  ========  ====================================================================================
a member   empty     the member's address
a member   a day     the member's former address; it leads to the present one
empty      empty     reserved: the company gives it to nobody
empty      a day     released on that day: it belongs to nobody any more and may be given again
=========  ========  ====================================================================================
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sitegen.errors import Fault, OutputError
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.reading import Broken, Source, csv_records
from sitegen.roster.slugs import EXPECTED, is_slug
from sitegen.token import MEMBER_ID

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_BY_HAND = "`sitegen addresses` changes this file and keeps it right"


class Entry(NamedTuple):
    """One row of the address book. ``id`` is empty where no member has the slug; days are written ``2024-12-31``."""

    id: str
    slug: str
    since: str
    until: str | None = None
    reason: str | None = None
    """Why the company reserved or released the slug."""

    @property
    def is_free(self) -> bool:
        """True if the slug was released, so that it may be given again."""
        return not self.id and self.until is not None


COLUMNS = Entry._fields
REQUIRED = ("id", "slug", "since", "until")


def read(path: Path, log: FaultLog) -> Iterator[tuple[int, Entry]]:
    """Yields the line and entry of each sound row of an address book, none if there is no file; faults go to the log.

    Whether two rows contradict each other is not looked at.
    """
    if not path.is_file():
        return
    try:
        with path.open("rb") as file:
            for line, found, whole in csv_records(Source(file, log), log, COLUMNS, REQUIRED):
                cells = {name: cell.strip() for name, cell in found.items()}
                entry = Entry(
                    cells.get("id", ""),
                    cells.get("slug", ""),
                    cells.get("since", ""),
                    cells.get("until") or None,
                    cells.get("reason") or None,
                )
                if whole and _is_sound(entry, line, log):
                    yield line, entry
    except Broken:  # told in the log already
        return
    except OSError as error:
        log.add(f"cannot be read: {error.strerror}")


def _is_sound(entry: Entry, line: int, log: FaultLog) -> bool:
    before = log.count
    if not is_slug(entry.slug):
        log.add(f"slug {quoted(entry.slug)}: {EXPECTED}", line=line, hint=_BY_HAND)
    if entry.id and not MEMBER_ID.match(entry.id):
        log.add(f"id {quoted(entry.id)} cannot be a member's", line=line, hint=_BY_HAND)
    for name, value in (("since", entry.since), ("until", entry.until)):
        if value is not None and not _is_day(value):
            log.add(f"{name} {quoted(value)}: expected a date such as 2024-12-31", line=line, hint=_BY_HAND)
    return log.count == before


def _is_day(text: str) -> bool:
    if not _DAY.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def digest(path: Path) -> str:
    """Returns the SHA-256 of the file in hexadecimal; of no bytes if there is no file."""
    if not path.is_file():
        return hashlib.sha256().hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, entries: Iterable[Entry]) -> str:
    """Replaces the file in one step by these entries, which come in order of slug, and returns its digest.

    If the path is a symbolic link, the file that it leads to is replaced, since others may read it there.
    Raises OutputError if the file cannot be written.
    """
    path = path.resolve()
    growing = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        try:
            written = _write(growing, entries)
            growing.replace(path)
        finally:
            growing.unlink(missing_ok=True)
    except OSError as error:
        hint = "run `sitegen check --fix` where the site folder can be written, and build here with --frozen"
        message = f"new addresses cannot be remembered: {error.strerror}"
        raise OutputError(Fault(message, where=path, hint=hint)) from error
    return written


def _write(path: Path, entries: Iterable[Entry]) -> str:
    hashed = hashlib.sha256()
    with path.open("wb") as file:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, entry in enumerate(entries, 1):
            writer.writerow(entry)
            if number % 1000 == 0:
                _drain(text, file, hashed)
        _drain(text, file, hashed)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def _drain(text: io.StringIO, file: io.BufferedWriter, hashed: hashlib._Hash) -> None:
    content = text.getvalue().encode()
    file.write(content)
    hashed.update(content)
    text.seek(0)
    text.truncate()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other programs that give addresses waiting until the block ends. The lock is on the file's folder.

    Raises OutputError if the folder cannot be locked.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise OutputError(Fault(f"cannot be opened: {error.strerror}", where=path.parent)) from error
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
        except OSError as error:
            hint = "keep the site folder on a file system with locks, or use --frozen"
            raise OutputError(Fault(f"cannot be locked: {error.strerror}", where=path.parent, hint=hint)) from error
        yield
    finally:
        os.close(folder)
