"""Forgetting: what made a row a person is destroyed; what only counts stays, and so does the chain of evidence.

The rooms declare what they hold and how they forget it (``Feature.personal``, ``Feature.purge``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from capture.base.feature import Feature, personal_of
from capture.base.retention import Policy
from capture.base.tokens import Links
from capture.credit import crediting
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Lead, Touch


def erase(session: Session, features: Sequence[Feature], links: Links, address: str, now: datetime) -> int:
    """Destroys everything held of an address under all members; keeps a keyed hash, so that nobody brings it back.

    Returns the number of leads it was. Mails to members that name the person go as well.
    """
    found = list(session.scalars(select(Lead).where(Lead.email == address, Lead.erased_at.is_(None))))
    forget(session, features, found, "erased", now)
    for each in personal_of(features):
        each.erase(session, address)
    if found:
        suppression.suppress(session, links.address_keys, address, Reason.ERASED, now)
    return len(found)


def forget(session: Session, features: Sequence[Feature], leads: Sequence[Lead], kind: str, now: datetime) -> None:
    """Takes the person out of these leads. ``kind`` says whose wish it was: erased, disowned or purged."""
    for each in personal_of(features):
        each.forget(session, leads, now)
    for lead in leads:
        crediting.record_activity(session, lead, kind, now)


def purge(session: Session, features: Sequence[Feature], policy: Policy, now: datetime) -> Counter[str]:
    """Forgets what the policy says is no longer needed, in all rooms. Returns how much of each kind that was."""
    purged = _leads(session, features, policy, now)
    for feature in features:
        purged.update(feature.purge(session, policy, now))
    return purged


def _leads(session: Session, features: Sequence[Feature], policy: Policy, now: datetime) -> Counter[str]:
    """Forgets sign-ups that were not confirmed in time, and leads whose owners left."""
    alive = Lead.erased_at.is_(None)
    # Who came by a list, or was met, never signed up: there is nothing that they failed to confirm.
    waited = (alive, Lead.confirmed_at.is_(None), Lead.known_at.is_(None), Lead.created_at <= now - policy.unconfirmed)
    # Who repeated their sign-up has a touch that is younger than the lead.
    young = select(Touch.lead_id).where(Touch.at > now - policy.unconfirmed)
    unconfirmed = list(session.scalars(select(Lead).where(*waited, Lead.id.not_in(young))))
    # They can leave all the same.
    known = or_(Lead.confirmed_at.is_not(None), Lead.known_at.is_not(None))
    left = (alive, known, Lead.withdrawn_at <= now - policy.withdrawn)
    withdrawn = list(session.scalars(select(Lead).where(*left)))
    forget(session, features, [*unconfirmed, *withdrawn], "purged", now)
    return Counter(unconfirmed=len(unconfirmed), withdrawn=len(withdrawn))
