"""Confirmation mails that wait for the operator's decision, because too many sign-ups or mails came at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.prepared import Driver
from capture.company import hosts
from capture.consent.mails import confirm
from capture.limits import budgets
from capture.mailing import posting
from capture.mailing.letters import Letters
from capture.models import Lead, OutboxMail


def list_held(session: Session, ids: Sequence[int] | None = None) -> list[OutboxMail]:
    """Returns the confirmation mails that are held until the operator decides, the oldest first.

    ``ids``: only the mails with these ids; None for all.
    """
    query = select(OutboxMail).where(OutboxMail.state == "held").order_by(OutboxMail.id)
    return list(session.scalars(query if ids is None else query.where(OutboxMail.id.in_(ids))))


def release_held(session: Session, mails: Sequence[OutboxMail], letters: Letters, now: datetime) -> int:
    """Replaces each held mail with a new one, which has fresh links and waits to be sent. Returns how many.

    A mail is dropped instead if its lead was confirmed or erased in the meantime.
    """
    count = 0
    for mail in mails:
        lead = session.get(Lead, mail.lead_id) if mail.lead_id else None
        if lead is None or lead.confirmed or lead.erased_at is not None:
            mail.state = "dropped"
            continue
        host = hosts.active_host(session, lead.member_id)
        driver = Driver.of(session)
        posting.post(driver, host.company, confirm(letters, host, lead, now), now, lead_id=lead.id)
        budgets.record_asked(driver, letters.links, lead.email, now)
        session.delete(mail)
        count += 1
    return count


def drop_held(mails: Sequence[OutboxMail]) -> int:
    """Marks held mails as dropped and returns how many. They are never sent, and their sign-ups stay unconfirmed."""
    for mail in mails:
        mail.state = "dropped"
    return len(mails)
