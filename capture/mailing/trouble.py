"""What staff and operators must know about mail: that none can be sent at present, and whose address mail comes back
from.

The worker notes the first in the database, since the service that shows it may be another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from capture.mailing import suppression
from capture.mailing.outbox import SUPPRESSED
from capture.mailing.suppression import Reason
from capture.models import MailTrouble, OutboxMail, Suppression

COLLEAGUES = ("new-lead", "sign-in")
"""The kinds of mails that go to members and staff."""

LOOKED_BACK = timedelta(days=30)
MOST_ADDRESSES = 20
"""So many addresses are shown at most."""


@dataclass(frozen=True, slots=True)
class MailAlerts:
    """What staff see about mail on the page "Today". ``trouble``: why nothing can be sent, or None.

    ``addresses``: e-mail addresses of members and staff that do not get their mails, because mails came back from them.
    """

    trouble: MailTrouble | None
    addresses: Sequence[str]


def note(session: Session, reason: str | None, now: datetime) -> None:
    """Stores why nothing can be sent; None: mails are sent again. The moment when the trouble began is kept."""
    found = session.get(MailTrouble, 1)
    if reason is None:
        if found is not None:
            session.delete(found)
    elif found is None:
        session.add(MailTrouble(id=1, reason=reason, since=now))
    else:
        found.reason = reason


def current(session: Session) -> MailTrouble | None:
    """Returns why nothing can be sent at present; None if mails are sent, as far as is known."""
    return session.get(MailTrouble, 1)


def alerts(session: Session, keys: Sequence[bytes], now: datetime) -> MailAlerts:
    """Returns what staff must know about mail."""
    came_back = select(Suppression.mail_id).where(Suppression.reason == Reason.BOUNCED)
    dropped = and_(OutboxMail.state == "dropped", OutboxMail.last_error == SUPPRESSED)
    recent = (OutboxMail.kind.in_(COLLEAGUES), OutboxMail.created_at > now - LOOKED_BACK)
    query = select(OutboxMail.recipient).where(*recent, or_(OutboxMail.id.in_(came_back), dropped)).distinct()
    on_list = suppression.reasons_by_address(session, keys, session.scalars(query.limit(1_000)).all(), now)
    dead = sorted(address for address, reasons in on_list.items() if Reason.BOUNCED in reasons)
    return MailAlerts(current(session), dead[:MOST_ADDRESSES])
