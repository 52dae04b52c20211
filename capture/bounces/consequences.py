"""What a report changes for an address: no further mail where no mailbox exists, or where a person complained."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.consent import unsubscribing
from capture.mailing.gate import DeadAddresses


class Consequences(DeadAddresses):
    """Puts addresses on the suppression list, with the company's keys."""

    def __init__(self, links: Links) -> None:
        super().__init__(links)
        self._keys = links.address_keys

    def complained(self, session: Session, address: str, now: datetime) -> None:
        """Ends all mail to a person who called a mail spam, as their own unsubscribing would. May be repeated."""
        unsubscribing.unsubscribe_address(session, self._keys, address, now)
