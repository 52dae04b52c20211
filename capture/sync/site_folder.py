"""Loads the roster, the pages' addresses and the consent wordings of a site folder into the database.

The roster is streamed into a temporary table and compared with the stored members, which locks nothing. Then a few
statements write the differences in one transaction. So even with a million members, sign-ups have to wait only while
rows that differ are written; a second run writes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
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
    true,
    update,
)
from sqlalchemy.orm import Session

from capture import models
from capture.accounts import ending
from capture.base.identity import fold
from capture.campaigns import exchange
from capture.company.directory import Directory, member_timezone
from capture.company.generator import Member
from capture.credit import crediting
from sitegen.errors import EspalierError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capture.base.db import Database

BATCH = 5_000
"""How many rows one INSERT writes into the temporary table."""

SHOWN = 20
"""The most slug conflicts that are reported; further ones are left out."""

_TABLES = models.Base.metadata.tables
_COMPANY, _MEMBER, _SLUG = _TABLES["company"], _TABLES["member"], _TABLES["slug"]
_PAGE, _WORDING = _TABLES["page"], _TABLES["wording"]
_COLUMNS = [column.name for column in _MEMBER.columns]


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of ``capture sync``: how many members, pages and consent wordings the site folder has, and how many
    members were added or changed. ``deactivated``: members who were active before and no longer are."""

    members: int
    active: int
    added: int
    changed: int
    deactivated: int
    pages: int
    wordings: int
    handed_over: int = 0
    """Leads that were reassigned because a member left or came back."""
    campaigns_found: int = 0
    """Campaigns that were in the site folder only, and were added to the database."""
    campaigns_told: int = 0
    """Campaigns that were in the database only, and were added to the site folder."""
    campaigns_waiting: tuple[str, ...] = ()
    """The codes of campaigns without a landing page: the site has no campaign page, or ``campaigns.csv`` cannot contain
    the campaigns' names."""


class SyncError(EspalierError):
    """Raised if the site folder and the database contradict each other: a member has a slug that was another's."""


def sync(database: Database, directory: Directory, now: datetime | None = None) -> Summary:
    """Brings the database up to date with a site folder, in one transaction, and then writes ``campaigns.csv``.

    Raises EspalierError with the faults of the roster or the campaigns, and SyncError if a slug belonged to another
    member before; the database is unchanged then.
    """
    moment = now or datetime.now(UTC)
    listed = {each.code: each for each in directory.read_campaigns()}
    with database.engine.connect() as connection, _temporary(database, connection) as (staged, leavers):
        members, active = _stage(connection, staged, leavers, directory)
        if database.is_sqlite:
            # The next transaction locks out other writers: it begins when the roster has been read.
            connection.commit()
            connection.execution_options(espalier_begin="IMMEDIATE")
        with database.writing(connection):
            _company(connection, directory)
            added, changed, deactivated = _members(connection, staged, leavers, moment)
            _claim_slugs(connection, staged)
            pages, wordings = _pages(connection, directory), _wordings(connection, directory)
            with Session(connection) as session:
                handed_over = crediting.reassign_leads(session, moment)
                found = exchange.import_campaigns(session, listed, moment)
                session.flush()
    told, waiting = exchange.export_campaigns(database, directory, listed, moment)
    counts = (members, active, added, changed, deactivated, pages, wordings, handed_over)
    return Summary(*counts, campaigns_found=found, campaigns_told=told, campaigns_waiting=tuple(waiting))


def members_without_timezone(database: Database) -> int:
    """Returns how many active members count days by the company's time zone, since the roster tells none of theirs."""
    with database.read() as session:
        query = select(func.count()).where(_MEMBER.c.active, _MEMBER.c.timezone.is_(None))
        return session.scalar(query) or 0


@contextmanager
def _temporary(database: Database, connection: Connection) -> Iterator[tuple[Table, Table]]:
    """Yields two temporary tables of this connection: for the roster's members, and for members whom the roster no
    longer lists. Drops both at the end of the ``with`` block.

    On PostgreSQL the transaction that makes them also ends them: behind a pooler the next transaction may be run by
    another server process, which does not have them.
    """
    columns = [Column(each.name, each.type, primary_key=each.primary_key) for each in _MEMBER.columns]
    ends_access = Column("ends_access", Boolean, server_default=false(), nullable=False)
    kind: dict[str, Any] = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DROP"}
    staged = Table("staged_member", MetaData(), *columns, ends_access, **kind)
    leavers = Table("leaving_member", MetaData(), Column("id", _MEMBER.c.id.type), **kind)
    try:
        yield staged, leavers
    finally:
        if database.is_sqlite:
            connection.rollback()
            connection.execution_options(espalier_begin="DEFERRED")
            with connection.begin():
                for table in (staged, leavers):
                    connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))


def _stage(connection: Connection, staged: Table, leavers: Table, directory: Directory) -> tuple[int, int]:
    """Fills the temporary tables: with the roster's members that differ from the database, and with the stored members
    whom the roster omits. Returns how many members the roster has, and how many of them are active.

    The slow work of a sync is done here, since it locks nothing.
    """
    for table in (staged, leavers):
        table.create(connection, checkfirst=False)
    rows = (_row(directory, member) for member in directory.members())
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(staged), batch)
    members = _count(connection, select(staged.c.id))
    active = _count(connection, select(staged.c.id).where(staged.c.active))
    named = select(staged.c.id).where(staged.c.id == _MEMBER.c.id).exists()
    left_out = select(_MEMBER.c.id).where(_MEMBER.c.active, ~named)
    connection.execute(insert(leavers).from_select(["id"], left_out))
    same = and_(*(_MEMBER.c[name].is_not_distinct_from(staged.c[name]) for name in _COLUMNS if name != "id"))
    unchanged = select(_MEMBER.c.id).where(_MEMBER.c.id == staged.c.id, same).exists()
    connection.execute(delete(staged).where(unchanged))
    return members, active


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


def _members(connection: Connection, staged: Table, leavers: Table, now: datetime) -> tuple[int, int, int]:
    """Writes the members that differ into the database. Returns how many were added, changed and deactivated.

    Members whom the roster no longer lists are kept and become inactive. Sessions and sign-in links end of all whose
    address changed, who were deactivated, or who came back.
    """
    same = _MEMBER.c.id == staged.c.id
    other = or_(_MEMBER.c.email.is_distinct_from(staged.c.email), _MEMBER.c.active != staged.c.active)
    connection.execute(
        update(staged).values(ends_access=true()).where(select(_MEMBER.c.id).where(same, other).exists())
    )
    values = {name: staged.c[name] for name in _COLUMNS if name != "id"}
    closed = _count(connection, select(_MEMBER.c.id).join(staged, same).where(_MEMBER.c.active, ~staged.c.active))
    changed = connection.execute(update(_MEMBER).values(values).where(same)).rowcount
    leaving = _MEMBER.c.id.in_(select(leavers.c.id))
    left_out = connection.execute(update(_MEMBER).values(active=False).where(leaving)).rowcount
    ending.end_members(connection, select(staged.c.id).where(staged.c.ends_access), now)
    ending.end_members(connection, select(leavers.c.id), now)
    known = select(_MEMBER.c.id).where(same).exists()
    newcomers = select(*(staged.c[name] for name in _COLUMNS)).where(~known)
    added = _count(connection, newcomers)  # not every driver counts what INSERT … SELECT has written
    connection.execute(insert(_MEMBER).from_select(_COLUMNS, newcomers))
    return added, changed + left_out, closed + left_out


def _claim_slugs(connection: Connection, staged: Table) -> None:
    """Stores permanently which member has which slug (the name in a site's address). Raises SyncError if a slug belongs
    to another member already."""
    claimed = select(_SLUG.c.slug).where(_SLUG.c.slug == staged.c.slug).exists()
    unclaimed = select(staged.c.slug, staged.c.id).where(~claimed)
    connection.execute(insert(_SLUG).from_select(["slug", "member_id"], unclaimed))
    taken = connection.execute(
        select(staged.c.slug, staged.c.id, _SLUG.c.member_id)
        .join(_SLUG, _SLUG.c.slug == staged.c.slug)
        .where(_SLUG.c.member_id != staged.c.id)
        .order_by(staged.c.slug)
        .limit(SHOWN)
    ).all()
    if taken:
        hint = "links and printed codes still lead there: give the newcomer another slug"
        messages = (f'the slug "{row[0]}" of member {row[1]} was the address of member {row[2]}' for row in taken)
        raise SyncError(*(Fault(message, hint=hint) for message in messages))


def _company(connection: Connection, directory: Directory) -> None:
    company = directory.company
    row = {
        "id": 1,
        "name": company.name,
        "legal_name": company.legal_name,
        "address": list(company.address),
        "email": company.email,
        "phone": company.phone,
        "home": directory.url,
        "service": directory.service_url,
        "layout": directory.layout,
        "locale": directory.default_locale,
        "look": directory.look,
        "currency": company.currency,
        "timezone": company.timezone,
        **asdict(directory.policies),
    }
    _replace(connection, _COMPANY, [row])


def _pages(connection: Connection, directory: Directory) -> int:
    return _replace(connection, _PAGE, [asdict(page) for page in directory.pages()])


def _wordings(connection: Connection, directory: Directory) -> int:
    """Adds new consent wordings and marks which ones pages have now (``current``); none is deleted, because consents
    refer to them. Returns how many are current.
    """
    now = {(each.id, each.locale, each.has_member): each for each in directory.wordings()}
    known = connection.execute(select(_WORDING)).mappings().all()
    for row in known:
        key = (row["id"], row["locale"], row["has_member"])
        current = now.pop(key, None) is not None
        if current != row["current"]:
            this = [_WORDING.c[name] == value for name, value in zip(("id", "locale", "has_member"), key, strict=True)]
            connection.execute(update(_WORDING).where(*this).values(current=current))
    rows = [
        {"id": each.id, "locale": each.locale, "has_member": each.has_member, "digest": each.digest}
        | {"text": each.text, "current": True}
        for each in now.values()
    ]
    if rows:
        connection.execute(insert(_WORDING), rows)
    return _count(connection, select(_WORDING.c.id).where(_WORDING.c.current))


def _replace(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> int:
    """Replaces all rows of a small table, unless it contains exactly these already. Returns the number of rows."""
    wanted = list(rows)
    held = [dict(row) for row in connection.execute(select(table)).mappings()]
    if sorted(map(_sortable, held)) != sorted(map(_sortable, wanted)):
        connection.execute(delete(table))
        connection.execute(insert(table), wanted)
    return len(wanted)


def _sortable(row: dict[str, Any]) -> str:
    return repr(sorted(row.items()))


def _count(connection: Connection, query: Any) -> int:
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0
