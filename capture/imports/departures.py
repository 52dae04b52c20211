"""Honours what a list says about people who left: they are not mailed, now or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.consent import unsubscribing
from capture.imports.lists import ListRow
from capture.imports.vocabulary import Standing
from capture.mailing import suppression
from capture.mailing.suppression import Reason, Source
from capture.models import Lead


def staying_among(session: Session, links: Links, addresses: Iterable[str], member_id: str | None) -> set[str]:
    """Returns which of these addresses, in any spelling, belong to people on whom a list has no say: who signed up with
    us themselves and have not left since, or who are leads of another member than the one whose list it is.

    Otherwise anyone could take people away from others by writing a list. ``member_id`` None: the company's list.
    """
    spellings = list(addresses)
    email_hashes = {email_hash for address in spellings for email_hash in links.email_hashes(address)}
    if not email_hashes:
        return set()
    theirs = Lead.provenance_id.is_(None) | Lead.confirmed_at.is_not(None)
    if member_id is not None:
        theirs = theirs | Lead.member_id.is_distinct_from(member_id)
    alive = (Lead.withdrawn_at.is_(None), Lead.erased_at.is_(None))
    found = set(session.scalars(select(Lead.email_hash).where(Lead.email_hash.in_(email_hashes), *alive, theirs)))
    return {address for address in spellings if not found.isdisjoint(links.email_hashes(address))}


def record(
    session: Session, links: Links, rows: Sequence[ListRow], staying: set[str], member_id: str | None, now: datetime
) -> None:
    """Puts the people who left on the suppression list, but for those who stay; and withdraws the leads that earlier
    lists of the same member brought, or of anyone if the list is the company's (``member_id`` None).

    A person who left asked that program, not us, so they may sign up with us themselves. That mail came back there is
    a weak mark.
    """
    keys = links.address_keys
    left = []
    for row in rows:
        assert row.email is not None
        if row.standing is Standing.BOUNCED:
            if row.email not in staying:
                suppression.suppress_bounced(session, keys, row.email, now, source=Source.LIST)
            continue
        left.append(row.email)
        if row.email not in staying:
            suppression.suppress(session, keys, row.email, Reason.UNSUBSCRIBED, now, source=Source.LIST)
    if left:
        email_hashes = [email_hash for address in left for email_hash in links.email_hashes(address)]
        brought = Lead.provenance_id.is_not(None) & Lead.confirmed_at.is_(None)
        if member_id is not None:
            brought = brought & (Lead.member_id == member_id)
        unsubscribing.withdraw_and_record(session, email_hashes, Reason.UNSUBSCRIBED, now, only=brought)
