"""Makes the link by which a mail's recipient unsubscribes (RFC 8058)."""

from __future__ import annotations

from datetime import datetime

from capture.base.tokens import Links, Purpose
from capture.models import Company


def unsubscribe_link(company: Company, links: Links, recipient: str, now: datetime) -> str:
    """Returns the https address by which one POST unsubscribes a mail's recipient.

    The link contains the keyed hash of the recipient's address, so that no log ever shows the address.
    """
    return f"{company.service}unsubscribe/{links.sign(Purpose.UNSUBSCRIBE, links.email_hash(recipient), now)}"
