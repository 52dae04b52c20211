"""What was built: a small SQLite file in the output folder that lets the next build do only what is new.

- a **plan** is the list of pages of one variant, each file with the key of what it was made from
- a **site** is a folder (a member's slug) with the key of its member and the plan it was last written by

A site is entered before its files are written (without a key) and again afterwards (with it), so that a
build that is cut off leaves no file that the record does not know.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_SCHEMA = """
create table if not exists meta (name text primary key, value text not null) without rowid;
create table if not exists plans (id text primary key, files text not null) without rowid;
create table if not exists sites (folder text primary key, member_key blob, plan text not null) without rowid;
create table if not exists files (path text primary key) without rowid;
"""
_FORMAT = "1"

Plan = Mapping[str, str]
"""File below a site's folder -> key of what it was made from, members aside."""


class Record:
    """The record of one output folder, open for one build."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_SCHEMA)
        self._db.execute("insert or ignore into meta values ('format', ?)", (_FORMAT,))
        self._plans: dict[str, Plan] = {}
        self._db.execute("begin")

    def close(self) -> None:
        """Keeps what was recorded."""
        self._db.execute("commit")
        self._db.close()

    def save(self) -> None:
        """Makes what was recorded so far outlast a crash of this process."""
        self._db.execute("commit")
        self._db.execute("begin")

    def add_plan(self, plan: Plan) -> str:
        """Enters a plan; gives its id, which is the same for the same plan."""
        text = json.dumps(plan, sort_keys=True)
        plan_id = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._db.execute("insert or ignore into plans values (?, ?)", (plan_id, text))
        return plan_id

    def plan(self, plan_id: str) -> Plan:
        """A plan by its id."""
        if plan_id not in self._plans:
            row = self._db.execute("select files from plans where id = ?", (plan_id,)).fetchone()
            self._plans[plan_id] = json.loads(row[0])
        return self._plans[plan_id]

    def site(self, folder: str) -> tuple[bytes | None, str] | None:
        """(key of the member, id of the plan) of a site as it was last written; None: never."""
        row: tuple[bytes | None, str] | None
        row = self._db.execute("select member_key, plan from sites where folder = ?", (folder,)).fetchone()
        return row

    def enter_site(self, folder: str, member_key: bytes | None, plan_id: str) -> None:
        """Notes a site: about to be written (no key) or written (with its key)."""
        self._db.execute("insert or replace into sites values (?, ?, ?)", (folder, member_key, plan_id))

    def sites_besides(self, current: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(folder, plan id) of each recorded site that is not among the current ones."""
        self._db.execute("create temp table if not exists current (folder text primary key) without rowid")
        self._db.execute("delete from current")
        self._db.executemany("insert or ignore into current values (?)", ((folder,) for folder in current))
        yield from self._db.execute(
            "select folder, plan from sites where folder not in (select folder from current)"
        ).fetchall()

    def forget_site(self, folder: str) -> None:
        """Notes that a site is gone."""
        self._db.execute("delete from sites where folder = ?", (folder,))

    def files(self) -> set[str]:
        """Files at the root that belong to no site: the company's pages, assets, sitemap."""
        return {path for (path,) in self._db.execute("select path from files")}

    def enter_file(self, path: str) -> None:
        """Notes a file at the root, before it is written."""
        self._db.execute("insert or ignore into files values (?)", (path,))

    def forget_file(self, path: str) -> None:
        """Notes that a file is gone."""
        self._db.execute("delete from files where path = ?", (path,))
