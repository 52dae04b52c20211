"""Confirmation mails that are held: because too many sign-ups came at once, until the operator decides; or because
their recipient got such a mail lately, until another one may go.

So a person who left, signs up again and is asked again on the same day need not hope for the operator: the mail goes by
itself the next day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.base.prepared import Driver
from capture.company import hosts
from capture.consent.mails import CONFIRM, confirm
from capture.limits import budgets
from capture.mailing import posting
from capture.mailing.letters import Letters
from capture.models import Lead, OutboxMail

EVERY = timedelta(minutes=5)
"""How often ``release_due`` runs."""

LOOK_AGAIN = timedelta(hours=1)
"""How long a mail that may not go yet is left alone."""

AT_ONCE = 200
"""The most mails that one run of ``release_due`` looks at."""


def list_held(session: Session, ids: Sequence[int] | None = None) -> list[OutboxMail]:
    """Returns the confirmation mails that are held, for whatever reason, the oldest first.

    ``ids``: only the mails with these ids; None for all.
    """
    query = select(OutboxMail).where(OutboxMail.state == "held").order_by(OutboxMail.id)
    return list(session.scalars(query if ids is None else query.where(OutboxMail.id.in_(ids))))


def release_held(session: Session, mails: Sequence[OutboxMail], letters: Letters, now: datetime) -> int:
    """Replaces each held mail with a new one, which has fresh links and waits to be sent. Returns how many.

    A mail is dropped instead if its lead was confirmed, withdrawn or erased in the meantime. Other mails than
    confirmation mails, which the company's mail server could not send, wait again as they are.
    """
    count = 0
    for mail in mails:
        if mail.kind != CONFIRM.name:
            mail.state, mail.next_attempt_at = "waiting", now
            count += 1
            continue
        lead = session.get(Lead, mail.lead_id) if mail.lead_id else None
        if lead is None or _is_settled(lead, mail):
            mail.state = "dropped"
            continue
        host = hosts.active_host(session, lead.member_id)
        driver = Driver.of(session)
        posting.post(driver, host.company, confirm(letters, host, lead, now), now, lead_id=lead.id)
        budgets.record_asked(driver, letters.links, lead.email, now)
        session.delete(mail)
        count += 1
    return count


def release_due(database: Database, letters: Letters, now: datetime) -> int:
    """Releases the mails that were held because their recipient got such a mail lately, if another one may go now.
    Returns how many.

    Each is released in a transaction of its own, so that sign-ups need not wait.
    """
    due = (OutboxMail.state == "held", OutboxMail.held_because == "mailbox", OutboxMail.next_attempt_at <= now)
    with database.read() as session:
        query = select(OutboxMail.id).where(*due).order_by(OutboxMail.next_attempt_at, OutboxMail.id)
        ids = list(session.scalars(query.limit(AT_ONCE)))
    count = 0
    for mail_id in ids:
        with database.write() as session:
            count += _release_if_due(session, mail_id, letters, now)
    return count


def _release_if_due(session: Session, mail_id: int, letters: Letters, now: datetime) -> int:
    recipient = session.scalar(select(OutboxMail.recipient).where(OutboxMail.id == mail_id))
    # Asked before the mail is locked, in the order of a sign-up: two transactions that lock in two orders would wait
    # for each other.
    may = recipient is not None and budgets.may_ask(Driver.of(session), letters.links, recipient, now)
    query = select(OutboxMail).where(OutboxMail.id == mail_id, OutboxMail.state == "held").with_for_update()
    mail = session.scalars(query).one_or_none()
    if mail is None:
        return 0  # the operator, or another sign-up, was faster
    if may:
        return release_held(session, [mail], letters, now)
    mail.next_attempt_at = now + LOOK_AGAIN
    return 0


def _is_settled(lead: Lead, mail: OutboxMail) -> bool:
    left = lead.withdrawn_at is not None and lead.withdrawn_at > mail.created_at
    return lead.confirmed or lead.erased_at is not None or left


def drop_held(mails: Sequence[OutboxMail]) -> int:
    """Marks held mails as dropped and returns how many. They are never sent, and their sign-ups stay unconfirmed."""
    for mail in mails:
        mail.state = "dropped"
    return len(mails)
