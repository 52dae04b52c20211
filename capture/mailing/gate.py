"""The rest of the service as the worker sees it: the suppression list, and the address that leaves a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.mailing import suppression
from capture.mailing.kinds import MailKind, UnknownKind
from capture.mailing.unsubscribe_link import unsubscribe_link
from capture.models import Company, OutboxMail


class DeadAddresses:
    """Puts addresses that do not exist on the suppression list."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def bounced(self, session: Session, address: str, now: datetime) -> None:
        """Puts an address on the suppression list, because its mailbox does not exist."""
        suppression.suppress_bounced(session, self._links.address_keys, address, now)


class CompanyGate(DeadAddresses):
    """The company's one suppression list. ``kinds``: all kinds of mails by name."""

    def __init__(self, links: Links, kinds: Mapping[str, MailKind]) -> None:
        super().__init__(links)
        self._kinds = kinds

    def blocks(self, session: Session, row: OutboxMail) -> bool:
        """Returns True when the row must not be sent any more. Raises UnknownKind for a kind that no room declares."""
        kind = self._kinds.get(row.kind)
        if kind is None:
            raise UnknownKind(f'no room declares mails of the kind "{row.kind}"')
        return suppression.blocks(session, self._links.address_keys, row.recipient, kind)

    def unsubscribe(self, company: Company, row: OutboxMail) -> str | None:
        """Returns the address where one POST leaves the row's list, the same as in its text; None before the first
        sync."""
        if not company.service:
            return None
        return unsubscribe_link(company, self._links, row.recipient, row.created_at)
