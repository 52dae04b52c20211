"""The suppression list: the addresses that must not be mailed. The company has one list, of keyed hashes instead of
addresses.

Only the person's own confirmation removes an address from the list; an import or another sign-up does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from capture.base.identity import hash_email, hash_email_by_all
from capture.base.prepared import Driver, insert_into
from capture.models import Suppression

if TYPE_CHECKING:
    from capture.mailing.kinds import MailKind


class Reason(StrEnum):
    """Why an e-mail address is on the suppression list (the addresses that must not be mailed)."""

    UNSUBSCRIBED = "unsubscribed"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    NOT_ME = "not-me"
    BOUNCED = "bounced"


_AT_ONCE = 1_000
"""How many addresses one query looks up."""

_SUPPRESS = insert_into(Suppression, unless_there=True)


def suppress(session: Session, keys: Sequence[bytes], address: str, reason: Reason, now: datetime) -> None:
    """Puts an e-mail address on the suppression list; does nothing if it is there for the same reason already."""
    suppress_hash(session, hash_email(keys[0], address), reason, now)


def suppress_hash(session: Session, email_hash: str, reason: Reason, now: datetime) -> None:
    """Puts an address of which only the keyed hash is known, as in an unsubscribe link, on the suppression list."""
    _SUPPRESS(Driver.of(session), email_hash=email_hash, reason=reason.value, at=now)


def suppress_bounced(session: Session, keys: Sequence[bytes], address: str, now: datetime) -> None:
    """Puts an e-mail address on the suppression list because its mailbox does not exist."""
    suppress(session, keys, address, Reason.BOUNCED, now)


def reasons(session: Session, keys: Sequence[bytes], address: str) -> set[Reason]:
    """Returns why an e-mail address is on the suppression list; an empty set if it is not."""
    email_hashes = hash_email_by_all(keys, address)
    return set(map(Reason, session.scalars(select(Suppression.reason).where(Suppression.email_hash.in_(email_hashes)))))


def blocks(session: Session, keys: Sequence[bytes], address: str, kind: MailKind) -> bool:
    """Returns True if the suppression list forbids a mail of this kind to this address. To be asked right before each
    mail is sent."""
    return not kind.stopped_by.isdisjoint(reasons(session, keys, address))


def suppressed_among(session: Session, email_hashes: Sequence[str]) -> set[str]:
    """Returns which of these keyed hashes of addresses are on the suppression list."""
    return set(session.scalars(select(Suppression.email_hash).where(Suppression.email_hash.in_(email_hashes))))


def reasons_by_address(session: Session, keys: Sequence[bytes], addresses: Iterable[str]) -> dict[str, set[Reason]]:
    """Returns, for each of these addresses that is on the suppression list, the reasons. Looks up many in one query."""
    found: dict[str, set[Reason]] = {}
    waiting = iter(addresses)
    while part := list(islice(waiting, _AT_ONCE)):
        email_hashes = {email_hash: address for address in part for email_hash in hash_email_by_all(keys, address)}
        query = select(Suppression.email_hash, Suppression.reason).where(Suppression.email_hash.in_(email_hashes))
        for email_hash, reason in session.execute(query):
            found.setdefault(email_hashes[email_hash], set()).add(Reason(reason))
    return found


def lift(session: Session, keys: Sequence[bytes], address: str) -> None:
    """Removes an address from the suppression list, after its owner has confirmed from their mailbox that they want
    mails."""
    email_hashes = hash_email_by_all(keys, address)
    session.execute(delete(Suppression).where(Suppression.email_hash.in_(email_hashes)))
