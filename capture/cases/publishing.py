"""Lets the site folder and the database know the same campaigns: one makes their pages, the other counts by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from capture.directory import CAMPAIGN_PAGES, Channel, Directory, EspalierError, Fault
from capture.directory import Campaign as Listed
from capture.models import Campaign, Lead, Member, Touch


def exchange(session: Session, directory: Directory, now: datetime) -> tuple[int, int]:
    """How many campaigns the database learnt from the folder's file, and the folder from the database.

    A code stays whose it was, with its channel; names and days are the office's to change. The folder is told of
    those whose pages can stand: the company's, and active members'. One without the page that landing pages are made
    from is told of none: its next build would fail. Raises EspalierError with all that contradicts.
    """
    listed = {each.code: each for each in directory.read_campaigns()}
    known = {each.code: each for each in session.scalars(select(Campaign).options(joinedload(Campaign.member)))}
    faults = _contradictions(session, listed.values(), known)
    if faults:
        raise EspalierError(*faults)
    fresh = [_row(each, now) for code, each in listed.items() if code not in known]
    session.add_all(fresh)
    session.flush()
    _credit(session, fresh)
    standing = [each for each in (*known.values(), *fresh) if each.member is None or each.member.active]
    if not directory.has_landing_pages:
        return len(fresh), 0
    directory.write_campaigns(map(_listed, standing))
    for each in standing:
        each.published_at = each.published_at or now
    return len(fresh), sum(each.code not in listed for each in standing)


def _contradictions(session: Session, listed: Iterable[Listed], known: dict[str, Campaign]) -> list[Fault]:
    found = list(listed)
    named = {each.member for each in found if each.member}
    members = set(session.scalars(select(Member.id).where(Member.id.in_(named))))
    faults = []
    for each in found:
        before = known.get(each.code)
        if each.member is not None and each.member not in members:
            hint = "correct the id in campaigns.csv, or take the line out"
            faults.append(Fault(f'campaign "{each.code}" names member {each.member}, whom nobody knows', hint=hint))
        elif before is not None and (before.member_id, before.channel) != (each.member, each.channel.value):
            whose = f"member {before.member_id}" if before.member_id else "the company"
            hint = "what was printed with it would lead elsewhere: give the other one a code of its own"
            faults.append(Fault(f'"{each.code}" was a campaign of {whose} by {before.channel}', hint=hint))
    return faults


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


def _listed(row: Campaign) -> Listed:
    return Listed(row.code, row.member_id, Channel(row.channel), row.name, row.starts_on, row.ends_on)


def _credit(session: Session, fresh: list[Campaign]) -> None:
    """Leads that came by a campaign's page before the database knew of it."""
    for each in fresh:
        came = select(Touch.lead_id).where(Touch.page == f"{CAMPAIGN_PAGES}{each.code}")
        mine = Touch.member_id.is_not_distinct_from(each.member_id)
        session.execute(
            update(Lead)
            .where(Lead.id.in_(came.where(mine)), Lead.campaign_id.is_(None))
            .values(campaign_id=each.id)
            .execution_options(synchronize_session=False)
        )
