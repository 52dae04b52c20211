"""Gives the mail worker what it needs from the rest of the service: the suppression list, and links to unsubscribe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.mailing import suppression
from capture.mailing.kinds import MailKind, UnknownKind
from capture.mailing.suppression import Source
from capture.mailing.unsubscribe_link import unsubscribe_link
from capture.models import Company, OutboxMail


class DeadAddresses:
    """Puts addresses whose mailbox does not exist on the suppression list, so that they get no more mails."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def bounced(
        self, session: Session, address: str, now: datetime,
        *, source: Source, strong: bool = False, mail_id: int | None = None,
    ) -> None:  # fmt: skip
        """Puts an e-mail address on the suppression list, because its mailbox does not exist (see
        ``suppression.suppress_bounced``)."""
        suppression.suppress_bounced(
            session, self._links.address_keys, address, now, source=source, strong=strong, mail_id=mail_id
        )


class CompanyGate(DeadAddresses):
    """Decides, by the company's suppression list, whether a mail may be sent, and makes the mail's unsubscribe link.

    ``kinds``: all kinds of mails by name.
    """

    def __init__(self, links: Links, kinds: Mapping[str, MailKind]) -> None:
        super().__init__(links)
        self._kinds = kinds

    def blocks(self, session: Session, row: OutboxMail, now: datetime) -> bool:
        """Returns True if a mail in the outbox must not be sent: its recipient is on the suppression list, for a reason
        that stops mails of this kind.

        Raises UnknownKind if no feature declares mails of this kind.
        """
        kind = self._kinds.get(row.kind)
        if kind is None:
            raise UnknownKind(f'no feature declares mails of the kind "{row.kind}"')
        return suppression.blocks(session, self._links.address_keys, row.recipient, kind, now, written=row.created_at)

    def unsubscribe(self, company: Company, row: OutboxMail) -> str | None:
        """Returns the address by which one POST unsubscribes a mail's recipient, the same as in the mail's text; None
        before the first ``capture sync``, when the service does not know its own address."""
        if not company.service:
            return None
        return unsubscribe_link(company, self._links, row.recipient, row.created_at)
