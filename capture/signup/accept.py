"""Stores a checked sign-up: the lead, the touch (one row per sign-up), the consent, and the confirmation mail.

This module does not depend on Flask or forms. The caller begins and commits the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, and_, bindparam, case, func, select, update

from capture.base.prepared import Driver, Prepared, insert_into
from capture.base.tokens import Links
from capture.campaigns import catalogue
from capture.company import hosts
from capture.company.generator import CAMPAIGN_PAGES, Interest, PageSeen
from capture.consent import confirming
from capture.credit import evidence
from capture.limits import budgets
from capture.limits.budgets import Limits
from capture.limits.networks import UNKNOWN
from capture.mailing import letters
from capture.models import Consent, Lead, PersonalData, Touch
from capture.models.searching import search_text

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up whose form had no errors.

    ``member_id``: the member whose page it came from, read from the form's signed token; None for the company's own
    pages.
    """

    email: str
    first_name: str | None
    interest: Interest
    member_id: str | None
    seen: PageSeen
    utm: Mapping[str, str]
    campaign: str | None = None
    """The campaign's code in the page's address, which the visitor may have made up."""
    introducer: str | None = None
    """The answer to "Who introduced you?", as typed. No member is looked up by it before the prospect confirms."""
    network: str = UNKNOWN
    """The network of the sender's IP address (see ``networks``), for limits; only its keyed hash is stored."""
    weight: int = 1
    """The number of sign-ups that this one counts as in the budgets (limits of sign-ups per hour)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The result of storing a sign-up.

    ``new``: whether a new lead was created. ``address``: the address of the thank-you page for the prospect.
    """

    lead_id: int
    new: bool
    address: str


class SignUpBatch:
    """Stores one or more sign-ups in one transaction and looks up only once what several of them need.

    ``shared``: whether the transaction may contain several sign-ups. It then locks the end of the chain of evidence
    first, and waits for no other lock of another transaction. Call ``close`` last, before the commit.
    """

    def __init__(self, connection: Connection, *, shared: bool) -> None:
        self.driver = Driver(connection, gathers=shared)
        self.shared = shared
        self.register = hosts.HostCache(self.driver)
        self.chain = evidence.ChainHead(self.driver)
        if shared:
            self.chain.hold()

    def close(self) -> None:
        """Writes the rows that were kept for the end of the transaction, and the new end of the chain of evidence."""
        self.driver.flush()
        self.chain.keep()


class Contended(Exception):
    """Another transaction has locked the lead, so this sign-up must wait for the lock in a transaction of its own."""


def accept_sign_up(
    desk: SignUpBatch, signup: SignUp, now: datetime, letters: letters.Letters, limits: Limits = DEFAULT_LIMITS
) -> Accepted:
    """Stores a sign-up: lead, touch, consent, and the mail that asks for confirmation. The caller commits.

    A person who signs up again with the same member stays one lead: the touch and the consent are added, different
    interests become both, and a name is stored only if the lead had none. The member is not notified before the person
    confirms. A person who has confirmed is not asked again.

    Raises NoSuchMember if the member is unknown or inactive, and Contended if ``desk`` is shared and another
    transaction has locked the lead.
    """
    driver = desk.driver
    host = desk.register.find(signup.member_id)
    lead, new = _find_or_add(desk, signup, now, letters.links)
    claimed = None if signup.seen.page.startswith(CAMPAIGN_PAGES) else signup.campaign  # a landing page knows better
    about = evidence.personal_data(signup.email, signup.first_name, signup.utm, signup.introducer, claimed)
    touch = {
        "lead_id": lead.id,
        "member_id": signup.member_id,
        "page": signup.seen.page,
        "locale": signup.seen.locale,
        "build_id": signup.seen.build_id,
        "interest": signup.interest.value,
        "digest": evidence.personal_data_digest(about),
        "at": now,
    }
    [(touch_id,)] = _ADD_TOUCH(driver, **desk.chain.seal(Touch, touch))
    _ADD_PARTICULAR.later(driver, touch_id=touch_id, **about)
    if new:
        # Anyone can type an address again, so only the first sign-up decides about the campaign of a lead.
        catalogue.credit_campaign(driver, lead.id, signup.seen.page, signup.member_id, claimed)
    consent = {"lead_id": lead.id, "touch_id": touch_id, "wording": signup.seen.wording, "at": now}
    _ADD_CONSENT.later(driver, **desk.chain.seal(Consent, consent))
    over = budgets.exceeded_budgets(
        driver,
        letters.links,
        limits,
        member_id=signup.member_id,
        network=signup.network,
        address=signup.email,
        now=now,
        weight=signup.weight,
    )
    if lead.confirmed:
        confirming.pretend_to_ask(driver, host, lead, now, letters)
    else:
        confirming.ask_to_confirm(driver, host, lead, now, letters, new=new, hold=bool(over))
    return Accepted(lead.id, new, desk.register.thanks_address(host, signup.seen.locale))


def widen_interest(before: Interest, now: Interest) -> Interest:
    """Returns a person's interest after two sign-ups: the one that both gave, or BOTH if they differ."""
    return before if before is now else Interest.BOTH


class _Known(NamedTuple):
    """The columns of a lead in the database that are needed to store a sign-up of the same person."""

    id: int
    email: str
    handle: str
    locale: str
    confirmed: bool


_ADD_LEAD = insert_into(Lead, "id", unless_there=True)
_ADD_TOUCH = insert_into(Touch, "id")
_ADD_PARTICULAR = insert_into(PersonalData)
_ADD_CONSENT = insert_into(Consent)


def _same(skip_locked: bool) -> Prepared:
    person = (Lead.member_id.is_not_distinct_from(bindparam("member_id")), Lead.email == bindparam("email"))
    confirmed = and_(Lead.confirmed_at.is_not(None), Lead.withdrawn_at.is_(None))
    columns = (Lead.id, Lead.email, Lead.handle, Lead.locale, confirmed, Lead.interest)
    return Prepared(lambda insert: select(*columns).where(*person).with_for_update(of=Lead, skip_locked=skip_locked))


_FIND, _FIND_FREE = _same(False), _same(True)
_WIDEN = Prepared(
    lambda insert: (
        update(Lead)
        .where(Lead.id == bindparam("lead_id"))
        .values(
            interest=bindparam("interest"),
            first_name=func.coalesce(Lead.first_name, bindparam("first_name")),
            email_hash=bindparam("email_hash"),
            search=case((Lead.first_name.is_(None), bindparam("search")), else_=Lead.search),
        )
    )
)


def _find_or_add(desk: SignUpBatch, signup: SignUp, now: datetime, links: Links) -> tuple[_Known, bool]:
    search = search_text(signup.email, signup.first_name)
    locale, handle, email_hash = signup.seen.locale, uuid4().hex, links.email_hash(signup.email)
    # Two transactions may add the same person at once; the unique index lets one of them win.
    added = _ADD_LEAD(
        desk.driver,
        member_id=signup.member_id,
        email=signup.email,
        first_name=signup.first_name,
        interest=signup.interest.value,
        locale=locale,
        handle=handle,
        email_hash=email_hash,
        search=search,
        created_at=now,
    )
    if added:
        return _Known(added[0][0], signup.email, handle, locale, False), True
    find = _FIND_FREE if desk.shared else _FIND
    found = find(desk.driver, member_id=signup.member_id, email=signup.email)
    if not found:
        raise Contended
    [(number, email, old_handle, spoken, confirmed, interest)] = found
    lead = _Known(number, email, old_handle, spoken, bool(confirmed))
    widened = widen_interest(Interest(interest), signup.interest).value
    # The hash as well: the key may have changed.
    changed = {"interest": widened, "first_name": signup.first_name, "email_hash": email_hash, "search": search}
    _WIDEN(desk.driver, lead_id=lead.id, **changed)
    return lead, False
