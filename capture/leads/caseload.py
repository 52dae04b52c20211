"""Which leads somebody may see, and how they are looked through: the one place where that is decided.

A member sees the confirmed leads that are theirs to follow up, and of the people below them total numbers only.
Staff see all. Every query of the office begins with ``visible``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture.accounts.scope import scope
from capture.accounts.signing_in import Person
from capture.company.generator import Channel
from capture.leads.pipeline import Stage
from capture.leads.sources import LIST, MET, OWN
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Campaign, Lead, OutboxMail, Provenance, Suppression, Touch

PAGE = 50
"""Leads of one page of a list."""

MOST_COUNTED = 1_000
"""A list says "more than" beyond it: counting a million rows would take longer than reading them helps."""


SOURCES = (*(each.value for each in Channel), MET, OWN)
"""Where a lead can come from: a campaign's channel, an encounter, or somebody's pages as they always stand there."""


class LeadOrder(StrEnum):
    """The order of a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list shows. None: everything. ``after``: where the page before ended, as ``LeadPage.next`` told."""

    search: str = ""
    interest: str | None = None
    stage: str | None = None
    page: str | None = None
    campaign: str | None = None
    """Its code."""
    source: str | None = None
    """A channel, or ``met`` or ``own`` (see ``SOURCES``)."""
    due: bool = False
    sort: LeadOrder = LeadOrder.NEWEST
    after: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of a list. ``next``: what the page after it begins behind; None: there is none."""

    leads: Sequence[Lead]
    next: tuple[str, int] | None
    total: int
    """Of all pages; MOST_COUNTED + 1 stands for more."""


@dataclass(frozen=True, slots=True)
class Today:
    """What waits for somebody today. The numbers count beyond what is listed."""

    new: Sequence[Lead]
    new_count: int
    due: Sequence[Lead]
    due_count: int
    held: int
    """Sign-ups whose mail the company holds back."""
    bounced: Sequence[Lead]
    """Leads whose address takes no mail."""
    unconfirmed: int
    """Sign-ups that wait for their owner's yes; who they are is nobody's business until then."""


def find_lead(session: Session, person: Person, number: int) -> Lead | None:
    """The lead of that number, if this person may see it."""
    return session.scalars(select(Lead).where(Lead.id == number, scope(person).leads)).first()


def list_leads(
    session: Session, person: Person, wanted: LeadFilter, today: date, *, size: int | None = PAGE
) -> LeadPage:
    """A page of leads; with ``size`` None all of them."""
    query = _filtered(
        select(Lead).options(joinedload(Lead.campaign), selectinload(Lead.provenance)), person, wanted, today
    )
    total = session.scalar(
        select(func.count()).select_from(
            _filtered(select(Lead.id), person, wanted, today).limit(MOST_COUNTED + 1).subquery()
        )
    )
    column: Any = Lead.due_on if wanted.sort is LeadOrder.DUE else Lead.known_at
    falling = wanted.sort is LeadOrder.NEWEST
    if wanted.sort is LeadOrder.DUE:
        query = query.where(Lead.due_on.is_not(None))
    if wanted.after is not None:
        email_hash: Any = cursor_value(wanted.sort, wanted.after[0])
        beyond = column < email_hash if falling else column > email_hash
        further = Lead.id < wanted.after[1] if falling else Lead.id > wanted.after[1]
        query = query.where(or_(beyond, and_(column == email_hash, further)))
    order = (column.desc(), Lead.id.desc()) if falling else (column, Lead.id)
    query = query.order_by(*order)
    found = list(session.scalars(query if size is None else query.limit(size + 1)))
    shown = found if size is None else found[:size]
    more = (getattr(shown[-1], column.key).isoformat(), shown[-1].id) if len(found) > len(shown) else None
    return LeadPage(shown, more, total or 0)


def why_unmailable(session: Session, keys: Sequence[bytes], leads: Sequence[Lead]) -> dict[int, str]:
    """Why somebody may not be mailed, by the numbers of the leads that this holds for: withdrawn, bounced, suppressed
    (for any other reason that stands on the company's list), or quarantined."""
    on_list = suppression.reasons_by_address(session, keys, (lead.email for lead in leads))
    found: dict[int, str] = {}
    for lead in leads:
        reasons = on_list.get(lead.email, set())
        if lead.withdrawn_at is not None:
            found[lead.id] = "withdrawn"
        elif reasons:
            found[lead.id] = "bounced" if Reason.BOUNCED in reasons else "suppressed"
        elif lead.quarantined:
            found[lead.id] = "quarantined"
    return found


def cursor_value(sort: LeadOrder, text: str) -> date | datetime:
    """Returns the day or moment in a cursor, which ``LeadPage.next`` wrote.

    Raises ValueError, or OverflowError for a moment that does not exist in UTC.
    """
    if sort is LeadOrder.DUE:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def today_for(session: Session, person: Person, day: date, *, size: int = 20) -> Today:
    """What waits on that day."""
    new = select(Lead).where(scope(person).leads, Lead.stage == Stage.NEW, Lead.withdrawn_at.is_(None))
    due = select(Lead).where(scope(person).leads, Lead.due_on <= day)
    mine = () if person.member is None else (Lead.member_id == person.member.id,)
    alive = (Lead.known_at.is_(None), Lead.erased_at.is_(None), *mine)
    held = (
        select(func.count())
        .select_from(OutboxMail)
        .join(Lead, Lead.id == OutboxMail.lead_id)
        .where(OutboxMail.state == "held", *mine)
    )
    bounced = (
        select(Lead)
        .join(Suppression, Suppression.email_hash == Lead.email_hash)
        .where(scope(person).leads, Suppression.reason == Reason.BOUNCED, Lead.stage != Stage.LOST)
    )
    return Today(
        new=list(session.scalars(new.order_by(Lead.known_at.desc(), Lead.id.desc()).limit(size))),
        new_count=_count(session, new),
        due=list(session.scalars(due.order_by(Lead.due_on, Lead.id).limit(size))),
        due_count=_count(session, due),
        held=session.scalar(held) or 0,
        bounced=list(session.scalars(bounced.order_by(Lead.id.desc()).limit(size))),
        unconfirmed=_count(session, select(Lead).where(*alive)),
    )


def pages_of_leads(session: Session, person: Person) -> list[str]:
    """The pages that a person's leads came from, for the filter."""
    newest = select(Lead.id).where(scope(person).leads).order_by(Lead.known_at.desc()).limit(MOST_COUNTED).subquery()
    return sorted(session.scalars(select(Touch.page).where(Touch.lead_id.in_(select(newest.c.id))).distinct()))


def _filtered(query: Select[Any], person: Person, wanted: LeadFilter, today: date) -> Select[Any]:
    query = query.where(scope(person).leads)
    if wanted.search:
        query = query.where(_found(person, wanted.search))
    if wanted.interest:
        query = query.where(Lead.interest == wanted.interest)
    if wanted.stage:
        query = query.where(Lead.stage == wanted.stage)
    if wanted.page:
        query = query.where(
            select(Touch.id).where(Touch.lead_id == Lead.id, Touch.page == wanted.page).correlate(Lead).exists()
        )
    if wanted.campaign:
        query = query.where(Lead.campaign_id == _campaign(wanted.campaign))
    if wanted.source:
        query = query.where(_from(wanted.source))
    if wanted.due:
        query = query.where(Lead.due_on <= today)
    return query


def _campaign(code: str) -> ScalarSelect[int]:
    return select(Campaign.id).where(Campaign.code == code).scalar_subquery()


def _from(source: str) -> ColumnElement[bool]:
    """By a campaign of that channel; without any campaign from a list, in person, or from somebody's own pages."""
    channel = Lead.campaign_id.in_(select(Campaign.id).where(Campaign.channel == source))
    kinds = {LIST: "list", MET: "met"}
    if source in kinds:
        brought = Lead.provenance_id.in_(select(Provenance.id).where(Provenance.kind == kinds[source]))
        return or_(channel, and_(Lead.campaign_id.is_(None), brought))
    return and_(Lead.campaign_id.is_(None), Lead.provenance_id.is_(None)) if source == OWN else channel


def _found(person: Person, search: str) -> ColumnElement[bool]:
    """A member's few leads are searched anywhere in name and address; among all leads an address is looked up by its
    beginning, which an index answers."""
    if person.staff is None:
        return or_(Lead.email.icontains(search, autoescape=True), Lead.first_name.icontains(search, autoescape=True))
    return Lead.email.startswith(search, autoescape=True)


def _count(session: Session, query: Select[Any]) -> int:
    few = query.with_only_columns(Lead.id).order_by(None).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def follow_up_choices(day: date) -> dict[str, date]:
    """Days that a follow-up is often set to."""
    return {"tomorrow": day + timedelta(days=1), "three_days": day + timedelta(days=3), "week": day + timedelta(days=7)}
