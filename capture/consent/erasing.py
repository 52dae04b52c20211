"""Erases people: destroys what identifies a person. What is only counted stays, and so does the chain of evidence.

Each feature declares which personal data it stores and how it erases them (``Feature.personal``, ``Feature.purge``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from capture.base.feature import Feature, personal_of
from capture.base.identity import identity
from capture.base.retention import Policy
from capture.base.tokens import Links
from capture.consent import unsubscribing
from capture.consent.mentions import Mention, mentions_of
from capture.consent.spellings import leads_of_all, spellings_of
from capture.credit import crediting
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Lead, Touch


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure of a person removed.

    ``leads``: how many; ``spellings``: under which spellings of the address; ``rows``: how many mails and rows of lists
    that are not imported yet; ``mentions``: where texts that others wrote still name the person.
    """

    leads: int
    spellings: Sequence[str]
    rows: int
    mentions: Sequence[Mention]


def erase(session: Session, features: Sequence[Feature], links: Links, address: str, now: datetime) -> int:
    """Erases everything stored about one spelling of an e-mail address, with all members, including mails to members
    about the person. For a person who has proved by a mailed link that this spelling is theirs.

    Returns the number of leads that were erased. If there was any, a keyed hash of the address stays on the suppression
    list, so that no import adds the address again. It holds for all spellings, so leads with other spellings count as
    withdrawn from then on.
    """
    found = list(session.scalars(select(Lead).where(Lead.email == address, Lead.erased_at.is_(None))))
    rows = _erase(session, features, found, [address], now)
    if found or rows:
        suppression.suppress(session, links.address_keys, address, Reason.ERASED, now)
        for other in unsubscribing.withdraw(session, links.email_hashes(address), now):
            crediting.record_activity(session, other, Reason.WITHDRAWN, now)
    return len(found)


def erase_all_spellings(
    session: Session, features: Sequence[Feature], links: Links, address: str, now: datetime
) -> Erased:
    """Erases everything stored about a person, in all spellings of their address. For the operator.

    If there was anything, a keyed hash of the address stays on the suppression list. Texts of others that name the
    person are not changed, but listed.
    """
    spellings = spellings_of(session, links, address)
    found = leads_of_all(session, links, address)
    names = {lead.first_name for lead in found if lead.first_name}
    rows = _erase(session, features, found, sorted({*spellings, identity(address)}), now)
    if found or rows:
        suppression.suppress(session, links.address_keys, address, Reason.ERASED, now)
    return Erased(len(found), spellings, rows, mentions_of(session, address, names))


def _erase(
    session: Session, features: Sequence[Feature], leads: Sequence[Lead], spellings: Sequence[str], now: datetime
) -> int:
    """Erases these leads, and what names the spellings without a lead. Returns the number of rows without a lead."""
    forget(session, features, leads, "erased", now)
    session.flush()
    return sum(each.erase(session, spelling) for each in personal_of(features) for spelling in spellings)


def forget(session: Session, features: Sequence[Feature], leads: Sequence[Lead], kind: str, now: datetime) -> None:
    """Erases what identifies a person from these leads, and records it in the evidence.

    ``kind``: at whose wish: "erased" (the person's), "disowned" (they said "this wasn't me") or "purged" (the company's
    retention policy).
    """
    for each in personal_of(features):
        each.forget(session, leads, now)
    for lead in leads:
        crediting.record_activity(session, lead, kind, now)


def purge(session: Session, features: Sequence[Feature], policy: Policy, now: datetime) -> Counter[str]:
    """Erases from all features what the retention policy no longer keeps. Returns the number of rows of each kind."""
    purged = _leads(session, features, policy, now)
    for feature in features:
        purged.update(feature.purge(session, policy, now))
    return purged


def _leads(session: Session, features: Sequence[Feature], policy: Policy, now: datetime) -> Counter[str]:
    """Erases sign-ups that were not confirmed in time, and leads whose consent was withdrawn long enough ago."""
    alive = Lead.erased_at.is_(None)
    # People on a list, or whom a member met, never signed up: they have nothing to confirm.
    waited = (alive, Lead.confirmed_at.is_(None), Lead.known_at.is_(None), Lead.created_at <= now - policy.unconfirmed)
    # A repeated sign-up adds a touch that is younger than the lead.
    young = select(Touch.lead_id).where(Touch.at > now - policy.unconfirmed)
    unconfirmed = list(session.scalars(select(Lead).where(*waited, Lead.id.not_in(young))))
    # People who never signed up can withdraw, too.
    known = or_(Lead.confirmed_at.is_not(None), Lead.known_at.is_not(None))
    left = (alive, known, Lead.withdrawn_at <= now - policy.withdrawn)
    withdrawn = list(session.scalars(select(Lead).where(*left)))
    forget(session, features, [*unconfirmed, *withdrawn], "purged", now)
    return Counter(unconfirmed=len(unconfirmed), withdrawn=len(withdrawn))
