"""Limits how many sign-ups of an hour are answered with a mail, and how many confirmation mails one mailbox gets.

A sign-up over a limit ("budget") of the hour is stored, and its mail is held until the operator decides; one to a
mailbox that got enough of them is held until another may go. None is dropped silently.
The counts are stored under keyed hashes, so they outlive an erasure without containing any address.
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
"""The shortest time between two confirmation mails to one mailbox."""

MOST_UNTIL_CONFIRMED = 3
"""The most confirmation mails that are sent to a mailbox whose owner never confirms."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sign-ups within one hour are answered with a mail at once; the mails of further ones are held until the
    operator decides."""

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
    """Returns a query for two counts of confirmation mails to a mailbox: in the last day, and since its owner last
    confirmed. ``email_hashes``: the number of keyed hashes (one per key) under which the mailbox is looked for."""
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
    """Counts a sign-up, and returns which limits of the hour are exceeded by it: "token" (one member's pages),
    "network", "domain" or "total"; an empty list if none is.

    ``network``: the sender's network; ``address``: the e-mail address. ``weight``: for how many sign-ups this one
    counts (see ``human_proof.budget_weight``).
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
    """Returns True if another confirmation mail may be sent to this mailbox.

    The mails for sign-ups on all members' pages count together.
    """
    email_hashes = links.email_hashes(address)
    _one_at_a_time(driver, email_hashes[0])
    named = {f"mark{number}": email_hash for number, email_hash in enumerate(email_hashes)}
    [(lately, unanswered)] = _asked_before(len(email_hashes))(driver, since=now - BETWEEN_MAILS, **named)
    return bool(lately == 0 and unanswered < MOST_UNTIL_CONFIRMED)


def record_asked(driver: Driver, links: Links, address: str, now: datetime) -> None:
    """Counts a confirmation mail that is about to be sent, so that the mailbox does not get too many."""
    use_budget(driver, RECIPIENT, links.email_hash(address), now)


def use_budget(driver: Driver, scope: str, subject: str, now: datetime) -> None:
    """Counts one mail of a kind that a mailbox may get only so often, or one use of a member's budget. ``scope``: the
    kind; ``subject``: the keyed hash of the address or the member."""
    _SPEND(driver, scope=scope, subject=subject, at=now)


@dataclass(frozen=True, slots=True)
class MemberBudget:
    """How often a member may do something within a day. ``scope``: its name among the counts."""

    scope: str
    most: int


def use_member_budget(driver: Driver, links: Links, budget: MemberBudget, member_id: str, now: datetime) -> bool:
    """Counts one use of a member's budget. Returns False, and counts nothing, if the last 24 hours used it up."""
    subjects = links.email_hashes(f"member@{member_id}")
    _one_at_a_time(driver, subjects[0])
    named = {f"mark{number}": subject for number, subject in enumerate(subjects)}
    [(used,)] = _used(len(subjects))(driver, scope=budget.scope, since=now - timedelta(hours=24), **named)
    if used >= budget.most:
        return False
    use_budget(driver, budget.scope, subjects[0], now)
    return True


@cache
def _used(hashes: int) -> Prepared:
    names: list[BindParameter[str]] = [bindparam(f"mark{number}") for number in range(hashes)]
    mine = (BudgetUse.scope == bindparam("scope"), BudgetUse.subject.in_(names), BudgetUse.at > bindparam("since"))
    return Prepared(lambda insert: select(func.count()).where(*mine))


_LOCK = Prepared(lambda insert: select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))


def _one_at_a_time(driver: Driver, email_hash: str) -> None:
    """Makes simultaneous sign-ups of one mailbox wait for each other, so that not both count the same earlier mails."""
    if driver.is_postgresql:
        _LOCK(driver, key=int(email_hash[:15], 16))
