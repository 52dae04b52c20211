"""Puts written mails into the outbox, in the transaction of what they tell of. Sending is somebody else's task."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from typing import Literal
from uuid import uuid4

from sqlalchemy.orm import Session

from capture.mail import Letter
from capture.models import Company, OutboxMail

State = Literal["waiting", "held"]


def post(
    session: Session,
    company: Company,
    letter: Letter,
    now: datetime,
    *,
    lead_id: int | None = None,
    state: State = "waiting",
    on_list: bool = False,
) -> OutboxMail:
    """Adds a mail to the outbox. ``on_list``: it can be unsubscribed from, and says so in its headers."""
    row = OutboxMail(
        lead_id=lead_id,
        kind=letter.kind,
        recipient=letter.recipient,
        domain=domain_of(letter.recipient),
        locale=letter.locale,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=f"{uuid4().hex}@{domain_of(company.email)}",
        list_id=f"{letter.kind}.{domain_of(company.email)}" if on_list else None,
        state=state,
        next_attempt_at=now,
        created_at=now,
    )
    session.add(row)
    return row


def domain_of(address: str) -> str:
    """The part behind the last at sign, in lower case."""
    return parseaddr(address)[1].rpartition("@")[2].lower() or "localhost"
