"""Finds a member by the address of their site, with the sponsor to show on it: what a web server needs of a roster.

There are two kinds: ``IndexLookup`` (here) asks the index on disk, ``PostgresLookup`` (postgres.py) a table in
PostgreSQL. Both read a member and their nearest active sponsor by one query, so that both come from the same version
of a roster that changes.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sitegen.errors import EspalierError
from sitegen.model import Member
from sitegen.roster import table
from sitegen.roster.roster import Roster
from sitegen.roster.slugs import is_slug

WIDTH = len(table.FIELDS)
COLUMNS = f"{table.selected('m')}, {table.selected('s')}"
"""The columns that a lookup selects: the member's, then the sponsor's, which are all null if there is none."""

_MAPPED = 1 << 40  # bytes of the index that SQLite may map instead of copying; the system shares them


_ID, _LOCALE, _STATUS, _PHOTO = (table.FIELDS.index(each) for each in ("id", "locale", "status", "photo"))


class Unavailable(EspalierError):
    """The roster (or the index of campaigns) cannot be read at the moment; a later request may succeed."""


class FoundMember:
    """A member found by the address of their site, with the sponsor that the site shows.

    ``since``: when the roster last changed, in seconds since 1970.
    """

    __slots__ = ("row", "since")

    def __init__(self, row: tuple[Any, ...], since: int) -> None:
        self.row = row
        self.since = since

    @property
    def member(self) -> Member:
        """The member, active or not."""
        return table.to_member(self.row[:WIDTH])

    @property
    def sponsor(self) -> Member | None:
        """The nearest active member above in the tree of sponsors; None if there is none."""
        return None if self.row[WIDTH] is None else table.to_member(self.row[WIDTH:])

    @property
    def id(self) -> str:
        """The member's id."""
        return str(self.row[_ID])

    @property
    def locale(self) -> str:
        """The code of the member's language."""
        return str(self.row[_LOCALE])

    @property
    def photo(self) -> str | None:
        """The path of the member's photo below the folder ``photos/``; None if there is none."""
        photo: str | None = self.row[_PHOTO]
        return photo

    @property
    def sponsors_photo(self) -> str | None:
        """The path of the photo of the nearest active sponsor above; None if there is no sponsor or no photo."""
        photo: str | None = self.row[WIDTH + _PHOTO]
        return photo

    @property
    def is_active(self) -> bool:
        """Whether the member is active, and so has a site."""
        return bool(self.row[_STATUS] == "active")

    @property
    def member_row(self) -> tuple[Any, ...]:
        """The member's columns, in the order of ``table.FIELDS``."""
        return self.row[:WIDTH]

    @property
    def sponsor_row(self) -> tuple[Any, ...] | None:
        """The columns of the nearest active sponsor above, in the order of ``table.FIELDS``; None if there is none."""
        return None if self.row[WIDTH] is None else self.row[WIDTH:]


@dataclass(frozen=True, slots=True)
class FormerAddress:
    """A slug that was given to a member and at which there is no site. ``present``: the slug of the member's site; None
    if the member has none now."""

    present: str | None


class Lookup(Protocol):
    """A roster as a web server reads it, member by member. Several threads may use one, also after a fork."""

    digest: str
    """A digest of the whole roster: a changed roster has another one."""
    since: int
    """When the roster last changed, in seconds since 1970."""

    def refresh(self) -> None:
        """Brings ``digest`` and ``since`` up to date. Raises Unavailable if the roster cannot be read."""

    def by_slug(self, slug: str) -> FoundMember | None:
        """Returns the member with this slug, active or not; None if there is none.

        Raises Unavailable if the roster cannot be read.
        """

    def former(self, slug: str) -> FormerAddress | None:
        """Returns what became of a slug at which no member is; None if no member ever had it.

        Raises Unavailable if the roster cannot be read.
        """

    def active(self) -> Iterator[Member]:
        """Yields all active members."""

    def active_with_sponsors(self) -> Iterator[tuple[Member, Member | None]]:
        """Yields the active members, each with the nearest active sponsor above, or None."""

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """Yields the active members whose story has at least ``least_words`` words."""

    def close(self) -> None:
        """Closes the database connections that are not in use."""


class IndexLookup:
    """Finds members in a roster's index on disk.

    ``threads`` read-only connections are opened at once, so that they still read this index after another one has
    replaced it on the disk.
    """

    def __init__(self, roster: Roster, since: int, *, threads: int = 1) -> None:
        self.roster = roster
        self.digest = roster.digest
        self.since = since
        self._idle = deque(self._opened() for _ in range(threads))
        _FORKED.add(self)

    def by_slug(self, slug: str) -> FoundMember | None:
        """Returns the member with this slug, active or not; None if there is none.

        Raises Unavailable if the roster cannot be read.
        """
        row = self._row(_BY_SLUG, slug)
        return None if row is None else FoundMember(row, self.since)

    def former(self, slug: str) -> FormerAddress | None:
        """Returns what became of a slug at which no member is; None if no member ever had it.

        Raises Unavailable if the roster cannot be read.
        """
        row = self._row("select present from former where slug = ?", slug)
        return None if row is None else FormerAddress(row[0])

    def _row(self, query: str, slug: str) -> tuple[Any, ...] | None:
        if not is_slug(slug):
            return None
        try:
            database = self._idle.pop()
        except IndexError:
            database = self._opened()
        try:
            row: tuple[Any, ...] | None = database.execute(query, (slug,)).fetchone()
        except sqlite3.Error as error:
            raise Unavailable(f"the roster's index cannot be read: {error}") from error
        finally:
            self._idle.append(database)
        return row

    def refresh(self) -> None:
        """Does nothing: an index never changes; a changed roster has another index, and another IndexLookup."""

    def active(self) -> Iterator[Member]:
        """Yields all active members."""
        return self.roster.active()

    def active_with_sponsors(self) -> Iterator[tuple[Member, Member | None]]:
        """Yields the active members, each with the nearest active sponsor above, or None."""
        return self.roster.active_with_sponsors()

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """Yields the active members whose story has at least ``least_words`` words."""
        return self.roster.storytellers(least_words)

    def close(self) -> None:
        """Closes the database connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def forked(self) -> None:
        """Sets the parent process's connections aside: a fork must not use or close them (sqlite.org/howtocorrupt)."""
        _PARENTS.append(self._idle)
        self._idle = deque()

    def _opened(self) -> sqlite3.Connection:
        address = f"{self.roster.index.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            database = sqlite3.connect(address, uri=True, check_same_thread=False)
            database.execute(f"pragma mmap_size = {_MAPPED}")
            digest = table.digest(dict(database.execute("select key, value from meta where key in ('digest', 'book')")))
        except sqlite3.Error as error:
            raise Unavailable(f"the roster's index cannot be read: {error}") from error
        if digest != self.digest:  # another roster has taken its place, and this process will soon notice
            database.close()
            raise Unavailable("the roster is being replaced")
        return database


_FORKED: weakref.WeakSet[IndexLookup] = weakref.WeakSet()
_PARENTS: list[deque[sqlite3.Connection]] = []


def _after_fork() -> None:
    for each in _FORKED:
        each.forked()


# Asking for the process's id at each request would cost as much as the answer.
os.register_at_fork(after_in_child=_after_fork)

_BY_SLUG = f"select {COLUMNS} from member m left join member s on s.row = m.nearest where m.slug = ?"
