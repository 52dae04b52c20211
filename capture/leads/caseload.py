"""Queries for the leads that a person sees in the office: the list with its filters, one lead, and today's work.

Every query is limited to ``scope(person).leads``: members see the leads that are assigned to them, staff see all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture.accounts.scope import scope
from capture.accounts.signing_in import Person
from capture.base.identity import identity
from capture.company.calendar import Calendar
from capture.company.generator import Channel
from capture.leads.pipeline import Stage
from capture.leads.sources import LIST, MET, OWN
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Campaign, Lead, OutboxMail, Provenance, Suppression, Touch
from capture.models.searching import fold_text

PAGE = 50
"""The number of leads on one page of the list."""

MOST_COUNTED = 1_000
"""Leads are counted up to this number; beyond it pages say "more than". Counting a million rows is slow."""


SOURCES = (*(each.value for each in Channel), MET, OWN)
"""Where leads can come from, for the filter: a campaign's channel, ``met`` (in person) or ``own`` (no campaign)."""


_SOON = {"tomorrow": 1, "three_days": 3, "week": 7}
"""The days from today on that a lead's page proposes for the next follow-up, by the name of the button."""


_BEYOND = "\U0010ffff"
"""Sorts behind every text that goes on otherwise: the last character of all."""


class LeadOrder(StrEnum):
    """The order of the list of leads: by the time since when the assignee can see a lead, or by the next follow-up."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """The filters and the order of the list of leads. A filter that is None, empty or False is not applied.

    ``after``: the cursor at which the previous page of the list ended (its ``LeadPage.next``).
    """

    search: str = ""
    interest: str | None = None
    stage: str | None = None
    page: str | None = None
    campaign: str | None = None
    """Only leads of the campaign with this code; None for all."""
    source: str | None = None
    """Only leads from this source, one of ``SOURCES``; None for all."""
    due: bool = False
    sort: LeadOrder = LeadOrder.NEWEST
    after: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of the list of leads.

    ``next``: the cursor of the next page (the last lead's sort value and id); None on the last page.
    """

    leads: Sequence[Lead]
    next: tuple[str, int] | None
    total: int
    """The number of leads on all pages together; MOST_COUNTED + 1 means more than MOST_COUNTED."""


@dataclass(frozen=True, slots=True)
class Today:
    """The content of a person's page "Today". Counts stop at MOST_COUNTED + 1; lists may be shorter."""

    new: Sequence[Lead]
    new_count: int
    due: Sequence[Lead]
    due_count: int
    held: int
    """The number of confirmation mails that are held because too many sign-ups came at once."""
    bounced: Sequence[Lead]
    """Leads whose mail was returned, except those with the stage "lost"."""
    unconfirmed: int
    """The number of people who signed up and have not confirmed. No page shows who they are."""


def find_lead(session: Session, person: Person, number: int) -> Lead | None:
    """Returns the lead with the id ``number``; None if it does not exist or this person may not see it."""
    return session.scalars(select(Lead).where(Lead.id == number, scope(person).leads)).first()


def has_lead(session: Session, person: Person, address: str) -> bool:
    """Returns True if a lead with this e-mail address is among those that this person may see."""
    mine = (Lead.email == identity(address), Lead.erased_at.is_(None), scope(person).leads)
    return session.scalars(select(Lead.id).where(*mine).limit(1)).first() is not None


def list_leads(
    session: Session, person: Person, wanted: LeadFilter, today: date, *, size: int | None = PAGE
) -> LeadPage:
    """Returns a page of the leads that this person may see: at most ``size``, or all if ``size`` is None.

    ``today``: the day that decides which follow-ups are due.
    """
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


def why_unmailable(session: Session, keys: Sequence[bytes], leads: Sequence[Lead], now: datetime) -> dict[int, str]:
    """Returns the reason why each lead may not be e-mailed, by lead id; leads that may be e-mailed are left out.

    The reasons are withdrawn, bounced, suppressed (any other reason on the suppression list) and quarantined (from a
    list without proof of what the people agreed to).
    """
    on_list = suppression.reasons_by_address(session, keys, (lead.email for lead in leads), now)
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
    """Returns the day or moment in the text of a list's cursor, as ``LeadPage.next`` has it.

    Raises ValueError if the text is neither, and OverflowError if the moment does not exist in UTC.
    """
    if sort is LeadOrder.DUE:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def today_for(session: Session, person: Person, day: date, *, size: int = 20) -> Today:
    """Returns the content of this person's page "Today" on ``day``, with at most ``size`` leads in each list."""
    new = select(Lead).where(scope(person).leads, Lead.stage == Stage.NEW, Lead.withdrawn_at.is_(None))
    due = select(Lead).where(scope(person).leads, Lead.due_on <= day)
    mine = () if person.member is None else (Lead.member_id == person.member.id,)
    alive = (Lead.known_at.is_(None), Lead.erased_at.is_(None), *mine)
    held = (
        select(func.count())
        .select_from(OutboxMail)
        .join(Lead, Lead.id == OutboxMail.lead_id)
        .where(OutboxMail.state == "held", OutboxMail.held_because.is_distinct_from("mailbox"), *mine)
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
    """Returns the keys of the pages on which this person's newest leads signed up, sorted, for the list's filter."""
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
    """Returns the SQL condition for leads from a source (see ``SOURCES``).

    The source of a lead with a campaign is the campaign's channel. Otherwise it is ``list`` or ``met`` if the lead was
    imported or entered by a member, and ``own`` if the person signed up.
    """
    channel = Lead.campaign_id.in_(select(Campaign.id).where(Campaign.channel == source))
    kinds = {LIST: "list", MET: "met"}
    if source in kinds:
        brought = Lead.provenance_id.in_(select(Provenance.id).where(Provenance.kind == kinds[source]))
        return or_(channel, and_(Lead.campaign_id.is_(None), brought))
    return and_(Lead.campaign_id.is_(None), Lead.provenance_id.is_(None)) if source == OWN else channel


def _found(person: Person, search: str) -> ColumnElement[bool]:
    """Returns the SQL condition for a search.

    Members search their few leads by any part of name or address. Staff search all leads, by the beginning of the
    address only, because the database has an index for that. Both are compared in folded form.
    """
    folded = fold_text(search)
    if not folded:
        return false()
    if person.staff is None:
        return Lead.search.contains(folded, autoescape=True)
    return and_(Lead.search >= folded, Lead.search < folded + _BEYOND)


def _count(session: Session, query: Select[Any]) -> int:
    few = query.with_only_columns(Lead.id).order_by(None).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def follow_up_choices(calendar: Calendar, day: date) -> dict[str, date]:
    """Returns the days that a lead's page proposes for the next follow-up, by name: tomorrow, three_days and week.

    ``calendar``: that of the reader, for whom it is ``day``.
    """
    return {name: calendar.after(day, days) for name, days in _SOON.items()}
