"""Exchanges campaigns between the company's site folder, from which their pages are built, and the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import and_, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from capture.base import spreadsheet
from capture.base.db import Database
from capture.company.directory import Directory
from capture.company.generator import CAMPAIGN_PAGES, Channel, can_be_listed
from capture.company.generator import Campaign as Listed
from capture.models import Campaign, Lead, Member, PersonalData, Touch
from sitegen.errors import EspalierError, Fault

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """How many campaigns were ``added`` to the database, and the ``unknown`` ones by code: those that name a member who
    is not known yet, as one whose row in the roster cannot be read. ``faults``: one for each of these."""

    added: int
    unknown: Mapping[str, Listed]
    faults: Sequence[Fault]


def import_campaigns(session: Session, listed: Mapping[str, Listed], now: datetime) -> Imported:
    """Adds the campaigns of ``campaigns.csv`` that the database lacks and whose members it knows.

    ``listed``: the file's campaigns by code. Names and days of campaigns in the database stay, since they may have been
    changed in the office. Raises EspalierError, with the faults of unknown members too, if a campaign's code has
    another member or channel in the database.
    """
    known = {code: (member, channel) for code, member, channel in session.execute(_KNOWN)}
    unknown = _of_unknown_members(session, listed)
    faults = [_unknown(each) for each in unknown.values()]
    contradictions = list(_contradictions(listed, known))
    if contradictions:
        raise EspalierError(*faults, *contradictions)
    fresh = [_row(each, now) for code, each in listed.items() if code not in known and code not in unknown]
    session.add_all(fresh)
    session.flush()
    if fresh:
        _credit(session, {each.id for each in fresh})
    return Imported(len(fresh), unknown, faults)


def export_campaigns(
    database: Database,
    directory: Directory,
    listed: Mapping[str, Listed],
    now: datetime,
    kept: Mapping[str, Listed] = MappingProxyType({}),
) -> tuple[int, list[str]]:
    """Writes ``campaigns.csv``. Returns how many campaigns are new in the file, and the codes of campaigns left out.

    The file lists the campaigns of the company and of active members, and those that stay there (``kept``) although
    their members are unknown. If the site has no page ``campaign``, nothing is written, because the next build would
    fail. No transaction is open while the file is written.
    """
    with database.read() as session:
        rows = [_listed(*row) for row in session.execute(_ALL)]
    if not directory.has_landing_pages:
        return 0, [each.code for each in rows]
    standing = [each for each in rows if can_be_listed(each)]
    directory.write_campaigns([*standing, *kept.values()])
    _note_published(database, [each.code for each in standing], now)
    codes = {each.code for each in standing}
    return len(codes - listed.keys()), [each.code for each in rows if each.code not in codes]


_KNOWN = select(Campaign.code, Campaign.member_id, Campaign.channel)
_ALL = (
    select(Campaign.code, Campaign.member_id, Campaign.channel, Campaign.name, Campaign.starts_on, Campaign.ends_on)
    .outerjoin(Member, Member.id == Campaign.member_id)
    .where(or_(Campaign.member_id.is_(None), Member.active))
    .order_by(Campaign.code)
)


def _listed(code: str, member: str | None, channel: str, name: str, *days: date | None) -> Listed:
    # Operators open the file in spreadsheets. The mark need not be taken off when the file is read: the name in the
    # database stays, and a marked name is not marked again.
    return Listed(code, member, Channel(channel), spreadsheet.harmless(name), *days)


def _note_published(database: Database, codes: list[str], now: datetime) -> None:
    with database.read() as session:
        waiting = set(session.scalars(select(Campaign.code).where(Campaign.published_at.is_(None))))
    fresh = [code for code in codes if code in waiting]
    for part in (fresh[start : start + _BATCH] for start in range(0, len(fresh), _BATCH)):
        with database.write() as session:
            session.execute(update(Campaign).where(Campaign.code.in_(part)).values(published_at=now))


def _of_unknown_members(session: Session, listed: Mapping[str, Listed]) -> dict[str, Listed]:
    named = sorted({each.member for each in listed.values() if each.member})
    members: set[str | None] = {None}
    for part in (named[start : start + _BATCH] for start in range(0, len(named), _BATCH)):
        members |= set(session.scalars(select(Member.id).where(Member.id.in_(part))))
    return {code: each for code, each in listed.items() if each.member not in members}


def _unknown(each: Listed) -> Fault:
    hint = "correct the id in campaigns.csv or the member's row in the roster, or take the line out"
    return Fault(f'campaign "{each.code}" names member {each.member}, who is unknown', hint=hint)


def _contradictions(listed: Mapping[str, Listed], known: Mapping[str, tuple[str | None, str]]) -> Iterator[Fault]:
    for each in listed.values():
        before = known.get(each.code)
        if before is not None and before != (each.member, each.channel.value):
            whose = f"member {before[0]}" if before[0] else "the company"
            hint = "printed matter with this code would lead elsewhere: give the campaign in the file another code"
            yield Fault(f'the code "{each.code}" belongs to a campaign of {whose} by {before[1]}', hint=hint)


def _row(listed: Listed, now: datetime) -> Campaign:
    return Campaign(
        code=listed.code,
        member_id=listed.member,
        channel=listed.channel.value,
        name=listed.name or listed.code,
        starts_on=listed.starts,
        ends_on=listed.ends,
        created_at=now,
    )


def _credit(session: Session, fresh: set[int]) -> None:
    """Counts leads under the new campaigns (``fresh``: their ids) if their first sign-up came from the landing page, or
    by a link with the campaign's code."""
    own = Touch.member_id.is_not_distinct_from(Campaign.member_id)
    by_page = (select(Touch.lead_id, Campaign.id), and_(Touch.page == literal(CAMPAIGN_PAGES) + Campaign.code, own))
    linked = select(Touch.lead_id, Campaign.id).join(PersonalData, PersonalData.touch_id == Touch.id)
    by_link = (linked, and_(PersonalData.campaign == Campaign.code, or_(own, Campaign.member_id.is_(None))))
    earlier = aliased(Touch)
    for query, theirs in (by_page, by_link):
        came = query.join(Campaign, theirs).join(Lead, Lead.id == Touch.lead_id)
        first = ~select(earlier.id).where(earlier.lead_id == Touch.lead_id, earlier.id < Touch.id).exists()
        found = session.execute(came.where(Lead.campaign_id.is_(None), Lead.provenance_id.is_(None), first))
        for lead_id, number in [(lead_id, number) for lead_id, number in found if number in fresh]:
            session.execute(update(Lead).where(Lead.id == lead_id).values(campaign_id=number))
