"""Unsubscribes addresses from all mails, with immediate effect (RFC 8058: one-click unsubscribe)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.credit import crediting
from capture.mailing import suppression
from capture.mailing.suppression import Reason, Source
from capture.models import Lead


def unsubscribe(session: Session, email_hash: str, now: datetime) -> None:
    """Puts an address on the suppression list, and marks all its leads as withdrawn: no mail goes there any more.

    A second call changes nothing.
    """
    suppression.suppress_hash(session, email_hash, Reason.UNSUBSCRIBED, now)
    withdraw_and_record(session, [email_hash], Reason.UNSUBSCRIBED, now)


def leave(
    session: Session, links: Links, address: str, reason: Reason, now: datetime,
    *, source: Source = Source.PERSON, note: str | None = None,
) -> None:  # fmt: skip
    """Puts a known address on the suppression list for a reason, and marks all its leads as withdrawn.

    The history of each lead that changes gets an entry named after the reason. ``note``: see ``suppression.suppress``.
    A second call changes nothing.
    """
    suppression.suppress(session, links.address_keys, address, reason, now, source=source, note=note)
    withdraw_and_record(session, links.email_hashes(address), reason, now)


def locale_of(session: Session, email_hash: str) -> str | None:
    """Returns the language of an address's newest lead, in which pages answer the person; None if there is no lead."""
    return session.scalars(
        select(Lead.locale).where(Lead.email_hash == email_hash).order_by(Lead.id.desc()).limit(1)
    ).first()


def withdraw(
    session: Session, email_hashes: Sequence[str], now: datetime, only: ColumnElement[bool] | None = None
) -> list[Lead]:
    """Marks all leads of an address as withdrawn, so that no mail goes to them. Returns the leads that changed.
    ``only``: which leads are meant, if not all."""
    query = select(Lead).where(Lead.email_hash.in_(email_hashes), Lead.withdrawn_at.is_(None))
    leads = list(session.scalars(query if only is None else query.where(only)))
    session.execute(
        update(Lead).where(Lead.id.in_([lead.id for lead in leads])).values(withdrawn_at=now),
        execution_options={"synchronize_session": "fetch"},
    )
    return leads


def withdraw_and_record(
    session: Session, email_hashes: Sequence[str], reason: Reason, now: datetime,
    only: ColumnElement[bool] | None = None,
) -> None:  # fmt: skip
    """Marks all leads of these addresses as withdrawn, each with an entry in its history named after the reason.
    ``only``: see ``withdraw``."""
    for lead in withdraw(session, email_hashes, now, only):
        crediting.record_activity(session, lead, reason.value, now)
