"""Queries for the leads that a person sees in the office: the list with its filters, one lead, and what waits today.

Every query is limited to ``scope(person).leads``: members see the leads that are assigned to them, staff see all.
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
"""The largest number that a list counts to; beyond it the list says "more than". Counting a million rows is slow."""


SOURCES = (*(each.value for each in Channel), MET, OWN)
"""The sources to filter by: a campaign's channel, ``met`` (in person), or ``own`` (a page without a campaign)."""


class LeadOrder(StrEnum):
    """The order of a list: by the day the lead became known, or by the day of the next follow-up."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """The filters and the order of a list; None filters nothing.

    ``after``: the cursor at which the page before ended, as ``LeadPage.next`` returned it.
    """

    search: str = ""
    interest: str | None = None
    stage: str | None = None
    page: str | None = None
    campaign: str | None = None
    """The campaign's code."""
    source: str | None = None
    """One of ``SOURCES``."""
    due: bool = False
    sort: LeadOrder = LeadOrder.NEWEST
    after: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of a list. ``next``: the cursor (sort value, id) for the page after it; None on the last page."""

    leads: Sequence[Lead]
    next: tuple[str, int] | None
    total: int
    """Leads on all pages together; MOST_COUNTED + 1 means more than MOST_COUNTED."""


@dataclass(frozen=True, slots=True)
class Today:
    """What waits for a person today. The counts go up to MOST_COUNTED + 1, however many leads are listed."""

    new: Sequence[Lead]
    new_count: int
    due: Sequence[Lead]
    due_count: int
    held: int
    """Confirmation mails that are held because their sign-ups exceeded a budget."""
    bounced: Sequence[Lead]
    """Leads whose mail bounced, except lost ones."""
    unconfirmed: int
    """The number of sign-ups without a confirmation. No page shows whose they are."""


def find_lead(session: Session, person: Person, number: int) -> Lead | None:
    """Returns the lead with that id; None if there is none that this person may see."""
    return session.scalars(select(Lead).where(Lead.id == number, scope(person).leads)).first()


def list_leads(
    session: Session, person: Person, wanted: LeadFilter, today: date, *, size: int | None = PAGE
) -> LeadPage:
    """Returns a page of at most ``size`` leads; all of them if ``size`` is None. ``today`` decides which are due."""
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
        cursor: Any = cursor_value(wanted.sort, wanted.after[0])
        beyond = column < cursor if falling else column > cursor
        further = Lead.id < wanted.after[1] if falling else Lead.id > wanted.after[1]
        query = query.where(or_(beyond, and_(column == cursor, further)))
    order = (column.desc(), Lead.id.desc()) if falling else (column, Lead.id)
    query = query.order_by(*order)
    found = list(session.scalars(query if size is None else query.limit(size + 1)))
    shown = found if size is None else found[:size]
    more = (getattr(shown[-1], column.key).isoformat(), shown[-1].id) if len(found) > len(shown) else None
    return LeadPage(shown, more, total or 0)


def why_unmailable(session: Session, keys: Sequence[bytes], leads: Sequence[Lead]) -> dict[int, str]:
    """Returns why leads may not be e-mailed, by lead id; leads that may be are left out.

    The reasons are withdrawn, bounced, suppressed (any other reason on the suppression list) and quarantined.
    """
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
    """Returns what waits for this person on ``day``; each of its lists holds at most ``size`` leads."""
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
    """Returns the keys of the pages that this person's newest leads signed up on, sorted, for the filter."""
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
    """Returns the condition for a source.

    A lead with a campaign has its channel. A lead without one has its provenance, or ``own`` if it signed up.
    """
    channel = Lead.campaign_id.in_(select(Campaign.id).where(Campaign.channel == source))
    kinds = {LIST: "list", MET: "met"}
    if source in kinds:
        brought = Lead.provenance_id.in_(select(Provenance.id).where(Provenance.kind == kinds[source]))
        return or_(channel, and_(Lead.campaign_id.is_(None), brought))
    return and_(Lead.campaign_id.is_(None), Lead.provenance_id.is_(None)) if source == OWN else channel


def _found(person: Person, search: str) -> ColumnElement[bool]:
    """Returns the condition for a search.

    Members find any part of name or address among their few leads. Staff search all leads, so they find an address by
    its beginning only, which an index answers.
    """
    if person.staff is None:
        return or_(Lead.email.icontains(search, autoescape=True), Lead.first_name.icontains(search, autoescape=True))
    return Lead.email.startswith(search, autoescape=True)


def _count(session: Session, query: Select[Any]) -> int:
    few = query.with_only_columns(Lead.id).order_by(None).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def follow_up_choices(day: date) -> dict[str, date]:
    """Returns the days that the form proposes for a follow-up, by the key of their words."""
    return {"tomorrow": day + timedelta(days=1), "three_days": day + timedelta(days=3), "week": day + timedelta(days=7)}
