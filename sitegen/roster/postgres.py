"""A roster in PostgreSQL: copied whole from the checked index, and read by web servers.

::

    members.csv ── checked ──> index on disk ── COPY, one transaction ──> espalier_member, espalier_roster
                                                                                │
                                                             any number of servers: by_slug

The rows are replaced within the table (delete, then COPY), not the table itself: readers go on reading the old
rows until the transaction ends and never wait, rights that were granted stay, and plans stay prepared where the
address asks for that. The old rows' room is freed by a vacuum after it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from sitegen.errors import EspalierError, Fault, OutputError
from sitegen.model import Member
from sitegen.roster import postgres_address, table
from sitegen.roster.lookup import COLUMNS, WIDTH, FormerAddress, FoundMember, Unavailable
from sitegen.roster.postgres_address import said
from sitegen.roster.roster import Roster
from sitegen.roster.slugs import is_slug

_BATCH = 500
_ROW = ("row", "nearest", *table.FIELDS)

_TABLES: LiteralString = """
create table if not exists espalier_member (
    row integer primary key, nearest integer, id text not null, slug text not null, name text not null,
    first_name text not null, email text, locale text not null, status text not null, phone text, photo text,
    place text, tagline text, story text, links text, sponsor_id text, market text, joined text,
    timezone text
);
create unique index if not exists espalier_member_slug on espalier_member (slug);
create table if not exists espalier_former (slug text primary key, present text);
create table if not exists espalier_roster (
    one boolean primary key default true check (one), digest text not null, rules text not null,
    members integer not null, changed bigint not null
)
"""
_IS_OLD: LiteralString = """
select not exists (
    select from pg_attribute where attrelid = 'espalier_member'::regclass and attname = 'timezone' and not attisdropped
) or exists (
    select from pg_attribute where attrelid = 'espalier_member'::regclass and attname = 'email' and attnotnull
)
"""
_ALTER: LiteralString = """
alter table espalier_member add column if not exists timezone text, alter column email drop not null
"""
_MEMBERS = f"select {COLUMNS} from espalier_member m left join espalier_member s on s.row = m.nearest"
_BY_SLUG = (
    f"select {COLUMNS}, r.changed from espalier_roster r cross join espalier_member m"
    " left join espalier_member s on s.row = m.nearest where m.slug = %s"
)
_ENTER: LiteralString = """
insert into espalier_roster (digest, rules, members, changed)
select %s, %s, %s, extract(epoch from clock_timestamp())::bigint
on conflict (one) do update set digest = excluded.digest, rules = excluded.rules, members = excluded.members,
    changed = greatest(excluded.changed, espalier_roster.changed + 1)
"""


def rules(of_site: str) -> str:
    """Returns the rules by which a roster was checked, as one text to compare: this version's, and the site's.

    ``of_site``: the settings of the site that matter for a roster, ``Site.roster_rules``.
    """
    return f"{table.VERSION} {of_site}"


def copy(roster: Roster, url: str, rules: str) -> bool:
    """Replaces the members in the database by those of a checked roster; returns False if they are there already.

    Readers see the old roster until all of the new one is there. Raises OutputError if the database refuses.
    """
    address = postgres_address.read(url)
    try:
        with address.connect() as database, database.cursor() as cursor:
            _make_tables(database)
            # One copy at a time; readers are not kept waiting.
            cursor.execute("lock table espalier_roster in share row exclusive mode")
            cursor.execute("select digest, rules from espalier_roster")
            if cursor.fetchone() == (roster.digest, rules):
                return False
            cursor.execute("delete from espalier_member")
            columns = sql.SQL(", ").join(map(sql.Identifier, _ROW))
            with cursor.copy(sql.SQL("copy espalier_member ({}) from stdin").format(columns)) as target:
                for row in _rows(roster):
                    target.write_row(row)
            cursor.execute("delete from espalier_former")
            with cursor.copy("copy espalier_former (slug, present) from stdin") as target:
                for former in _former(roster):
                    target.write_row(former)
            cursor.execute(_ENTER, (roster.digest, rules, len(roster)))
        with address.connect(autocommit=True) as database:
            database.execute("vacuum (analyze) espalier_member")
    except psycopg.Error as error:
        raise OutputError(Fault(f"the roster cannot be copied: {said(error)}", where=str(address))) from error
    return True


def _make_tables(database: psycopg.Connection) -> None:
    """Makes the tables, alters one of an earlier version, and commits that at once: readers wait for whoever alters a
    table, and must not wait until all rows are copied."""
    database.execute(_TABLES)
    row = database.execute(_IS_OLD).fetchone()
    if row is not None and row[0]:
        database.execute(_ALTER)
    database.commit()


class PostgresLookup:
    """Finds members in the table in PostgreSQL that ``copy`` filled.

    Each thread has a connection of its own, opened when it is first needed and again when it breaks. Raises
    EspalierError if there is no roster in the database, or one that was checked by other rules.
    """

    def __init__(self, url: str, rules: str) -> None:
        self._address = postgres_address.read(url)
        self._mine = threading.local()
        with self._telling():
            row = self._connection().execute("select digest, rules, changed from espalier_roster").fetchone()
        if row is None or row[1] != rules:
            self.close()
            message = "the roster was copied for other settings of the site" if row else "there is no roster yet"
            hint = "run `sitegen roster-to` with this site folder"
            raise EspalierError(Fault(message, where=str(self._address), hint=hint))
        self.digest = str(row[0])
        self.since = int(row[2])

    def refresh(self) -> None:
        """Updates ``digest`` and ``since`` if another roster was copied. Raises Unavailable if the database fails."""
        with self._telling():
            row = self._connection().execute("select digest, changed from espalier_roster").fetchone()
        if row is not None:
            self.digest, self.since = str(row[0]), int(row[1])

    def by_slug(self, slug: str) -> FoundMember | None:
        """Returns the member with this slug, active or not; None if there is none.

        Raises Unavailable if the database fails.
        """
        row = self._found(_BY_SLUG, slug)
        return None if row is None else FoundMember(row[:-1], row[-1])

    def former(self, slug: str) -> FormerAddress | None:
        """Returns what became of a slug at which no member is; None if no member ever had it.

        Raises Unavailable if the database fails.
        """
        row = self._found("select present from espalier_former where slug = %s", slug)
        return None if row is None else FormerAddress(row[0])

    def active(self) -> Iterator[Member]:
        """Yields all active members, in roster order."""
        return (member for member, _ in self.active_with_sponsors())

    def active_with_sponsors(self) -> Iterator[tuple[Member, Member | None]]:
        """Yields the active members in roster order, each with the nearest active sponsor above, or None."""
        query = f"{_MEMBERS} where m.status = 'active' order by m.row"
        # On a connection of its own: it streams, and a reader who stops early leaves it half read.
        with self._telling(), self._address.connect() as database, database.cursor("members") as cursor:
            cursor.itersize = _BATCH
            for row in cursor.execute(query):
                found = FoundMember(row, 0)
                yield found.member, found.sponsor

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """Yields the active members whose story has at least ``least_words`` words."""
        return (member for member in self.active() if member.is_self_canonical(least_words))

    def close(self) -> None:
        """Closes the connection of the thread that calls this."""
        if getattr(self._mine, "process", None) == os.getpid():
            self._mine.connection.close()
            self._mine.process = None

    def _found(self, query: LiteralString, slug: str) -> tuple[Any, ...] | None:
        if not is_slug(slug):
            return None
        with self._telling():
            try:
                return self._ask(query, slug)
            except psycopg.OperationalError:  # the server was restarted, or closed what was idle for long
                self.close()
                return self._ask(query, slug)

    def _ask(self, query: LiteralString, slug: str) -> tuple[Any, ...] | None:
        return self._connection().execute(query, (slug,)).fetchone()

    def _connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        mine = self._mine
        if getattr(mine, "process", None) != os.getpid():  # new here, or the parent's
            mine.connection = self._address.connect(autocommit=True)
            mine.process = os.getpid()
        connection: psycopg.Connection[tuple[Any, ...]] = mine.connection
        return connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self.close()
            message = f"the roster cannot be asked: {said(error)}"
            raise Unavailable(Fault(message, where=str(self._address))) from error


def _rows(roster: Roster) -> Iterator[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{roster.index.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        yield from database.execute(f"select {', '.join(_ROW)} from member order by row")


def _former(roster: Roster) -> Iterator[tuple[str, str | None]]:
    with closing(sqlite3.connect(f"{roster.index.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        yield from database.execute("select slug, present from former order by slug")


assert len(_ROW) == WIDTH + 2
