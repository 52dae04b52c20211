"""Unsubscribes addresses from all mails, with immediate effect (RFC 8058: one-click unsubscribe)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from capture.base.identity import hash_email_by_all
from capture.credit import crediting
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Lead


def unsubscribe(session: Session, email_hash: str, now: datetime) -> None:
    """Puts an address on the suppression list, and marks all its leads as withdrawn: no mail goes there any more.

    A second call changes nothing.
    """
    suppression.suppress_hash(session, email_hash, Reason.UNSUBSCRIBED, now)
    for lead in withdraw(session, [email_hash], now):
        crediting.record_activity(session, lead, "unsubscribed", now)


def unsubscribe_address(session: Session, keys: Sequence[bytes], address: str, now: datetime) -> None:
    """Does the same for an address, as the mail service's report of a complaint names it. ``keys``: newest first."""
    suppression.suppress(session, keys, address, Reason.UNSUBSCRIBED, now)
    for lead in withdraw(session, hash_email_by_all(keys, address), now):
        crediting.record_activity(session, lead, "unsubscribed", now)


def locale_of(session: Session, email_hash: str) -> str | None:
    """Returns the language of an address's newest lead, in which pages answer the person; None if there is no lead."""
    return session.scalars(
        select(Lead.locale).where(Lead.email_hash == email_hash).order_by(Lead.id.desc()).limit(1)
    ).first()


def withdraw(session: Session, email_hashes: Sequence[str], now: datetime) -> list[Lead]:
    """Marks all leads of an address as withdrawn, so that no mail goes to them. Returns the leads that changed."""
    leads = list(session.scalars(select(Lead).where(Lead.email_hash.in_(email_hashes), Lead.withdrawn_at.is_(None))))
    session.execute(
        update(Lead).where(Lead.id.in_([lead.id for lead in leads])).values(withdrawn_at=now),
        execution_options={"synchronize_session": "fetch"},
    )
    return leads
