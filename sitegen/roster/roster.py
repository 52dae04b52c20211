"""Looks up the members of a checked roster: by slug or id, with sponsors and uplines, by a search, or all in turn."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sitegen.errors import Fault
from sitegen.model import Member, RosterMapping
from sitegen.roster import table
from sitegen.roster.addressing import Addressing
from sitegen.roster.faults import FaultLog
from sitegen.roster.index import bring_up_to_date
from sitegen.roster.loading import note_missing_photos
from sitegen.roster.mapping import PLAIN
from sitegen.roster.portions import RosterFile
from sitegen.roster.query import Query
from sitegen.roster.reader import Reader
from sitegen.roster.remembered import RememberedAddresses
from sitegen.roster.removal import Guard
from sitegen.roster.slugs import RESERVED
from sitegen.roster.table import MemberRow
from sitegen.roster.unread import Unread
from sitegen.roster.values import Rules

_M, _S = table.selected("m"), table.selected("s")
_WIDTH = len(table.FIELDS)


@dataclass(frozen=True, slots=True)
class Changed:
    """The rows of members whose pages may be others than before, in order, and the columns that have changed."""

    rows: list[int]
    columns: frozenset[str]


class Roster:
    """The members of a roster file, in the file's order, read from an index on disk.

    Several threads may use it at once: each gets its own read-only connection. Worker processes can receive it too,
    because it pickles as the path of its index.
    """

    def __init__(self, index: Path, folder: Path | None = None, photos: Path | None = None) -> None:
        self.index = index
        self._photos = photos
        # A temporary folder goes with its roster, but never with a copy of it in a forked process.
        self._remove_folder = weakref.finalize(self, _remove, folder, os.getpid())
        self._reader = Reader(index)
        meta = dict(self._reader.all("select key, value from meta"))
        self._members, self._active, self._rows = (int(meta[key]) for key in ("members", "active", "rows"))
        self.addresses = RememberedAddresses(index, self._reader, int(meta["address_changes"]))
        """Who has, and had, which address."""
        self.nameless = int(meta["nameless"])
        """How many rows have no id that can be read: nobody can tell whose they are."""
        self.path = Path(meta["path"])
        """The roster file."""

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        index: Path | None = None,
        locales: Iterable[str] = ("en",),
        default_locale: str = "en",
        how: Addressing | None = None,
        mapping: RosterMapping = PLAIN,
        photos: Path | None = None,
        reserved: Iterable[str] = (),
        strict: bool = True,
        in_place: bool = False,
    ) -> Self:
        """Reads the roster at ``path`` (``.csv`` or ``.jsonl``), makes its index, and returns the roster.

        ``locales`` are the site's languages; ``mapping`` says how a file that another program exports is read. The
        other parameters, and what is raised, are those of ``of_file``.
        """
        rows = RosterFile(path, Rules(frozenset(locales), frozenset(), None, mapping), default_locale)
        return cls.of_file(
            rows, index=index, how=how, photos=photos, reserved=reserved, strict=strict, in_place=in_place
        )

    @classmethod
    def of_file(
        cls,
        rows: RosterFile,
        *,
        index: Path | None = None,
        how: Addressing | None = None,
        photos: Path | None = None,
        reserved: Iterable[str] = (),
        strict: bool = True,
        in_place: bool = False,
        guard: Guard | None = None,
    ) -> Self:
        """Makes the index of a roster's file and returns the roster.

        An index at ``index`` is used again if it was made from the same bytes by the same rules; without ``index`` one
        is made in the temporary folder and removed by ``close``. ``how`` tells how members get their addresses (None:
        from their names, without memory), and ``reserved`` which words no new address may be, besides
        ``slugs.RESERVED``. ``photos`` is the folder in which photos must be; with None they are not looked for. Raises
        RosterError for a file that cannot be used and, if ``strict``, for every fault; else ``faults`` tells the faults
        of single rows. An index that was there is then untouched. ``in_place``: nobody else has the index open, so that
        it may be changed where it is. ``guard``: raise RosterError for a roster that would take many members of the
        index at ``index`` from the web.
        """
        how = replace(
            how or Addressing(today=datetime.now(UTC).date()), reserved=RESERVED | {word.lower() for word in reserved}
        )
        folder = None
        if index is None:
            folder = Path(tempfile.mkdtemp(prefix="espalier-roster-"))
            index = folder / "members.sqlite"
        try:
            bring_up_to_date(
                index,
                rows,
                how,
                photos=photos,
                strict=strict,
                in_place=in_place,
                is_lasting=folder is None,
                guard=guard,
            )
            return cls(index, folder, photos)
        except BaseException:
            _remove(folder, os.getpid())
            raise

    @property
    def digest(self) -> str:
        """SHA-256 of the roster file and the address book that this index was made from, in hexadecimal."""
        return table.digest(dict(self._reader.all("select key, value from meta where key in ('digest', 'book')")))

    def changed_since(self, digest: str) -> Changed | None:
        """Returns what has changed since the roster had this ``digest``; None if that is not known."""
        if digest == self.digest:
            return Changed([], frozenset())
        meta = dict(self._reader.all("select key, value from meta where key in ('base', 'columns')"))
        if meta["base"] != digest:
            return None
        rows = [row for (row,) in self._reader.all("select row from changed order by row")]
        return Changed(rows, frozenset(meta["columns"].split()))

    def __reduce__(self) -> tuple[type[Self], tuple[Path]]:
        return type(self), (self.index,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that are not in use, and removes the index if it is a temporary one."""
        self._reader.close()
        self._remove_folder()

    # -- what could not be read ---------------------------------------------------------------------

    @property
    def faults(self) -> list[Fault]:
        """The faults of single rows: fields left out, photos that are missing, and rows that could not be read.

        If there are very many, they are those of the first lines, and their number.
        """
        log = FaultLog(self.path)
        with self._reader.connection() as database:
            for line, message, hint in database.execute("select line, message, hint from fault"):
                log.add(message, line=line, hint=hint)
            note_missing_photos(database, self._photos, log)
            (more,) = database.execute(
                "select value - (select count(*) from fault) from meta where key = 'faults'"
            ).fetchone()
        return log.told(more=more)

    def unread(self) -> Iterator[Unread]:
        """Yields the members whose rows could not be read, and of whom no earlier index knows more."""
        with self._reader.connection() as database:
            for member_id, slug, inactive in database.execute("select id, slug, inactive from unread"):
                yield Unread(member_id, slug, bool(inactive))

    # -- whole rosters ---------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._members

    @property
    def active_count(self) -> int:
        """How many members are active, and so have a site."""
        return self._active

    def __iter__(self) -> Iterator[Member]:
        return self._members_of(f"select {_M} from member m order by m.row")

    def active(self, rows: range | None = None) -> Iterator[Member]:
        """Yields the active members in roster order; with ``rows``, only those on these rows (see ``spans``)."""
        first, last = self._ends(rows)
        return self._members_of(
            f"select {_M} from member m where +m.status = 'active' and m.row between ? and ? order by m.row",
            (first, last),
        )

    def active_with_sponsors(self, rows: range | None = None) -> Iterator[tuple[Member, Member | None]]:
        """Yields the active members in roster order, each with the nearest active sponsor above, or None.

        With ``rows``, only the members on these rows (see ``spans``).
        """
        for row, above in self.active_rows_with_sponsors(rows):
            yield table.to_member(row), None if above is None else table.to_member(above)

    def active_rows_with_sponsors(self, rows: range | None = None) -> Iterator[tuple[MemberRow, MemberRow | None]]:
        """Yields the active members in roster order with their nearest active sponsors, as rows of the index.

        Reading rows takes a fraction of the time of making Members: for a build that only asks what has changed. With
        ``rows``, only the members on these rows (see ``spans``).
        """
        make = MemberRow._make
        with self._reader.connection() as database:
            for row in database.execute(_WITH_SPONSORS, self._ends(rows)):
                yield make(row[:_WIDTH]), None if row[_WIDTH] is None else make(row[_WIDTH:])

    def active_photos(self) -> Iterator[str]:
        """Yields the names of the photos of active members, each once, in the order of the roster."""
        query = (
            "select photo from member where photo is not null and status = 'active' group by photo order by min(row)"
        )
        with self._reader.connection() as database:
            for (photo,) in database.execute(query):
                yield photo

    def active_by_locale(self) -> list[tuple[str, int]]:
        """Returns how many active members there are in each language."""
        query = "select locale, count(*) from member where status = 'active' group by locale"
        return [(str(locale), int(count)) for locale, count in self._reader.all(query)]

    def has_photo(self, name: str) -> bool:
        """Returns whether an active member has this photo."""
        query = "select 1 from member where photo = ? and status = 'active' limit 1"
        return bool(self._reader.all(query, (name,)))

    def slugs_at(self, rows: Iterable[int]) -> Iterator[tuple[str, bool]]:
        """Yields, for each of the rows, the member's slug and whether the member is active."""
        for row in rows:
            for slug, status in self._reader.all("select slug, status from member where row = ?", (row,)):
                yield slug, status == "active"

    def active_slugs(self) -> Iterator[str]:
        """Yields the slugs of the active members in roster order."""
        with self._reader.connection() as database:
            yield from (slug for (slug,) in database.execute("select slug from member where +status = 'active'"))

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """Yields the active members in roster order whose story has at least ``least_words`` words."""
        # So many words have at least so many letters and blanks between them; only those are worth counting.
        query = f"select {_M} from member m where +m.status = 'active' and length(m.story) >= ? order by m.row"
        members = self._members_of(query, (2 * least_words - 1,))
        return (member for member in members if member.is_self_canonical(least_words))

    def spans(self, parts: int) -> list[range]:
        """Cuts the roster's rows into at most ``parts`` runs of about equal length, to share out work."""
        size = -(-self._rows // max(parts, 1)) or 1
        return [range(start, min(start + size, self._rows + 1)) for start in range(1, self._rows + 1, size)]

    # -- single members --------------------------------------------------------------------------------

    def by_slug(self, slug: str) -> Member | None:
        """Returns the member with this slug, active or not; None if there is none."""
        return self._one(f"select {_M} from member m where m.slug = ?", (slug,))

    def by_id(self, member_id: str) -> Member | None:
        """Returns the member with this id, active or not; None if there is none."""
        return self._one(f"select {_M} from member m where {_IS}", (member_id, member_id))

    def sponsor(self, member: Member) -> Member | None:
        """Returns the nearest active member above, whom the member's pages show as sponsor; None if there is none."""
        query = f"select {_S} from member m join member s on s.row = m.nearest where {_IS}"
        return self._one(query, (member.id, member.id))

    def upline(self, member: Member) -> list[Member]:
        """Returns all members above in the tree of sponsors, active or not, the nearest first."""
        query = (
            "with recursive above (row, sponsor_id, depth) as ("
            f" select m.row, m.sponsor_id, 0 from member m where {_IS}"
            " union all"
            " select s.row, s.sponsor_id, depth + 1 from above join member s"
            " on s.id = above.sponsor_id collate nocase"
            f") select {_M} from above join member m on m.row = above.row where depth > 0 order by depth"
        )
        return list(self._members_of(query, (member.id, member.id)))

    def downline_count(self, member: Member) -> int:
        """Returns how many members are below in the tree of sponsors, directly or not, active or not."""
        rows = self._reader.all(f"select m.downline from member m where {_IS}", (member.id, member.id))
        return int(rows[0][0]) if rows else 0

    def line(self, member: Member) -> int:
        """Returns the line of the roster file that the member's row begins on, for messages about the member."""
        rows = self._reader.all(f"select m.line from member m where {_IS}", (member.id, member.id))
        return int(rows[0][0])

    # -- searches --------------------------------------------------------------------------------------

    def search(self, query: Query, *, limit: int | None = None, offset: int = 0) -> Iterator[Member]:
        """Yields the members that fit a query, in roster order: at most ``limit``, after the first ``offset``."""
        conditions, values = query.conditions()
        statement = f"select {_M} from member m {conditions} order by m.row limit ? offset ?"
        return self._members_of(statement, (*values, -1 if limit is None else limit, offset))

    def count(self, query: Query) -> int:
        """Returns how many members fit a query."""
        conditions, values = query.conditions()
        return int(self._reader.all(f"select count(*) from member m {conditions}", values)[0][0])

    # -- within ----------------------------------------------------------------------------------------

    def _members_of(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[Member]:
        with self._reader.connection() as database:
            yield from map(table.to_member, database.execute(query, values))

    def _one(self, query: str, values: tuple[Any, ...]) -> Member | None:
        rows = self._reader.all(query, values)
        return table.to_member(rows[0]) if rows else None

    def _ends(self, rows: range | None) -> tuple[int, int]:
        return (1, self._rows) if rows is None else (rows.start, rows.stop - 1)


_WITH_SPONSORS = (
    f"select {_M}, {_S} from member m left join member s on s.row = m.nearest"
    " where +m.status = 'active' and m.row between ? and ? order by m.row"
)

_IS = "m.id = ? collate nocase and m.id = ?"
"""The SQL condition that finds a member by id: first by the index, which ignores case, then by exact comparison."""


def _remove(folder: Path | None, maker: int) -> None:
    if folder is not None and os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
