"""Loads the roster, the pages' addresses and the consent wordings of a site folder into the database.

The roster is streamed into a temporary table and compared with the stored members (``staging``), which locks nothing.
Then a few statements write the differences in one transaction. So even with a million members, sign-ups have to wait
only while rows that differ are written; a second run writes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from capture import models
from capture.accounts import ending
from capture.campaigns import exchange
from capture.company.directory import Directory
from capture.credit import crediting
from capture.sync import staging
from capture.sync.staging import COLUMNS, Tables, count
from sitegen.errors import EspalierError, Fault

if TYPE_CHECKING:
    from capture.base.db import Database

_TABLES = models.Base.metadata.tables
_COMPANY, _MEMBER, _SLUG = _TABLES["company"], _TABLES["member"], _TABLES["slug"]
_PAGE, _WORDING = _TABLES["page"], _TABLES["wording"]


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
    faults: tuple[Fault, ...] = ()
    """What is wrong with single members. A field of theirs was left out, or they are as they were before."""


class SyncError(EspalierError):
    """Raised by a strict sync if a member has a slug that was another's, and by any if two ran at the same time."""


def sync(
    database: Database,
    directory: Directory,
    now: datetime | None = None,
    *,
    remove_up_to: int | None = None,
    strict: bool = False,
) -> Summary:
    """Brings the database up to date with a site folder, in one transaction, and then writes ``campaigns.csv``.

    ``remove_up_to``: how many members may be deactivated; None: few (``sitegen.roster.removal``). What is wrong with
    single members is told by the summary and leaves them as they are; if ``strict``, it is raised. Raises EspalierError
    with the faults of a roster or of campaigns that cannot be used, and RosterError if too many members would be
    deactivated; the database is unchanged then.
    """
    moment = now or datetime.now(UTC)
    listed = {each.code: each for each in directory.read_campaigns()}
    with database.engine.connect() as connection, staging.temporary(database, connection) as tables:
        members, active, faults = _read(database, connection, tables, directory, remove_up_to, strict=strict)
        if database.is_sqlite:
            # The next transaction locks out other writers: it begins when the roster has been read.
            connection.commit()
            connection.execution_options(espalier_begin="IMMEDIATE")
        with database.writing(connection):
            _company(connection, directory)
            added, changed, deactivated = _members(connection, tables, moment)
            _claim_slugs(connection, tables.members)
            pages, wordings = _pages(connection, directory), _wordings(connection, directory)
            with Session(connection) as session:
                handed_over = crediting.reassign_leads(session, moment)
                found = exchange.import_campaigns(session, listed, moment)
                session.flush()
    told, waiting = exchange.export_campaigns(database, directory, listed, moment)
    counts = (members, active, added, changed, deactivated, pages, wordings, handed_over)
    return Summary(*counts, campaigns_found=found, campaigns_told=told, campaigns_waiting=tuple(waiting), faults=faults)


def _read(
    database: Database,
    connection: Connection,
    tables: Tables,
    directory: Directory,
    remove_up_to: int | None,
    *,
    strict: bool,
) -> tuple[int, int, tuple[Fault, ...]]:
    """Reads the roster into the temporary tables, and remembers new addresses once nothing speaks against the roster.

    Returns how many members it has, how many of them are active, and what is wrong with single ones.
    """
    with directory.roster(staging.known_slugs(database), strict=strict) as roster:
        members, active = staging.stage(connection, tables, directory, roster)
        clashes = staging.clashes(connection, tables)
        if strict and clashes:
            raise SyncError(*clashes)
        staging.compare(connection, tables, nameless=roster.nameless > 0)
        staging.refuse_many(connection, tables, roster, remove_up_to)
        roster.remember()
        return members, active, (*roster.faults, *clashes)


def members_without_timezone(database: Database) -> int:
    """Returns how many active members count days by the company's time zone, since the roster tells none of theirs."""
    with database.read() as session:
        query = select(func.count()).where(_MEMBER.c.active, _MEMBER.c.timezone.is_(None))
        return session.scalar(query) or 0


def _members(connection: Connection, tables: Tables, now: datetime) -> tuple[int, int, int]:
    """Writes the members that differ into the database. Returns how many were added, changed and deactivated.

    Members whom the roster no longer lists are kept and become inactive. Sessions and sign-in links end of all whose
    address changed, who were deactivated, or who came back.
    """
    staged, leavers = tables.members, tables.leavers
    same = _MEMBER.c.id == staged.c.id
    other = or_(_MEMBER.c.email.is_distinct_from(staged.c.email), _MEMBER.c.active != staged.c.active)
    connection.execute(
        update(staged).values(ends_access=true()).where(select(_MEMBER.c.id).where(same, other).exists())
    )
    values = {name: staged.c[name] for name in COLUMNS if name != "id"}
    closed = count(connection, select(_MEMBER.c.id).join(staged, same).where(_MEMBER.c.active, ~staged.c.active))
    changed = connection.execute(update(_MEMBER).values(values).where(same)).rowcount
    leaving = _MEMBER.c.id.in_(select(leavers.c.id))
    left_out = connection.execute(update(_MEMBER).values(active=False).where(leaving)).rowcount
    ending.end_members(connection, select(staged.c.id).where(staged.c.ends_access), now)
    ending.end_members(connection, select(leavers.c.id), now)
    known = select(_MEMBER.c.id).where(same).exists()
    newcomers = select(*(staged.c[name] for name in COLUMNS)).where(~known)
    added = count(connection, newcomers)  # not every driver counts what INSERT … SELECT has written
    connection.execute(insert(_MEMBER).from_select(COLUMNS, newcomers))
    return added, changed + left_out, closed + left_out


def _claim_slugs(connection: Connection, staged: Table) -> None:
    """Stores permanently which member has which slug (the name in a site's address). Raises SyncError if another sync
    has given one of them to somebody else since the roster was read."""
    owned = select(_SLUG.c.member_id).where(_SLUG.c.slug == staged.c.slug)
    unclaimed = select(staged.c.slug, staged.c.id).where(~owned.exists())
    connection.execute(insert(_SLUG).from_select(["slug", "member_id"], unclaimed))
    if count(connection, select(staged.c.id).where(owned.where(_SLUG.c.member_id != staged.c.id).exists())):
        raise SyncError(Fault("another sync has just given addresses; nothing was stored", hint="run this one again"))


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
    return count(connection, select(_WORDING.c.id).where(_WORDING.c.current))


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
