"""What a report changes for an address: no further mail where no mailbox exists, or where a person complained."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from capture.consent import unsubscribing
from capture.mailing.gate import DeadAddresses
from capture.mailing.suppression import Reason


class Consequences(DeadAddresses):
    """Puts addresses on the suppression list, with the company's keys."""

    def complained(self, session: Session, address: str, now: datetime) -> None:
        """Ends all mail to a person who called a mail spam, as their own unsubscribing would. May be repeated."""
        unsubscribing.leave(session, self._links, address, Reason.UNSUBSCRIBED, now)
