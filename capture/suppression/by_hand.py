"""Changes to the suppression list (the addresses that must not be mailed) that staff and operators make by hand.

A person may ask the company by letter or telephone not to be mailed; then their leads count as withdrawn, as if they
had unsubscribed. What a person said about themselves is never lifted here: only their own sign-up and confirmation does
that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.consent import unsubscribing
from capture.credit import crediting
from capture.mailing import suppression
from capture.mailing.suppression import LIFTABLE, Reason, Source
from capture.models import Lead, OutboxMail, Suppression

LONGEST_NOTE = 500
"""The most characters of a note that says why."""

REINSTATED = "reinstated"
"""The kind of activity in a lead's history when a request not to be mailed, set by mistake, was lifted."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """What lifting did. ``lifted``: the reasons that were removed; ``stays``: those that only the person can end."""

    lifted: frozenset[Reason]
    stays: frozenset[Reason]


@dataclass(frozen=True, slots=True)
class Listed:
    """A mark on the list. ``address``: of the newest lead that it concerns, or of the mail that came back; None if
    there is neither any more, since the list holds no addresses. ``stops``: False once a weak mark has ended."""

    address: str | None
    mark: Suppression
    stops: bool


def add(session: Session, links: Links, address: str, note: str, now: datetime, source: Source) -> bool:
    """Puts an address on the list because the person asked for it, and marks their leads as withdrawn. ``note``: how
    they asked. Returns False if it is there for this reason already."""
    before = suppression.reasons(session, links.address_keys, address, now)
    unsubscribing.leave(session, links, address, Reason.REQUESTED, now, source=source, note=note[:LONGEST_NOTE])
    return Reason.REQUESTED not in before


def lift(session: Session, links: Links, address: str, now: datetime) -> Lifted:
    """Removes the marks of bounces and of requests from an address, with all its spellings. Leads that the request
    withdrew may be mailed again."""
    keys = links.address_keys
    marks = suppression.marks(session, keys, address)
    for mark in marks:
        if mark.reason == Reason.REQUESTED:
            _reinstate(session, links.email_hashes(address), mark.at, now)
    suppression.lift(session, keys, address, LIFTABLE)
    reasons = frozenset(Reason(mark.reason) for mark in marks)
    return Lifted(reasons & LIFTABLE, reasons - LIFTABLE)


def entries(session: Session, links: Links, now: datetime, *, newest: int | None = None) -> Iterator[Listed]:
    """Yields the marks on the list, the newest first; at most ``newest`` of them if it is not None."""
    query = select(Suppression).order_by(Suppression.at.desc(), Suppression.email_hash, Suppression.reason)
    marks = list(session.scalars(query.limit(newest)))
    addresses = _addresses(session, links, marks)
    for mark in marks:
        yield Listed(addresses.get(mark.email_hash), mark, suppression.counts(mark, now))


def _reinstate(session: Session, email_hashes: list[str], at: datetime, now: datetime) -> None:
    """Takes back the withdrawal of the leads that the request at this moment withdrew, and no other."""
    query = select(Lead).where(Lead.email_hash.in_(email_hashes), Lead.withdrawn_at == at, Lead.erased_at.is_(None))
    for lead in session.scalars(query):
        lead.withdrawn_at = None
        crediting.record_activity(session, lead, REINSTATED, now)


def _addresses(session: Session, links: Links, marks: Sequence[Suppression]) -> dict[str, str]:
    """Returns the addresses behind the marks' hashes, as far as leads or mails that came back have them."""
    mails = select(OutboxMail.recipient).where(OutboxMail.id.in_([mark.mail_id for mark in marks if mark.mail_id]))
    found = {each: address for address in session.scalars(mails) for each in links.email_hashes(address)}
    alive = (Lead.email_hash.in_({mark.email_hash for mark in marks}), Lead.erased_at.is_(None))
    of_leads = session.execute(select(Lead.email_hash, Lead.email).where(*alive).order_by(Lead.id))
    return found | {email_hash: address for email_hash, address in of_leads}  # noqa: C416  rows are no pairs
