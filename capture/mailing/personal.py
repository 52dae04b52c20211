"""Exports, erases and purges prospects' personal data in the outbox: mails to them, and mails about them to others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from capture.base.history import sections
from capture.base.personal import Personal
from capture.base.retention import Policy
from capture.mailing import history, suppression
from capture.models import Lead, OutboxMail

_DONE = ("sent", "dead", "dropped")


def purge(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    """Removes mails from the outbox that were sent, dropped or given up, and are older than ``policy.mails``.

    Returns their number under the key ``mails``.
    """
    latest = now - policy.mails
    over = or_(OutboxMail.sent_at <= latest, OutboxMail.created_at <= latest)
    gone = delete(OutboxMail).where(OutboxMail.state.in_(_DONE), over).returning(OutboxMail.id)
    suppression.purge(session, now)
    return Counter(mails=len(session.scalars(gone).all()))


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    return sections(history.events(session, lead), "mails")


def _forget(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    """Removes every mail about the leads from the outbox, also the mails to members."""
    about = delete(OutboxMail).where(OutboxMail.lead_id.in_([lead.id for lead in leads]))
    session.execute(about, execution_options={"synchronize_session": "fetch"})


def _erase(session: Session, address: str) -> int:
    """Removes every mail to an address, and every mail to others whose text, subject or error names it."""
    texts = (OutboxMail.subject, OutboxMail.text, OutboxMail.html, OutboxMail.last_error)
    contain = or_(*(func.lower(each).contains(address.lower(), autoescape=True) for each in texts))
    # "spat@…" contains "pat@…" but names somebody else.
    alone = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", re.IGNORECASE)
    found = session.execute(select(OutboxMail.id, *texts).where(contain))
    named = [number for number, *each in found if any(text and alone.search(text) for text in each)]
    gone = delete(OutboxMail).where(or_(OutboxMail.recipient == address, OutboxMail.id.in_(named)))
    return len(session.scalars(gone.returning(OutboxMail.id)).all())


PERSONAL = (Personal((OutboxMail,), held=_held, forget=_forget, erase=_erase),)
