"""Budgets for mails and sign-ups. What goes over a budget is stored and held for the operator, never dropped silently.

Budgets are counted in rows of keyed hashes, so they outlive an erasure without keeping any address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BigInteger, BindParameter, bindparam, case, func, or_, select

from capture.base.prepared import Driver, Prepared, insert_into
from capture.base.tokens import Links
from capture.limits.counters import count_up
from capture.models import BudgetUse, Lead

RECIPIENT = "recipient"
BETWEEN_MAILS = timedelta(hours=24)
"""At least this much lies between two confirmation mails to one mailbox."""

MOST_UNTIL_CONFIRMED = 3
"""Confirmation mails that go to a mailbox whose owner never confirms."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sign-ups within one hour, after which the mails of further ones are held."""

    token: int = 100
    """From the pages of one member: a token can be copied by everyone who sees the page."""

    network: int = 30
    """From one network: an IPv4 /24, an IPv6 /64."""

    domain: int = 1_000
    """For addresses of one receiving domain."""

    total: int = 5_000
    """All sign-ups together."""


_SPEND = insert_into(BudgetUse)


@cache
def _asked_before(email_hashes: int) -> Prepared:
    """Returns a query for two counts: mails to a mailbox in the last day, and since its owner last confirmed."""
    names: list[BindParameter[str]] = [bindparam(f"mark{number}") for number in range(email_hashes)]
    mine = (BudgetUse.scope == RECIPIENT, BudgetUse.subject.in_(names))
    confirmed = select(func.max(Lead.confirmed_at)).where(Lead.email_hash.in_(names)).scalar_subquery()
    lately = func.count(case((BudgetUse.at > bindparam("since"), 1)))
    unanswered = func.count(case((or_(confirmed.is_(None), BudgetUse.at > confirmed), 1)))
    return Prepared(lambda insert: select(lately, unanswered).where(*mine))


def exceeded_budgets(
    driver: Driver,
    links: Links,
    limits: Limits,
    *,
    member_id: str | None,
    network: str,
    address: str,
    now: datetime,
    weight: int = 1,
) -> list[str]:
    """Counts a sign-up and returns the names of the budgets that it exceeds; an empty list if there are none.

    ``weight``: for how many it counts (see ``human_proof.budget_weight``).
    """
    subjects = {
        "token": member_id or "_company",
        "network": links.email_hash(f"network@{network}")[:32],
        "domain": links.email_hash(f"domain@{address.rpartition('@')[2]}")[:32],
        "total": "",
    }
    counted = count_up(driver, now.replace(minute=0, second=0, microsecond=0), subjects, weight)
    return [scope for scope, count in counted.items() if count > getattr(limits, scope)]


def may_ask(driver: Driver, links: Links, address: str, now: datetime) -> bool:
    """Returns True if another confirmation mail may go to this mailbox, whichever members' pages it was typed on."""
    email_hashes = links.email_hashes(address)
    _one_at_a_time(driver, email_hashes[0])
    named = {f"mark{number}": email_hash for number, email_hash in enumerate(email_hashes)}
    [(lately, unanswered)] = _asked_before(len(email_hashes))(driver, since=now - BETWEEN_MAILS, **named)
    return bool(lately == 0 and unanswered < MOST_UNTIL_CONFIRMED)


def record_asked(driver: Driver, links: Links, address: str, now: datetime) -> None:
    """Records that a confirmation mail was promised."""
    use_budget(driver, RECIPIENT, links.email_hash(address), now)


def use_budget(driver: Driver, scope: str, subject: str, now: datetime) -> None:
    """Records the use of one unit of a budget."""
    _SPEND(driver, scope=scope, subject=subject, at=now)


_LOCK = Prepared(lambda insert: select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))


def _one_at_a_time(driver: Driver, email_hash: str) -> None:
    """Makes sign-ups of one mailbox wait for each other, so that two at once cannot both find its budget unused."""
    if driver.is_postgresql:
        _LOCK(driver, key=int(email_hash[:15], 16))
