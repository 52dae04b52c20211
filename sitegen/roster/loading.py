"""Checks a whole roster file and writes its SQLite index, or writes nothing and reports every fault.

Only a few bytes a member are ever in memory. The index is written to a temporary file beside its destination and
moved there in one step once all rows are checked, so that a broken roster never replaces a good index.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sitegen.errors import Fault, OutputError
from sitegen.model import Status
from sitegen.roster import table
from sitegen.roster.exported import records
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.fields import read_row
from sitegen.roster.forest import Forest
from sitegen.roster.names import first_name
from sitegen.roster.reading import Broken, Record, Source
from sitegen.roster.slugs import is_slug, numbered, slugify
from sitegen.roster.values import Rules

_BATCH = 1000
_LONGEST_LOOP = 20  # ids that a message prints

_INSERT = f"insert into member values ({', '.join('?' * 22)})"
_TAKE = "insert or ignore into taken values (?, 1)"


class Loader:
    """Checks one roster file and writes its index. ``locale``: the language of members whose row names none."""

    def __init__(self, path: Path, rules: Rules, locale: str) -> None:
        self._path = path
        self._rules = rules
        self._locale = locale
        self._log = FaultLog(path)
        self._active = bytearray(1)
        """Whether each member is active, by the member's number; number 0 is no member."""

    def write(self, index: Path, facts: dict[str, str]) -> None:
        """Writes the index to ``index``, with ``facts`` in its table ``meta``.

        Raises RosterError with the faults of the file, or OutputError if the index cannot be written; ``index`` is
        then as before.
        """
        try:
            self._write(index, facts)
        except (sqlite3.OperationalError, OSError) as error:
            raise OutputError(Fault(f"the roster's index cannot be written: {error}", where=index)) from error

    def _write(self, index: Path, facts: dict[str, str]) -> None:
        index.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{index.name}.", suffix=".new", dir=index.parent)
        os.close(descriptor)
        growing = Path(name)
        try:
            with closing(sqlite3.connect(growing, isolation_level=None)) as database:
                self._fill(database, facts)
            with growing.open("rb") as file:
                os.fsync(file.fileno())
            growing.replace(index)
        finally:
            growing.unlink(missing_ok=True)

    def _fill(self, database: sqlite3.Connection, facts: dict[str, str]) -> None:
        # Nothing reads the file until it is moved: no journal, no waiting for the disk.
        database.executescript("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -6000;")
        database.executescript(table.TABLES)
        database.execute("begin")
        source = self._read(database)
        database.execute("create index member_id on member (id collate nocase)")
        self._note_duplicates(database, "id", "")
        self._note_duplicates(database, "slug", "where explicit")
        forest = Forest(self._sponsors(database), self._active)
        self._note_loops(database, forest)
        self._log.raise_any()
        self._complete(database, forest)
        for statement in table.INDEXES.split(";"):
            database.execute(statement)
        members = len(self._active) - 1
        counts = {"members": members, "active": sum(self._active), "size": source.size, "digest": source.digest}
        database.executemany("insert into meta values (?, ?)", [*facts.items(), *counts.items()])
        database.execute("commit")
        database.execute("analyze")

    def _read(self, database: sqlite3.Connection) -> Source:
        try:
            with self._path.open("rb") as file:
                source = Source(file, self._log, foreign=True)
                rows = self._rows(records(self._path, source, self._log, self._rules.mapping))
                while batch := list(islice(rows, _BATCH)):
                    database.executemany(_INSERT, batch)
                return source
        except Broken:
            self._log.raise_any()
            raise
        except OSError as error:
            self._log.add(f"cannot be read: {error.strerror}", hint="the file is named by `roster` in site.toml")
            self._log.raise_any()
            raise

    def _rows(self, found: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
        for number, (line, values, whole) in enumerate(found, 1):
            if not whole:
                yield self._stub(number, line, values)
                continue
            row, problems = read_row(values, self._rules)
            for message, hint in problems:
                self._log.add(message, line=line, hint=hint)
            if row is None or problems:
                yield self._stub(number, line, values)
                continue
            active = row.status is Status.ACTIVE
            self._active.append(active)
            yield (
                number,
                line,
                row.id,
                row.slug or slugify(row.name) or slugify(f"member-{row.id}"),
                row.name,
                row.first_name or first_name(row.name),
                row.email,
                row.locale or self._locale,
                "active" if active else "inactive",
                row.phone,
                row.photo,
                row.place,
                row.tagline,
                table.from_links(row.links),
                row.sponsor,
                row.market,
                row.joined.isoformat() if row.joined else None,
                row.timezone,
                row.slug is not None,
                None,
                None,
                row.story,
            )

    def _stub(self, number: int, line: int, values: dict[str, Any]) -> tuple[Any, ...]:
        """Returns a row with faults, kept so that other rows can name it as sponsor or clash with its id or slug."""
        self._active.append(False)
        known = {name: value.strip() for name, value in values.items() if isinstance(value, str)}
        slug = known.get("slug", "").lower()
        slug = slug if is_slug(slug) else ""
        stub: list[Any] = [None] * 22
        stub[:9] = number, line, _sound(known.get("id", "")), slug or None, "", None, "", "", "inactive"
        stub[14] = _sound(known.get("sponsor", "")) or None
        stub[18] = bool(slug)
        return tuple(stub)

    def _note_duplicates(self, database: sqlite3.Connection, column: str, where: str) -> None:
        # "id" and "slug" are our own words; nothing of the file gets into the statement.
        groups = f"select {column} from member {where} group by {column} collate nocase having count(*) > 1"
        rows = database.execute(
            f"select {column}, line from member {where} {'and' if where else 'where'} {column} collate nocase in"
            f" ({groups}) and {column} <> '' order by {column} collate nocase, row"
        )
        first: tuple[str, int] | None = None
        for value, line in rows:
            if first is None or value.lower() != first[0].lower():
                first = (value, line)
                continue
            other = "" if value == first[0] else f" (as {quoted(first[0])})"
            self._log.add(
                f"{column} {quoted(value)} is also on line {first[1]}{other}",
                line=line,
                hint="a member stands in the roster once" if column == "id" else "give one of them another slug",
            )

    def _sponsors(self, database: sqlite3.Connection) -> array[int]:
        """Returns the number of each member's sponsor, 0 for none; notes a fault for a sponsor who does not exist."""
        parents = array("i", [0])
        rows = database.execute(
            "select m.line, m.sponsor_id, s.row, s.id from member m left join member s"
            " on s.row = (select min(row) from member where id = m.sponsor_id collate nocase) order by m.row"
        )
        for line, sponsor_id, row, found in rows:
            if sponsor_id is None or sponsor_id == found:
                parents.append(row or 0)
                continue
            parents.append(0)
            hint = "the sponsor's id as it stands in the column id, or nothing at the top of a tree"
            near = f"did you mean {quoted(found)}?" if found else hint
            self._log.add(f"sponsor {quoted(sponsor_id)} is not in the roster", line=line, hint=near)
        return parents

    def _note_loops(self, database: sqlite3.Connection, forest: Forest) -> None:
        for loop in forest.loops():
            shown = [self._id(database, number) for number in loop[:_LONGEST_LOOP]]
            left_out = len(loop) - len(shown)
            more = [f"… {left_out} more …"] if left_out else []
            (line,) = database.execute("select line from member where row = ?", (loop[0],)).fetchone()
            chain = " -> ".join([*shown, *more, shown[0]])
            self._log.add(f"sponsors form a loop: {chain}", line=line, hint="one of them has another sponsor, or none")

    @staticmethod
    def _id(database: sqlite3.Connection, number: int) -> str:
        (found,) = database.execute("select id from member where row = ?", (number,)).fetchone()
        return str(found)

    def _complete(self, database: sqlite3.Connection, forest: Forest) -> None:
        """Makes the slugs derived from names unique, and adds the searchable words and the members above and below."""
        database.execute("create temp table taken (slug text primary key, next integer) without rowid")
        database.executemany(_TAKE, ((each,) for each in sorted(self._rules.reserved)))
        database.execute("insert or ignore into taken select slug, 1 from member where explicit")
        for start in range(1, len(self._active), _BATCH):
            rows = database.execute(
                "select row, slug, explicit, name || char(10) || id || char(10) || coalesce(email, '') || char(10) ||"
                " coalesce(phone, '') || char(10) || coalesce(place, '') from member where row between ? and ?",
                (start, start + _BATCH - 1),
            ).fetchall()
            derived = []
            words = []
            for row, wish, explicit, text in rows:
                slug = wish if explicit else _free_slug(database, wish)
                derived.append((slug, forest.nearest[row] or None, forest.downline[row], row))
                words.append((row, table.fold(f"{slug}\n{text}")))
            database.executemany("update member set slug = ?, nearest = ?, downline = ? where row = ?", derived)
            database.executemany("insert into words values (?, ?)", words)


def _free_slug(database: sqlite3.Connection, wish: str) -> str:
    """Returns the slug ``wish`` if it is free, else the next free one with a number, and marks it as taken.

    Members earlier in the roster come first, so that a member who is added at the end changes no address.
    """
    slug = wish
    while not database.execute(_TAKE, (slug,)).rowcount:
        (number,) = database.execute(
            "update taken set next = next + 1 where slug = ? returning next", (wish,)
        ).fetchone()
        slug = numbered(wish, number)
    return slug


def _sound(text: str) -> str:
    """Returns text without half characters (lone surrogates), which no database can store."""
    return text.encode(errors="replace").decode()
