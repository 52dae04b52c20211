"""Honours what a list says about people who left: they are not mailed, now or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.consent import unsubscribing
from capture.imports.leaving import Standing
from capture.imports.lists import ListRow
from capture.mailing import suppression
from capture.mailing.suppression import Reason, Source
from capture.models import Lead


def confirmed_among(session: Session, links: Links, addresses: Iterable[str]) -> set[str]:
    """Returns which of these addresses belong to people who confirmed a sign-up with us and have not left since, in
    any spelling."""
    spellings = list(addresses)
    email_hashes = {email_hash for address in spellings for email_hash in links.email_hashes(address)}
    if not email_hashes:
        return set()
    own_word = (Lead.confirmed_at.is_not(None), Lead.withdrawn_at.is_(None), Lead.erased_at.is_(None))
    found = set(session.scalars(select(Lead.email_hash).where(Lead.email_hash.in_(email_hashes), *own_word)))
    return {address for address in spellings if not found.isdisjoint(links.email_hashes(address))}


def record(session: Session, links: Links, rows: Sequence[ListRow], now: datetime) -> None:
    """Puts the people of these rows on the suppression list, and withdraws leads that lists brought.

    A person who left asked that program, not us, so they may sign up with us themselves. That mail came back there is
    a weak mark.
    """
    keys = links.address_keys
    left = []
    for row in rows:
        assert row.email is not None
        if row.standing is Standing.BOUNCED:
            suppression.suppress_bounced(session, keys, row.email, now, source=Source.LIST)
        else:
            suppression.suppress(session, keys, row.email, Reason.UNSUBSCRIBED, now, source=Source.LIST)
            left.append(row.email)
    if left:
        email_hashes = [email_hash for address in left for email_hash in links.email_hashes(address)]
        unsubscribing.withdraw_and_record(session, email_hashes, Reason.UNSUBSCRIBED, now)
