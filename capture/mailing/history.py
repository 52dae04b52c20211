"""The mails in a lead's history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.history import Event, Line, Rank, Reader, moment
from capture.base.words import Words
from capture.mailing.outbox import WEBHOOK
from capture.mailing.rendering import name_of
from capture.models import Lead, OutboxMail

_STATES = {
    "waiting": "it waits to be sent",
    "leased": "it is being sent",
    "sent": "it was sent",
    "dead": "it could not be delivered",
    "held": "it is held back",
    "dropped": "it was not sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed(Event):
    """A mail in the outbox, or an event for another program. ``state``: its state now (see ``OutboxMail``)."""

    kind: str
    recipient: str
    state: str

    def sentences(self) -> Iterator[str]:
        """Yields what was written, and its state."""
        what = f'the mail "{self.kind}" to {self.recipient}'
        if self.kind == WEBHOOK:
            what = "an event for the company's other program"
        yield f"Wrote {what}: {_STATES[self.state]}."

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields the mail with its state; nothing for an event, which reaches no person."""
        if self.kind != WEBHOOK:
            mail = name_of(self.kind, words.locale)
            yield Line(words(f"office_mail_{self.state}", mail=mail))

    def plain(self) -> tuple[str, dict[str, Any]]:
        """Returns the mail without its text."""
        return "mails", {"at": moment(self.at), "kind": self.kind, "to": self.recipient, "state": self.state}


def events(session: Session, lead: Lead) -> Iterator[Mailed]:
    """Yields the mails and events about a lead that are still stored."""
    columns = (OutboxMail.id, OutboxMail.created_at, OutboxMail.kind, OutboxMail.recipient, OutboxMail.state)
    for number, at, kind, recipient, state in session.execute(select(*columns).where(OutboxMail.lead_id == lead.id)):
        yield Mailed(at=at, order=(Rank.MAIL, number), kind=kind, recipient=recipient, state=state)
