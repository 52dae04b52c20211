"""Reads a roster into temporary tables and finds what it would change, which locks nothing.

Members whose rows cannot be read stay as they are, and so do members whose slug was another's; unless the row says at
least that the member is inactive, which always holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    MetaData,
    Table,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    text,
    union_all,
    update,
)

from capture import models
from capture.base.identity import fold
from capture.company.directory import Directory, member_timezone
from capture.company.generator import Member
from capture.company.roster import KnownSlug, ReadRoster, refuse_many_deactivated
from sitegen.errors import Fault

if TYPE_CHECKING:
    from capture.base.db import Database

BATCH = 5_000
"""How many rows one INSERT writes into a temporary table."""

SHOWN = 20
"""The most slug conflicts that are reported; of further ones their number is."""

_EXAMPLES = 5  # of members who would be deactivated

_MEMBER, _SLUG = models.Base.metadata.tables["member"], models.Base.metadata.tables["slug"]
COLUMNS = [column.name for column in _MEMBER.columns]
"""The columns of the table ``member``."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Temporary tables of one connection. ``members``: the roster's members and, when all are read, only those that
    differ from the database. ``left``: stored members who stay as they are, with ``inactive`` for those who are
    deactivated all the same. ``leavers``: stored active members who will no longer be active, without those in
    ``members``."""

    members: Table
    left: Table
    leavers: Table


@contextmanager
def temporary(database: Database, connection: Connection) -> Iterator[Tables]:
    """Makes the temporary tables, and drops them at the end of the ``with`` block.

    On PostgreSQL the transaction that makes them also ends them: behind a pooler the next transaction may be run by
    another server process, which does not have them.
    """
    columns = [Column(each.name, each.type, primary_key=each.primary_key) for each in _MEMBER.columns]
    ends_access = Column("ends_access", Boolean, server_default=false(), nullable=False)
    kind: dict[str, Any] = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DROP"}
    members = Table("staged_member", MetaData(), *columns, ends_access, **kind)
    identity = _MEMBER.c.id.type
    left = Table(
        "left_member", MetaData(), Column("id", identity, primary_key=True), Column("inactive", Boolean), **kind
    )
    leavers = Table("leaving_member", MetaData(), Column("id", identity), **kind)
    tables = (members, left, leavers)
    try:
        for table in tables:
            table.create(connection, checkfirst=False)
        yield Tables(*tables)
    finally:
        if database.is_sqlite:
            connection.rollback()
            connection.execution_options(espalier_begin="DEFERRED")
            with connection.begin():
                for table in tables:
                    connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))


def known_slugs(database: Database) -> Iterator[KnownSlug]:
    """Yields every slug that the database has: first the members' former ones, then the present ones."""
    is_present = _SLUG.c.slug == _MEMBER.c.slug
    query = select(_SLUG.c.member_id, _SLUG.c.slug, is_present).join(_MEMBER, _MEMBER.c.id == _SLUG.c.member_id)
    with database.read() as session:
        for member_id, slug, present in session.execute(query.order_by(is_present, _SLUG.c.slug)).yield_per(BATCH):
            yield KnownSlug(member_id, slug, present)


def stage(connection: Connection, tables: Tables, directory: Directory, roster: ReadRoster) -> tuple[int, int]:
    """Fills the temporary tables. Returns how many members the roster has, and how many of them are active."""
    _insert(connection, tables.members, (_row(directory, member) for member in roster.members))
    _insert(connection, tables.left, ({"id": each, "inactive": inactive} for each, inactive in roster.unread))
    members = count(connection, select(tables.members.c.id))
    active = count(connection, select(tables.members.c.id).where(tables.members.c.active))
    return members, active


def clashes(connection: Connection, tables: Tables) -> list[Fault]:
    """Sets members aside whose slug is, or was, another's: they stay as they are. Returns a fault for each, at most
    ``SHOWN``, and their number if there are more."""
    staged = tables.members
    taken = (
        select(staged.c.id, staged.c.slug, _SLUG.c.member_id, staged.c.active)
        .join(_SLUG, _SLUG.c.slug == staged.c.slug)
        .where(_SLUG.c.member_id != staged.c.id)
    )
    many = count(connection, taken)
    if not many:
        return []
    first = connection.execute(taken.order_by(staged.c.slug).limit(SHOWN)).all()
    chosen = taken.subquery()
    connection.execute(insert(tables.left).from_select(["id", "inactive"], select(chosen.c.id, ~chosen.c.active)))
    connection.execute(delete(staged).where(staged.c.id.in_(select(tables.left.c.id))))
    faults = [_clash(member_id, slug, owner) for member_id, slug, owner, _ in first]
    return faults + ([Fault(f"and {many - SHOWN} more members with slugs of others")] if many > SHOWN else [])


def _clash(member_id: str, slug: str, owner: str) -> Fault:
    message = f'the slug "{slug}" of member {member_id} was the address of member {owner}'
    return Fault(message, hint="links and printed codes still lead there: give the newcomer another slug")


def compare(connection: Connection, tables: Tables, *, nameless: bool) -> None:
    """Finds who leaves, and keeps of the roster's members only those that differ from the database.

    ``nameless``: some rows have no id that can be read. So nobody can tell who is not in the roster, and nobody leaves
    for that.
    """
    staged = tables.members
    _keep_known_sponsors(connection, staged)
    named = select(staged.c.id).where(staged.c.id == _MEMBER.c.id).exists()
    left = select(tables.left.c.id).where(tables.left.c.id == _MEMBER.c.id)
    closed = left.where(tables.left.c.inactive).exists()
    gone = closed if nameless else or_(closed, and_(~named, ~left.exists()))
    leaving = select(_MEMBER.c.id).where(_MEMBER.c.active, gone)
    connection.execute(insert(tables.leavers).from_select(["id"], leaving))
    same = and_(*(_MEMBER.c[name].is_not_distinct_from(staged.c[name]) for name in COLUMNS if name != "id"))
    unchanged = select(_MEMBER.c.id).where(_MEMBER.c.id == staged.c.id, same).exists()
    connection.execute(delete(staged).where(unchanged))


def _keep_known_sponsors(connection: Connection, staged: Table) -> None:
    """Leaves sponsors as they were who are neither stored nor come in now, such as a newcomer with a row that cannot be
    read."""
    other = staged.alias("other")
    stored = select(_MEMBER.c.id).where(_MEMBER.c.id == staged.c.sponsor_id).exists()
    comes = select(other.c.id).where(other.c.id == staged.c.sponsor_id).exists()
    before = select(_MEMBER.c.sponsor_id).where(_MEMBER.c.id == staged.c.id).scalar_subquery()
    lost = and_(staged.c.sponsor_id.is_not(None), ~stored, ~comes)
    connection.execute(update(staged).values(sponsor_id=before).where(lost))


def refuse_many(connection: Connection, tables: Tables, roster: ReadRoster, up_to: int | None) -> None:
    """Raises RosterError if more members would be deactivated than may go in one run. ``up_to``: as many may."""
    staged = tables.members
    closed = select(_MEMBER.c.slug).join(staged, staged.c.id == _MEMBER.c.id).where(_MEMBER.c.active, ~staged.c.active)
    left = select(_MEMBER.c.slug).join(tables.leavers, tables.leavers.c.id == _MEMBER.c.id)
    going = union_all(closed, left).subquery()
    gone = count(connection, select(going.c.slug))
    before = count(connection, select(_MEMBER.c.id).where(_MEMBER.c.active))
    examples: Sequence[str] = connection.scalars(select(going.c.slug).order_by(going.c.slug).limit(_EXAMPLES)).all()
    refuse_many_deactivated(roster.path, before, gone, examples, up_to=up_to)


def count(connection: Connection, query: Any) -> int:
    """Returns how many rows a query has."""
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(table), batch)


def _row(directory: Directory, member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "slug": member.slug,
        "name": member.name,
        "first_name": member.first_name,
        "email": member.email,
        "folded_email": fold(member.email) if member.email else "",
        "phone": member.phone,
        "locale": member.locale,
        "home": directory.member_home(member),
        "sponsor_id": member.sponsor_id,
        "active": member.active,
        "timezone": member_timezone(member),
    }
