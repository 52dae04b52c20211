"""The record of what was built: an SQLite file beside the output folder that lets the next build do only what is new.

- a **plan** is the list of files of one variant of a member's site, each with the key of what it was made from
- a **site** is a folder (a member's slug) with the key of its member and the plan it was last written by
- a **landing** is a campaign's page in such a folder (an empty name: on the company's own site), with the key of what
  the page was made from
- a **file** lies at the root and belongs to no member's site: the company's pages, assets, the sitemap
- a **photo** is a member's picture by its name, with the stamp of the file and the digest of its renditions
- a **note** is any other text, kept under a name

A **key** is a digest of what something was made from: with the same key, nothing need be made again.

Every site and landing is entered before its files are written (without a key) and again afterwards (with it), and plans
are kept until a build has come to its end, so that a build that is cut off leaves no file unknown.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_SCHEMA = """
create table if not exists notes (name text primary key, value text not null) without rowid;
create table if not exists plans (id text primary key, files text not null) without rowid;
create table if not exists sites (folder text primary key, member_key blob, plan text not null) without rowid;
create table if not exists landings (folder text, code text, key blob, primary key (folder, code)) without rowid;
create table if not exists files (path text primary key) without rowid;
create table if not exists photos (name text primary key, stamp text not null, digest text not null,
    widths text not null) without rowid;
create temp table current (folder text primary key) without rowid;
create temp table current_landings (folder text, code text, primary key (folder, code)) without rowid;
create temp table used (name text primary key) without rowid;
"""

FORMER = "former-"
"""The beginning of the ids of plans for pages at a former address."""

_IS_MEMBERS = f"plan not like '{FORMER}%'"

Plan = Mapping[str, str]
"""The files of a member's site, relative to its folder, each with a digest of its sources, the member aside."""


class Manifest:
    """The record of what was built in one output folder, open for one build. A forked process may only read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pid = os.getpid()
        self._reader: sqlite3.Connection | None = None
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        # A crash of the machine may lose the last entries, never the file; the work is then done again.
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_SCHEMA)
        self._db.execute("begin")

    def close(self) -> None:
        """Commits what was recorded, and closes the file."""
        self._db.execute("commit")
        self._db.close()

    def save(self) -> None:
        """Commits what was recorded so far, so that it outlasts this process and other processes see it."""
        self._db.execute("commit")
        self._db.execute("begin")

    @property
    def _own(self) -> sqlite3.Connection:
        """The connection that this process may read by: after a fork the parent's must be neither used nor closed
        (sqlite.org/howtocorrupt), so a child opens one of its own, which sees what was saved."""
        if os.getpid() == self._pid:
            return self._db
        if self._reader is None:
            self._reader = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        return self._reader

    def note(self, name: str) -> str | None:
        """Returns the text that is kept under this name, or None if there is none."""
        row = self._db.execute("select value from notes where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def enter_note(self, name: str, value: str | None) -> None:
        """Keeps a text under a name for the next build; removes it if ``value`` is None."""
        if value is None:
            self._db.execute("delete from notes where name = ?", (name,))
        else:
            self._db.execute("insert or replace into notes values (?, ?)", (name, value))

    def add_plan(self, plan: Plan, *, kind: str = "") -> str:
        """Records a plan (the list of files of a member's site) and returns its id, the same for the same plan.

        ``kind``: the beginning of the id; ``FORMER`` for the pages at a former address.
        """
        text = json.dumps(plan, sort_keys=True)
        plan_id = kind + hashlib.sha256(text.encode()).hexdigest()[:16]
        self._db.execute("insert or ignore into plans values (?, ?)", (plan_id, text))
        return plan_id

    def plans(self) -> dict[str, Plan]:
        """Returns every plan (list of files) by which a member's site on the disk may have been written, by its id."""
        return {plan_id: json.loads(files) for plan_id, files in self._db.execute("select id, files from plans")}

    def drop_old_plans(self) -> None:
        """Removes the plans (lists of files) that no member's site was last written by, at the end of a build."""
        self._db.execute("delete from plans where id not in (select plan from sites)")

    def site(self, folder: str) -> tuple[bytes | None, str] | None:
        """Returns from what a member's site was last written: a digest of the member's data, and the plan's id.

        Returns None if it never was; the digest is None if it may not have been written completely.
        """
        row: tuple[bytes | None, str] | None
        row = self._own.execute("select member_key, plan from sites where folder = ?", (folder,)).fetchone()
        return row

    def member_folders(self) -> Iterator[str]:
        """Yields the folders of the members' sites that earlier builds wrote and did not remove."""
        yield from (folder for (folder,) in self._db.execute(f"select folder from sites where {_IS_MEMBERS}"))

    def expect_sites(self, folders: Iterable[str], plan_id: str) -> None:
        """Records all members' sites that will exist after this build, before any is written; older records stay."""
        self._db.executemany("insert or ignore into current values (?)", ((folder,) for folder in folders))
        self._db.execute("insert or ignore into sites select folder, null, ? from current", (plan_id,))

    def expect_all_but(self, members: Iterable[tuple[str, bool]], plan_id: str) -> None:
        """Records that the sites and landing pages of earlier builds will exist, but for some members whose slugs come
        with whether they have a site. The landing pages of these members are expected by ``expect_landings``."""
        self._db.execute("insert into current select folder from sites")
        self._db.execute("insert into current_landings select folder, code from landings")
        for slug, has_site in members:
            self._db.execute("delete from current_landings where folder = ?", (slug,))
            if has_site:
                self.expect_sites([slug], plan_id)
            else:
                self._db.execute("delete from current where folder = ?", (slug,))

    def photo_names(self) -> list[str]:
        """Returns the names of the photos that earlier builds used."""
        return [name for (name,) in self._db.execute("select name from photos")]

    def use_all_photos_but(self, unused: Iterable[str]) -> None:
        """Records that this build uses the photos that earlier builds used, but for some."""
        self._db.execute("insert or ignore into used select name from photos")
        self._db.executemany("delete from used where name = ?", ((name,) for name in unused))

    def expect_as_they_are(self, folders: Iterable[str]) -> None:
        """Records sites that stay as they are, if they were built, though this build will not write them."""
        self._db.executemany("insert or ignore into current values (?)", ((folder,) for folder in folders))

    def counts(self) -> tuple[int, int]:
        """Returns how many members' sites, and how many landing pages, earlier builds wrote and did not remove."""
        sites = self._db.execute(f"select count(*) from sites where {_IS_MEMBERS}").fetchone()
        return sites[0], self._db.execute("select count(*) from landings").fetchone()[0]

    def former_files(self) -> int:
        """Returns how many files lie at former addresses."""
        query = f"select files from sites join plans on plans.id = sites.plan where not {_IS_MEMBERS}"
        return sum(len(json.loads(files)) for (files,) in self._db.execute(query))

    def stands(self, folder: str) -> str | None:
        """Returns the id of the plan of a site that exists after this build; None if there is no such site."""
        query = "select plan from sites where folder = ? and folder in (select folder from current)"
        row = self._db.execute(query, (folder,)).fetchone()
        return None if row is None else str(row[0])

    def is_expected_landing(self, folder: str, code: str) -> bool:
        """Returns whether a landing page exists after this build."""
        query = "select 1 from current_landings where folder = ? and code = ?"
        return self._db.execute(query, (folder, code)).fetchone() is not None

    def enter_sites(self, written: Iterable[tuple[str, bytes, str]]) -> None:
        """Records members' sites that were written: folder, digest of the member's data, id of the plan."""
        self._db.executemany("insert or replace into sites values (?, ?, ?)", written)

    def distrust(self, folders: Iterable[str]) -> None:
        """Records that the files of these members' sites may be wrong and must be written anew."""
        rows = [(each,) for each in folders]
        self._db.executemany("update sites set member_key = null where folder = ?", rows)
        self._db.executemany("update landings set key = null where folder = ?", rows)

    def distrust_all(self) -> None:
        """Records that the files of all members' sites and landing pages may be wrong and must be compared."""
        self._db.execute("update sites set member_key = null")
        self._db.execute("update landings set key = null")

    def unexpected_sites(self) -> list[tuple[str, bool]]:
        """Returns the folders of sites that were built earlier and that this build does not expect, in order.

        True: a member's site; False: pages at a former address.
        """
        query = f"select folder, {_IS_MEMBERS} from sites where folder not in (select folder from current)"
        return [(folder, bool(is_site)) for folder, is_site in self._db.execute(query)]

    def forget_site(self, folder: str) -> None:
        """Removes the record of a member's site whose files are gone."""
        self._db.execute("delete from sites where folder = ?", (folder,))

    def landings(self, folder: str, first: str = "", last: str = "~") -> dict[str, bytes | None]:
        """Returns, by campaign code, digests of what the landing pages in a folder were last made from.

        Only codes from ``first`` to ``last``; without these, all. A digest of None: the page was not written
        completely.
        """
        query = "select code, key from landings where folder = ? and code between ? and ?"
        return dict(self._own.execute(query, (folder, first, last)))

    def expect_landings(self, landings: Iterable[tuple[str, str]]) -> None:
        """Records all landing pages (folder, campaign code) that will exist after this build, before any is written."""
        self._db.executemany("insert or ignore into current_landings values (?, ?)", landings)
        self._db.execute("insert or ignore into landings select folder, code, null from current_landings")

    def enter_landings(self, written: Iterable[tuple[str, str, bytes | None]]) -> None:
        """Records landing pages that were written: folder, campaign code, digest of what the page was made from.

        A digest of None: the page is about to be written.
        """
        self._db.executemany("insert or replace into landings values (?, ?, ?)", written)

    def unexpected_landings(self) -> list[tuple[str, str]]:
        """Returns the landing pages (folder, code) built earlier that ``expect_landings`` did not name."""
        return list(
            self._db.execute("select folder, code from landings except select folder, code from current_landings")
        )

    def forget_landing(self, folder: str, code: str) -> None:
        """Removes the record of a landing page whose file is gone."""
        self._db.execute("delete from landings where folder = ? and code = ?", (folder, code))

    def files(self) -> set[str]:
        """Returns the paths of the files outside members' sites that this build and earlier ones wrote."""
        return {path for (path,) in self._db.execute("select path from files")}

    def enter_file(self, path: str) -> None:
        """Records a file outside members' sites, before it is written."""
        self._db.execute("insert or ignore into files values (?)", (path,))

    def forget_file(self, path: str) -> None:
        """Removes the record of a file outside members' sites that is gone."""
        self._db.execute("delete from files where path = ?", (path,))

    def photo(self, name: str) -> tuple[str, str, tuple[int, ...]] | None:
        """Returns a photo's record: stamp of the file, digest, widths of the scaled copies; None if there is none."""
        row = self._own.execute("select stamp, digest, widths from photos where name = ?", (name,)).fetchone()
        return None if row is None else (row[0], row[1], tuple(map(int, row[2].split())))

    def has_photos(self) -> bool:
        """Returns whether any photo's record was kept by an earlier build."""
        return self._db.execute("select 1 from photos limit 1").fetchone() is not None

    def enter_photos(self, seen: Iterable[tuple[str, str, str, tuple[int, ...]]]) -> None:
        """Records photos that this build uses: name, stamp of the file, digest, widths of the scaled copies."""
        rows = [(name, stamp, digest, " ".join(map(str, widths))) for name, stamp, digest, widths in seen]
        self._db.executemany("insert or replace into photos values (?, ?, ?, ?)", rows)
        self._db.executemany("insert or ignore into used values (?)", ((row[0],) for row in rows))

    def keep_used_photos(self) -> set[str]:
        """Removes the photos that this build did not use, and returns the digests of the photos that it did use."""
        self._db.execute("delete from photos where name not in (select name from used)")
        return {digest for (digest,) in self._db.execute("select digest from photos")}
