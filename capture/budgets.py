"""How much may be spent on whom. What goes over a budget is stored and held for the operator, never dropped silently.

Budgets are counted in rows of keyed hashes, so they outlive an erasure without keeping anybody's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from capture.models import Lead, Spent, Tally
from capture.tokens import Links
from capture.upsert import count_up

RECIPIENT = "recipient"
BETWEEN_MAILS = timedelta(hours=24)
"""At least this much lies between two confirmation mails to one mailbox."""

MOST_UNTIL_CONFIRMED = 3
"""Confirmation mails a mailbox gets whose owner never confirms."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sign-ups within one hour, after which the mails of further ones are held."""

    token: int = 100
    """From the pages of one member: a token can be copied by anybody."""

    network: int = 30
    """From one network: an IPv4 /24, an IPv6 /64."""

    domain: int = 1_000
    """For addresses of one receiving domain."""

    total: int = 5_000
    """From everywhere together."""


def exceeded(
    session: Session, links: Links, limits: Limits, *, member_id: str | None, network: str, address: str, now: datetime
) -> list[str]:
    """Counts a sign-up; the names of the budgets that it goes over, empty when there are none."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    subjects = {
        "token": (member_id or "_company", limits.token),
        "network": (links.fingerprint(f"network@{network}")[:32], limits.network),
        "domain": (links.fingerprint(f"domain@{address.rpartition('@')[2]}")[:32], limits.domain),
        "total": ("", limits.total),
    }
    return [
        scope
        for scope, (subject, most) in subjects.items()
        if count_up(session, Tally, {"scope": scope, "subject": subject, "hour": hour}, "count") > most
    ]


def may_ask(session: Session, links: Links, address: str, now: datetime) -> bool:
    """True when another confirmation mail may go to this mailbox, under whichever members it was typed."""
    marks = links.fingerprints(address)
    _one_at_a_time(session, marks[0])
    mine = (Spent.scope == RECIPIENT, Spent.subject.in_(marks))
    if session.scalar(select(func.count()).where(*mine, Spent.at > now - BETWEEN_MAILS)):
        return False
    confirmed = session.scalar(select(func.max(Lead.confirmed_at)).where(Lead.mark.in_(marks)))
    since = (Spent.at > confirmed,) if confirmed else ()
    return (session.scalar(select(func.count()).where(*mine, *since)) or 0) < MOST_UNTIL_CONFIRMED


def asked(session: Session, links: Links, address: str, now: datetime) -> None:
    """Notes that a confirmation mail was promised."""
    spend(session, RECIPIENT, links.fingerprint(address), now)


def spend(session: Session, scope: str, subject: str, now: datetime) -> None:
    """Notes one unit of any budget."""
    session.add(Spent(scope=scope, subject=subject, at=now))


def _one_at_a_time(session: Session, mark: str) -> None:
    """Two sign-ups of one mailbox at the same moment must not both find its budget unspent."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(mark[:15], 16)})
