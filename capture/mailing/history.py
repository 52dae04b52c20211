"""Adds the mails about a lead to the lead's history."""

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
    """An entry in a lead's history: a mail about the lead, or an event for another program, that is in the outbox.
    ``state``: its present state (see ``OutboxMail``)."""

    kind: str
    recipient: str
    state: str

    def sentences(self) -> Iterator[str]:
        """Yields one sentence: which mail was written to whom, and whether it was sent."""
        what = f'the mail "{self.kind}" to {self.recipient}'
        if self.kind == WEBHOOK:
            what = "an event for the company's other program"
        yield f"Wrote {what}: {_STATES[self.state]}."

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields one line for the office: the kind of mail, and whether it was sent. Yields nothing for an event to
        another program, since no person receives it."""
        if self.kind != WEBHOOK:
            mail = name_of(self.kind, words.locale)
            yield Line(words(f"office_mail_{self.state}", mail=mail))

    def plain(self) -> tuple[str, dict[str, Any]]:
        """Returns the section of the person's export that lists the mail, and its date, kind, recipient and state; not
        its text."""
        return "mails", {"at": moment(self.at), "kind": self.kind, "to": self.recipient, "state": self.state}


def events(session: Session, lead: Lead) -> Iterator[Mailed]:
    """Yields the mails about a lead, and the events for another program, that are still stored in the outbox."""
    columns = (OutboxMail.id, OutboxMail.created_at, OutboxMail.kind, OutboxMail.recipient, OutboxMail.state)
    for number, at, kind, recipient, state in session.execute(select(*columns).where(OutboxMail.lead_id == lead.id)):
        yield Mailed(at=at, order=(Rank.MAIL, number), kind=kind, recipient=recipient, state=state)
