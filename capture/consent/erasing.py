"""Forgetting: what made a row a person is destroyed; what only counts stays, and so does the chain of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.credit import crediting
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Company, Lead, OutboxMail, Particular, Sitting, Spent, Step, Tally, Ticket, Touch, Used

_HOURS_COUNTED = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Policy:
    """How long things are kept. Confirmed leads stay until their owner or the company says otherwise."""

    unconfirmed: timedelta = timedelta(days=30)
    withdrawn: timedelta = timedelta(days=90)
    mails: timedelta = timedelta(days=90)
    budgets: timedelta = timedelta(days=400)

    @classmethod
    def of(cls, company: Company) -> Self:
        """What the company chose."""
        kept = (company.unconfirmed_days, company.withdrawn_days, company.mails_days)
        return cls(*(timedelta(days=days) for days in kept))


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge took away, in rows."""

    unconfirmed: int
    withdrawn: int
    mails: int
    budgets: int


def erase(session: Session, links: Links, address: str, now: datetime) -> int:
    """Destroys everything held of an address under all members; keeps a keyed hash, so that nobody brings it back.

    Returns the number of leads it was. Mails to members that name the person go as well.
    """
    found = list(session.scalars(select(Lead).where(Lead.email == address, Lead.erased_at.is_(None))))
    forget(session, found, "erased", now)
    session.execute(delete(OutboxMail).where(OutboxMail.recipient == address))
    if found:
        suppression.suppress(session, links.address_keys, address, Reason.ERASED, now)
    return len(found)


def forget(session: Session, found: Sequence[Lead], kind: str, now: datetime) -> None:
    """Takes the person out of these leads. ``kind`` says whose wish it was: erased, disowned or purged."""
    ids = [lead.id for lead in found]
    touches = select(Touch.id).where(Touch.lead_id.in_(ids))
    fetch = {"synchronize_session": "fetch"}
    session.execute(delete(Particular).where(Particular.touch_id.in_(touches)), execution_options=fetch)
    session.execute(delete(OutboxMail).where(OutboxMail.lead_id.in_(ids)), execution_options=fetch)
    session.execute(update(Step).where(Step.lead_id.in_(ids)).values(note=None), execution_options=fetch)
    for lead in found:
        # The address is one column of a unique index, so something as unique takes its place.
        lead.email, lead.first_name, lead.mark = f"{lead.handle}@erased.invalid", None, ""
        lead.phone = lead.due_on = lead.known_at = None
        lead.erased_at = now
        crediting.note(session, lead, kind, now)


def purge(session: Session, policy: Policy, now: datetime) -> Purged:
    """Forgets what the policy says is no longer needed."""
    alive = Lead.erased_at.is_(None)
    # Who came by a list, or was met, never signed up: there is nothing that they failed to confirm.
    waited = (alive, Lead.confirmed_at.is_(None), Lead.known_at.is_(None), Lead.created_at <= now - policy.unconfirmed)
    # Who repeated their sign-up has a touch that is younger than the lead.
    young = select(Touch.lead_id).where(Touch.at > now - policy.unconfirmed)
    unconfirmed = list(session.scalars(select(Lead).where(*waited, Lead.id.not_in(young))))
    # They can leave all the same.
    known = or_(Lead.confirmed_at.is_not(None), Lead.known_at.is_not(None))
    left = (alive, known, Lead.withdrawn_at <= now - policy.withdrawn)
    withdrawn = list(session.scalars(select(Lead).where(*left)))
    forget(session, [*unconfirmed, *withdrawn], "purged", now)
    done = OutboxMail.state.in_(("sent", "dead", "dropped"))
    over = or_(OutboxMail.sent_at <= now - policy.mails, OutboxMail.created_at <= now - policy.mails)
    mails = session.scalars(delete(OutboxMail).where(done, over).returning(OutboxMail.id)).all()
    spent = session.scalars(delete(Spent).where(Spent.at <= now - policy.budgets).returning(Spent.id)).all()
    session.execute(delete(Tally).where(Tally.hour <= now - _HOURS_COUNTED))
    session.execute(delete(Used).where(Used.until <= now))
    session.execute(delete(Ticket).where(Ticket.until <= now))
    session.execute(delete(Sitting).where(Sitting.until <= now))
    return Purged(len(unconfirmed), len(withdrawn), len(mails), len(spent))
