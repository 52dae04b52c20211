"""The tables of a roster's SQLite index, and the conversion between a Member and its row."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sitegen.model import Link, Member, Status

VERSION = 4
"""The version of the tables and of the rules for a row. Raise it when either changes: old indexes are rebuilt."""

QUICK = "pragma page_size = 16384; pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -6000"
"""For a file that nobody reads before it is whole: no journal, no waiting for the disk. Its pages hold some twenty
members, so that reading all of them, as is done again and again, asks the system for a quarter as many."""

MEMBER = """
create table member (
    row integer primary key,
    line integer not null,
    id text not null,
    slug text,
    name text not null,
    first_name text,
    email text,
    locale text not null,
    status text not null,
    phone text,
    photo text,
    place text,
    tagline text,
    links text,
    sponsor_id text,
    market text,
    joined text,
    timezone text,
    explicit integer not null,
    nearest integer,
    downline integer,
    story text
)
"""
TABLES = """
create table meta (key text primary key, value) without rowid;
create table unread (id text not null, slug text, inactive integer not null);
create table fault (line integer, message text not null, hint text);
create table raw (digests blob not null);
create table changed (row integer primary key);
create table former (slug text primary key, present text) without rowid;
"""

_FORMER = """
insert into former
select a.slug, case m.status when 'active' then m.slug end
from address a left join member m on m.id = a.id collate nocase and m.id = a.id
where a.id <> '' and (m.slug is null or m.slug <> a.slug)
    and not exists (select 1 from unread u where u.id = a.id and not u.inactive)
"""
"""Fills the table ``former``: the slugs at which no row of ``member`` is, each with the present slug of the member who
has, or had, it; null if that member has no site."""

COLUMNS = (
    "row", "line", "id", "slug", "name", "first_name", "email", "locale", "status", "phone", "photo", "place",
    "tagline", "links", "sponsor_id", "market", "joined", "timezone", "explicit", "nearest", "downline", "story",
)  # fmt: skip
"""The columns of the table ``member``, in order."""


KIND_INDEX = "create index member_kind on member (status, locale, market)"
SLUG_INDEX = "create unique index member_slug on member (slug)"


class MemberRow(NamedTuple):
    """One member's row in the roster index, as plain texts.

    It is quicker to read and compare than a Member; ``to_member`` turns it into one.
    """

    id: str
    slug: str
    name: str
    first_name: str
    email: str | None
    locale: str
    status: str
    phone: str | None
    photo: str | None
    place: str | None
    tagline: str | None
    story: str | None
    links: str | None
    sponsor_id: str | None
    market: str | None
    joined: str | None
    timezone: str | None


FIELDS = MemberRow._fields
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+")
"""The accents of Latin, Greek and Cyrillic, and the vowel points of Hebrew and Arabic."""

_ACTIVE, _INACTIVE = Status.ACTIVE, Status.INACTIVE
_fromisoformat = date.fromisoformat


def fill_former(database: sqlite3.Connection) -> None:
    """Fills the table ``former`` anew."""
    database.execute("delete from former")
    (owned,) = database.execute("select count(*) from address where id <> ''").fetchone()
    (used,) = database.execute("select count(*) from member where slug is not null").fetchone()
    if owned != used:  # else every address is one at which a member is, as of most companies
        database.execute(_FORMER)


def digest(meta: Mapping[str, Any]) -> str:
    """Returns the digest of an index, made of those of the roster file and of the address book: facts in its table
    ``meta``."""
    return hashlib.sha256(f"{meta['digest']} {meta['book']}".encode()).hexdigest()


def selected(alias: str) -> str:
    """Returns the SQL list of the columns that ``to_member`` needs, in the right order."""
    return ", ".join(f"{alias}.{name}" for name in FIELDS)


def to_member(row: MemberRow | tuple[Any, ...]) -> Member:
    """Makes a Member from a row with the columns that ``selected`` lists."""
    (
        id, slug, name, first_name, email, locale, status, phone, photo, place, tagline, story, links, sponsor_id,
        market, joined, timezone,
    ) = row  # fmt: skip
    return Member(
        id,
        slug,
        name,
        first_name,
        email,
        locale,
        _ACTIVE if status == "active" else _INACTIVE,
        phone,
        photo,
        place,
        tagline,
        story,
        _links(links) if links else (),
        sponsor_id,
        market,
        _fromisoformat(joined) if joined else None,
        timezone,
    )


def _links(text: str) -> tuple[Link, ...]:
    parts = text.split("\n")
    return tuple(map(Link, parts[::2], parts[1::2]))


def fold(text: str) -> str:
    """Returns text as a search compares it: in lower case, without accents."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
