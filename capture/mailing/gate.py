"""What the worker asks of the rest of the service: the suppression list and the address that leaves a list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.mailing import suppression
from capture.mailing.unsubscribe_link import unsubscribe_link
from capture.models import Company, OutboxMail


class CompanyGate:
    """The company's one list of addresses that must not be mailed."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def blocks(self, session: Session, row: OutboxMail) -> bool:
        """True when the row must not be sent any more."""
        return suppression.blocks(session, self._links.address_keys, row.recipient, row.kind)

    def bounced(self, session: Session, address: str, now: datetime) -> None:
        """Notes that there is nobody at an address."""
        suppression.bounced(session, self._links.address_keys, address, now)

    def unsubscribe(self, company: Company, row: OutboxMail) -> str | None:
        """Where one POST leaves the row's list: as in its text. None before a sync told where we are."""
        if not company.service:
            return None
        return unsubscribe_link(company, self._links, row.recipient, row.created_at)
