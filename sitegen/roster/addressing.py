"""Gives every member of a roster an address, by what the address book remembers. Works on the index being made.

The rules, in this order:

1. A slug in the roster's own column is the company's word: it is the member's address from now on, and the one before
   leads to it. A slug that belongs, or once belonged, to another member is a fault, and so is one that is reserved; the
   member keeps the address they had.
2. A member whom the book knows keeps their address, whatever became of their name, of the order of the file, and of
   other members.
3. A new member gets an address from their name, with a number if it is not free. Members earlier in the roster come
   first. With ``frozen`` this is a fault, and nothing is given.

Nothing is ever taken away: an address of somebody who left the roster stays theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sitegen.errors import Fault, RosterError
from sitegen.roster import address_book, changed_ids
from sitegen.roster.address_book import Entry
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.slugs import numbered, slugify

TABLES = """
create table address (slug text primary key, id text not null, since text not null, until text, reason text)
without rowid;
create table released (slug text, since text, until text, reason text);
"""
"""``address``: who has, or had, each slug (an empty id: reserved). ``released``: slugs that belong to nobody now."""

_BATCH = 1000
_GIVE = "insert into address values (?, ?, ?, null, null)"

Seeds = Iterable[Entry]
"""Addresses that are known from elsewhere: from the published tree, or from the capture service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """How addresses are given. ``book``: the address book's file, None for a roster without memory; ``seeds``: what is
    taken over where the file is not there or has no row for it; ``frozen``: give no new address; ``reserved``: slugs
    for nobody."""

    book: Path | None = None
    seeds: Seeds = ()
    frozen: bool = False
    reserved: Collection[str] = ()
    today: date


class Giver:
    """Gives addresses to the members in an index. ``changes`` counts the entries by which the book has changed."""

    def __init__(self, database: sqlite3.Connection, how: Addressing, log: FaultLog) -> None:
        self._database = database
        self._how = how
        self._log = log
        self._today = how.today.isoformat()
        self._next: dict[str, int] = {}
        self.changes = 0

    def read_book(self) -> None:
        """Reads the address book into the index. Raises RosterError with every fault of that file."""
        book = self._how.book
        if book is None:
            return
        if not book.is_file():
            if book.is_symlink() or book.exists():
                raise RosterError(Fault("not a file", where=book, hint="bring the address book back, or delete this"))
            if self._how.frozen:
                raise RosterError(Fault("there is no address book here", where=book, hint=_FROZEN[1]))
            self._plant()
            return
        log = FaultLog(book)
        for line, entry in address_book.read(book, log):
            if entry.is_free:
                self._database.execute("insert into released values (?, ?, ?, ?)", entry[1:])
                continue
            if not self._enter(entry):
                log.add(
                    f"slug {quoted(entry.slug)} is there twice", line=line, hint="an address has one owner for ever"
                )
        self._index()
        self._note_two_at_once(log)
        log.raise_any()
        if not self._how.frozen:
            self._restore()

    def _restore(self) -> None:
        """Takes back what a book has lost that was cut off: slugs known from elsewhere of which it has no row.

        A slug of a member to whom the book gives another is taken back as a former one.
        """
        for entry in self._how.seeds:
            if self._is_taken(entry.slug) or self._was_released(entry.slug):
                continue
            until = entry.until or (self._today if entry.id and self._has_address(entry.id) else None)
            self._enter(entry._replace(until=until))
            self.changes += 1

    def _was_released(self, slug: str) -> bool:
        return self._database.execute("select 1 from released where slug = ?", (slug,)).fetchone() is not None

    def _has_address(self, member_id: str) -> bool:
        query = "select 1 from address where id = ? collate nocase and id = ? and until is null"
        return self._database.execute(query, (member_id, member_id)).fetchone() is not None

    def _plant(self) -> None:
        """Takes over what is known from elsewhere. Of two slugs in use by one member, the later one stays in use."""
        self._index()
        for entry in self._how.seeds:
            if entry.until is None and entry.id:
                self._end(entry.id)
            self._enter(entry)
            self.changes += 1

    def _enter(self, entry: Entry) -> bool:
        """Enters a row that is not free, and returns whether its slug was nobody's."""
        values = (entry.slug, entry.id, entry.since, entry.until, entry.reason)
        return self._database.execute("insert or ignore into address values (?, ?, ?, ?, ?)", values).rowcount > 0

    def _index(self) -> None:
        self._database.execute("create index if not exists address_id on address (id collate nocase)")

    def _note_two_at_once(self, log: FaultLog) -> None:
        rows = self._database.execute(
            "select id, min(slug), max(slug) from address where id <> '' and until is null"
            " group by id having count(*) > 1"
        )
        for member_id, one, other in rows:
            message = f"member {quoted(member_id)} has two addresses at once: {quoted(one)} and {quoted(other)}"
            log.add(message, hint="write the day on which one of them ended into its column until")

    def give(self) -> None:
        """Gives each member of the index their slug. Adds a fault for each one that cannot be given as it is asked."""
        self._index()
        changed_ids.note(self._database, self._log)
        if not self._how.frozen:
            self._take_free()
        last = 0
        while asked := self._asked(last):
            for last, line, member_id, slug in asked:
                self._ask(last, line, member_id, slug)
        self._remembered()
        self._derive()

    def _take_free(self) -> None:
        """Gives slugs that are asked for, free, and not reserved to members without an address, the first who asks.

        It does what ``_take`` does for one member, for all of them at once: a roster may ask for all of its slugs.
        """
        self._database.execute("create temp table reserved (slug text primary key) without rowid")
        self._database.executemany("insert into reserved values (?)", ((slug,) for slug in sorted(self._how.reserved)))
        given = self._database.execute(
            "insert or ignore into address select m.slug, m.id, ?, null, null from member m"
            " where m.explicit and m.slug not in (select slug from reserved)"
            " and not exists (select 1 from address a where a.id = m.id collate nocase and a.id = m.id)"
            " order by m.slug, m.row",
            (self._today,),
        )
        self.changes += given.rowcount

    def _ask(self, row: int, line: int, member_id: str, slug: str) -> None:
        why = self._take(slug, member_id)
        if why is not None:
            message, hint = why
            self._log.add(f"slug {quoted(slug)}{message}", line=line, hint=hint)
            self._database.execute("update member set slug = null, explicit = 0 where row = ?", (row,))

    def _asked(self, after: int) -> list[tuple[int, int, str, str]]:
        """Some members, on rows after ``after``, whose row asks for another slug than the book has for them."""
        return self._database.execute(
            "select m.row, m.line, m.id, m.slug from member m left join address a on a.slug = m.slug"
            " where m.explicit and (a.slug is null or a.id <> m.id or a.until is not null) and m.row > ?"
            " order by m.row limit ?",
            (after, _BATCH),
        ).fetchall()

    def _take(self, slug: str, member_id: str) -> tuple[str, str] | None:
        """Makes ``slug`` a member's address; returns what is against it (message and hint), or None when it is done."""
        found = self._database.execute("select id, until, since from address where slug = ?", (slug,)).fetchone()
        if found is not None and found[0] != member_id:
            return _whose(found[0], found[1])
        if found is None and slug in self._how.reserved:
            return ": this word is reserved", "choose another address for this member"
        if found is None and self._how.frozen:
            return _FROZEN
        self._end(member_id)
        if found is None:
            self._database.execute(_GIVE, (slug, member_id, self._today))
        else:
            self._database.execute("update address set until = null where slug = ?", (slug,))
        self.changes += 1
        return None

    def _end(self, member_id: str) -> None:
        self._database.execute(
            "update address set until = ? where id = ? collate nocase and id = ? and until is null",
            (self._today, member_id, member_id),
        )

    def _remembered(self) -> None:
        self._database.execute(
            "update member set slug = (select slug from address a where a.id = member.id collate nocase"
            " and a.id = member.id and a.until is null) where slug is null and id <> ''"
        )

    def _derive(self) -> None:
        """Gives new members an address that is made from their name."""
        reserved = frozenset(self._how.reserved)
        while True:
            rows = self._database.execute(
                "select row, line, id, name from member where slug is null and status in ('active', 'inactive')"
                " order by row limit ?",
                (_BATCH,),
            ).fetchall()
            if not rows:
                return
            for row, line, member_id, name in rows:
                if self._how.frozen:
                    message, hint = _FROZEN
                    self._log.add(f"an address for member {quoted(member_id)}{message}", line=line, hint=hint)
                    self._database.execute("update member set status = 'unread' where row = ?", (row,))
                    continue
                slug = self._free(slugify(name) or slugify(f"member-{member_id}"), reserved)
                self._database.execute(_GIVE, (slug, member_id, self._today))
                self._database.execute("update member set slug = ? where row = ?", (slug, row))
                self.changes += 1

    def _free(self, wish: str, reserved: Collection[str]) -> str:
        slug = wish
        while slug in reserved or self._is_taken(slug):
            number = self._next.get(wish, 1) + 1
            self._next[wish] = number
            slug = numbered(wish, number)
        return slug

    def _is_taken(self, slug: str) -> bool:
        return self._database.execute("select 1 from address where slug = ?", (slug,)).fetchone() is not None


_FROZEN = (
    " is not given yet",
    "run `sitegen check --fix` where addresses.csv is kept, and bring that file here",
)


def _whose(owner: str, until: str | None) -> tuple[str, str]:
    if not owner:
        return " is reserved by the company", "choose another; `sitegen addresses list` tells why it is reserved"
    was = (
        f" belonged to member {quoted(owner)} until {until}" if until else f" is the address of member {quoted(owner)}"
    )
    hint = "an address is never given to another person, since printed codes lead to it; choose another slug"
    return was, hint


def entries(database: sqlite3.Connection) -> Iterator[Entry]:
    """Yields the whole address book as it is in an index, in order of slug."""
    query = (
        "select * from (select id, slug, since, until, reason from address"
        " union all select '', slug, since, until, reason from released) order by slug, since, coalesce(until, '9')"
    )
    return map(Entry._make, database.execute(query))
