"""The addresses of a roster's members as the address book remembers them, read from the roster's index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from sitegen.roster import address_book, addressing, table
from sitegen.roster.address_book import Entry
from sitegen.roster.reader import Reader
from sitegen.roster.table import MemberRow


class RememberedAddresses:
    """Who has, and had, which address. ``changes``: by how many entries it differs from the file that it was read from.

    ``index``: the roster's index, which ``reader`` reads.
    """

    def __init__(self, index: Path, reader: Reader, changes: int) -> None:
        self._index = index
        self._reader = reader
        self.changes = changes

    def former(self) -> Iterator[tuple[str, MemberRow]]:
        """Yields each former slug of an active member, in order, with the member's row."""
        query = (
            f"select f.slug, {table.selected('m')} from former f join member m on m.slug = f.present order by f.slug"
        )
        with self._reader.connection() as database:
            for row in database.execute(query):
                yield row[0], MemberRow._make(row[1:])

    def gone(self) -> Iterator[str]:
        """Yields, in order, each slug given to a member who has no site now: inactive, or not in the roster."""
        query = (
            "select a.slug from address a left join member m on m.id = a.id left join unread u on u.id = a.id"
            " where a.id <> '' and coalesce(m.status, '') <> 'active' and (u.id is null or u.inactive) order by a.slug"
        )
        with self._reader.connection() as database:
            yield from (slug for (slug,) in database.execute(query))

    def absent(self, slugs: Iterable[str]) -> Iterator[str]:
        """Yields those of ``slugs`` that belong to members who are not in the roster at all."""
        query = (
            "select 1 from address a where a.slug = ? and (exists (select 1 from member m where m.id = a.id)"
            " or exists (select 1 from unread u where u.id = a.id))"
        )
        return (slug for slug in slugs if not self._reader.all(query, (slug,)))

    def owner(self, slug: str) -> Entry | None:
        """Returns what the address book says of a slug that has, or had, an owner; None if it is free."""
        rows = self._reader.all("select id, slug, since, until, reason from address where slug = ?", (slug,))
        return Entry._make(rows[0]) if rows else None

    def remember(self, book: Path) -> int:
        """Writes the address book, if this roster gave or ended addresses, and returns by how many entries it changed.

        ``address_book.locked`` must have been held since before the roster was loaded. Raises OutputError if the file
        cannot be written.
        """
        if not self.changes:
            return 0
        with self._reader.connection() as database:
            digest = address_book.write(book, addressing.entries(database))
        with closing(sqlite3.connect(self._index)) as database, database:
            database.execute("update meta set value = ? where key = 'book'", (digest,))
            database.execute("update meta set value = 0 where key = 'address_changes'")
        changes, self.changes = self.changes, 0
        return changes
