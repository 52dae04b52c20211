"""One member by their address, with whom their pages show above them: all that serving asks of a roster.

Two fulfil it: the index on disk (here) and a table in PostgreSQL (postgres.py). Both give a member and their
nearest active sponsor from one query, so that a roster that changes in between never shows half of each.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any, Protocol

from sitegen.errors import EspalierError
from sitegen.model import Member
from sitegen.roster import table
from sitegen.roster.roster import Roster
from sitegen.roster.slugs import is_slug

WIDTH = len(table.FIELDS)
COLUMNS = f"{table.selected('m')}, {table.selected('s')}"
"""What a lookup selects: the member's columns and those of the sponsor, all null where there is none."""

_MAPPED = 1 << 40  # bytes of the index that SQLite may map instead of copying; the system shares them


_ID, _LOCALE, _STATUS, _PHOTO = (table.FIELDS.index(each) for each in ("id", "locale", "status", "photo"))


class Unavailable(EspalierError):
    """The roster cannot be asked at this moment."""


class FoundMember:
    """A member as a lookup found them. ``since``: when the roster last changed, in seconds since 1970."""

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
        """The nearest active member above."""
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
        """The name of the member's photo."""
        photo: str | None = self.row[_PHOTO]
        return photo

    @property
    def sponsors_photo(self) -> str | None:
        """The name of the photo of the nearest active member above."""
        photo: str | None = self.row[WIDTH + _PHOTO]
        return photo

    @property
    def is_active(self) -> bool:
        """Whether the member has a site."""
        return bool(self.row[_STATUS] == "active")

    @property
    def member_row(self) -> tuple[Any, ...]:
        """The member's columns, in the order of ``table.FIELDS``."""
        return self.row[:WIDTH]

    @property
    def sponsor_row(self) -> tuple[Any, ...] | None:
        """The columns of the nearest active member above; None: there is none."""
        return None if self.row[WIDTH] is None else self.row[WIDTH:]


class Lookup(Protocol):
    """What serving asks of a roster. May be asked by several threads, and after a fork."""

    digest: str
    """Names the state of the whole roster."""
    since: int
    """When it last changed, in seconds since 1970."""

    def refresh(self) -> None:
        """Brings these two up to date. Raises Unavailable."""

    def by_slug(self, slug: str) -> FoundMember | None:
        """The member whose address this is, active or not. Raises Unavailable."""

    def active(self) -> Iterator[Member]:
        """All active members."""

    def active_with_sponsors(self) -> Iterator[tuple[Member, Member | None]]:
        """The active members, each with the nearest active member above them."""

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """The active members whose story has at least so many words."""

    def close(self) -> None:
        """Closes the connections that are not in use."""


class IndexLookup:
    """Asks the index on disk, by read-only connections that are opened before another index takes its place."""

    def __init__(self, roster: Roster, since: int, *, threads: int = 1) -> None:
        self.roster = roster
        self.digest = roster.digest
        self.since = since
        self._idle = deque(self._opened() for _ in range(threads))
        _FORKED.add(self)

    def by_slug(self, slug: str) -> FoundMember | None:
        """The member whose address this is, active or not. Raises Unavailable."""
        if not is_slug(slug):
            return None
        try:
            database = self._idle.pop()
        except IndexError:
            database = self._opened()
        try:
            row = database.execute(_BY_SLUG, (slug,)).fetchone()
        except sqlite3.Error as error:
            raise Unavailable(f"the roster's index cannot be read: {error}") from error
        finally:
            self._idle.append(database)
        return None if row is None else FoundMember(row, self.since)

    def refresh(self) -> None:
        """Nothing: an index never changes, another one takes its place."""

    def active(self) -> Iterator[Member]:
        """All active members."""
        return self.roster.active()

    def active_with_sponsors(self) -> Iterator[tuple[Member, Member | None]]:
        """The active members, each with the nearest active member above them."""
        return self.roster.active_with_sponsors()

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """The active members whose story has at least so many words."""
        return self.roster.storytellers(least_words)

    def close(self) -> None:
        """Closes the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def forked(self) -> None:
        """Leaves the parent's connections alone: never to be used or closed here (sqlite.org/howtocorrupt)."""
        _PARENTS.append(self._idle)
        self._idle = deque()

    def _opened(self) -> sqlite3.Connection:
        address = f"{self.roster.index.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            database = sqlite3.connect(address, uri=True, check_same_thread=False)
            database.execute(f"pragma mmap_size = {_MAPPED}")
            (digest,) = database.execute("select value from meta where key = 'digest'").fetchone()
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
