"""Decides in the database who is credited with leads, and appends each decision to the evidence.

``attribution.decide`` has the rules; this module reads what they need.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from capture.company import hosts
from capture.credit import evidence, introducers
from capture.credit.attribution import (
    DecisionInput,
    MemberStatus,
    Policy,
    Rules,
    TouchPoint,
    Verdict,
    decide,
    nearest_active,
)
from capture.models import Company, Decision, Lead, Member, ProspectActivity, Touch


def decide_credit(
    session: Session, lead: Lead, now: datetime, *, asked: datetime | None = None, correction: str | None = None
) -> Verdict:
    """Decides who is credited with a lead that was just confirmed or corrected, and appends the decision.

    ``asked``: when the mail was written whose link confirmed the lead. ``correction``: the id of the member whom the
    person named as introducer on the page "My data"; None if there was no correction.
    """
    company = hosts.get_company(session)
    chosen = Rules(cast(Policy, company.touch_policy), timedelta(days=company.window_days))
    answer = _answer(session, company, lead, asked or now)
    vouched = (Lead.email == lead.email, Lead.confirmed_at.is_not(None), Lead.erased_at.is_(None))
    rows = session.execute(
        select(Touch.member_id, Touch.at).join(Lead, Touch.lead_id == Lead.id).where(*vouched).order_by(Touch.id)
    )
    owner = session.scalars(
        select(Lead.owner_id)
        .where(*vouched, Lead.owner_id.is_not(None), Lead.id != lead.id)
        .order_by(Lead.confirmed_at, Lead.id)
        .limit(1)
    ).first()
    seen = DecisionInput(
        now=now,
        touches=tuple(TouchPoint(member_id, at) for member_id, at in rows),
        owner=owner,
        answer=answer,
        correction=correction,
    )
    named = {each.member_id for each in seen.touches} | {owner, answer, correction}
    verdict = decide(seen, chosen, _standings(session, {each for each in named if each}))
    lead.owner_id, lead.assignee_id = verdict.owner, verdict.assignee
    saw = {
        "owner": owner,
        "answer": answer,
        "correction": correction,
        "touches": [[each.member_id, each.at.isoformat()] for each in seen.touches],
        "policy": chosen.policy,
        "window_days": chosen.window.days,
    }
    decision = Decision(lead_id=lead.id, owner_id=verdict.owner, assignee_id=verdict.assignee, rule=verdict.rule)
    decision.saw, decision.at = saw, now
    evidence.append_to_chain(session, decision)
    return verdict


def reassign_leads(session: Session, now: datetime) -> int:
    """Assigns each lead to the member who is credited or, if they are inactive or have no e-mail address, to the
    nearest sponsor who is active and has one, or to the company.

    The credit stays; each change of assignee is stored as a decision. Returns how many leads changed.
    """
    owner = aliased(Member)
    cannot = or_(~owner.active, owner.email.is_(None))
    astray = (
        select(Lead.owner_id, Lead.assignee_id)
        .join(owner, owner.id == Lead.owner_id)
        .where(Lead.erased_at.is_(None), or_(cannot, Lead.assignee_id.is_distinct_from(Lead.owner_id)))
        .distinct()
    )
    changed = 0
    for owner_id, before in session.execute(astray).all():
        after = nearest_active(owner_id, _standings(session, {str(owner_id)}))
        if after == before:
            continue
        theirs = (Lead.owner_id == owner_id, Lead.assignee_id.is_not_distinct_from(before), Lead.erased_at.is_(None))
        for lead in session.scalars(select(Lead).where(*theirs).order_by(Lead.id)).all():
            lead.assignee_id = after
            decision = Decision(lead_id=lead.id, owner_id=owner_id, assignee_id=after, rule="hand-over", at=now)
            decision.saw = {"owner": owner_id, "servicer": before}
            evidence.append_to_chain(session, decision)
            changed += 1
    return changed


def record_activity(session: Session, lead: Lead, kind: str, now: datetime) -> None:
    """Appends to the evidence what a person did about their lead, such as confirming or unsubscribing.

    ``kind``: see ``ProspectActivity.kind``.
    """
    evidence.append_to_chain(session, ProspectActivity(lead_id=lead.id, kind=kind, at=now))


def _answer(session: Session, company: Company, lead: Lead, asked: datetime) -> str | None:
    """Returns the id of the member whom the person named when signing up; None if they named none, or more than one.

    A stranger who knows the address could sign it up again and name themselves. So an answer counts only if it came
    before the confirmation mail that the person answered, and not at all if a sign-up at any time named another member.
    """
    named: set[str] = set()
    vouched: set[str] = set()
    for touch in session.scalars(select(Touch).where(Touch.lead_id == lead.id)):
        member = introducers.find_introducer(session, company, touch.introducer) if touch.introducer else None
        if member is not None:
            named.add(member.id)
            # Links hold the time in whole seconds.
            if touch.at.replace(microsecond=0) <= asked:
                vouched.add(member.id)
    return vouched.pop() if len(named) == len(vouched) == 1 else None


def _standings(session: Session, ids: set[str]) -> dict[str, MemberStatus]:
    """Returns by id the status of these members and, for those who cannot follow up, of the sponsors up to the first
    who can."""
    found: dict[str, MemberStatus] = {}
    wanted = set(ids)
    while wanted:
        members = session.scalars(select(Member).where(Member.id.in_(wanted))).all()
        found |= {each.id: MemberStatus(each.follows_up, each.sponsor_id) for each in members}
        above = {each.sponsor_id for each in members if not each.follows_up and each.sponsor_id}
        wanted = above - found.keys()
    return found
