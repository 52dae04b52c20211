"""The prospect's rights: to see and export their data (GDPR, Art. 15 and 20), to correct who introduced them, and to
withdraw their consent (Art. 7(3)). Erasure (Art. 17) is in ``erasing``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from capture.base.feature import Feature, personal_of
from capture.base.identity import identity
from capture.base.prepared import Driver
from capture.base.tokens import Links
from capture.company import hosts
from capture.company.hosts import Host
from capture.consent import mails, unsubscribing
from capture.consent.spellings import leads_of_all, mask, others_of, spellings_of
from capture.credit import crediting, introducers, notify
from capture.limits import budgets
from capture.mailing import posting, suppression
from capture.mailing.letters import Letters
from capture.mailing.suppression import Reason
from capture.models import BudgetUse, Lead, Member, ProspectActivity

SCOPE = "my-data"
BETWEEN_LINKS = timedelta(hours=1)
MOST_LINKS_A_DAY = 3

MOST_SPELLINGS = 3
"""To how many spellings of an address one request mails links, each its own."""

MOST_CORRECTIONS = 3
"""How often a person may correct who introduced them, for each lead. Each correction sends a mail to a member."""

_NOBODY = "nobody@erased.invalid"


def leads_of(session: Session, address: str) -> list[Lead]:
    """Returns the leads with exactly this e-mail address (see ``identity``), the oldest first, without erased ones."""
    if not address.isprintable():
        return []
    alive = (Lead.email == identity(address), Lead.erased_at.is_(None))
    return list(session.scalars(select(Lead).where(*alive).order_by(Lead.id)))


def send_link(session: Session, letters: Letters, address: str, now: datetime) -> bool:
    """Adds the mail with a link to the page "My data" to the outbox. Returns True if a mail will be sent.

    Other spellings of the address under which something is stored get a mail with a link of their own, at most
    MOST_SPELLINGS in all: each link goes to the spelling that it shows, so that nobody sees the data of another person
    whose address only looks like theirs. No mail is sent if nothing is stored about the address, or if links were
    requested too recently or too often. The same work is done whether something is stored or not, so that the response
    time does not reveal which.
    """
    email_hash = letters.links.email_hash(address)
    mine = (BudgetUse.scope == SCOPE, BudgetUse.subject.in_(letters.links.email_hashes(address)))
    latest = session.scalar(select(func.max(BudgetUse.at)).where(*mine))
    today = session.scalar(select(func.count()).where(*mine, BudgetUse.at > now - timedelta(days=1))) or 0
    found = _one_of_each(leads_of_all(session, letters.links, address), identity(address))
    if today >= MOST_LINKS_A_DAY or (latest is not None and latest > now - BETWEEN_LINKS):
        return False
    driver, company = Driver.of(session), hosts.get_company(session)
    budgets.use_budget(driver, SCOPE, email_hash, now)
    for lead in found:
        posting.post(driver, company, mails.my_data(letters, Host(company, None), lead, now), now, lead_id=lead.id)
    for _ in range(MOST_SPELLINGS - len(found)):
        lead = Lead(email=_NOBODY, handle=uuid4().hex, locale=company.locale)
        posting.post_and_take_back(driver, company, mails.my_data(letters, Host(company, None), lead, now), now)
    return bool(found)


def _one_of_each(leads: Sequence[Lead], typed: str) -> list[Lead]:
    """Returns the oldest lead of each spelling, first that of the typed one, at most MOST_SPELLINGS."""
    oldest: dict[str, Lead] = {}
    for lead in sorted(leads, key=lambda each: each.email != typed):
        oldest.setdefault(lead.email, lead)
    return list(oldest.values())[:MOST_SPELLINGS]


def held(session: Session, features: Sequence[Feature], links: Links, address: str, now: datetime) -> dict[str, Any]:
    """Returns everything stored about one spelling of an e-mail address, with all members, as plain values for the page
    "My data". Other spellings are only named, masked, under ``other_spellings``."""
    others = {"other_spellings": [mask(each) for each in others_of(session, links, address)]}
    return _held(session, features, links, address, leads_of(session, address), others, now)


def held_of_all(
    session: Session, features: Sequence[Feature], links: Links, address: str, now: datetime
) -> dict[str, Any]:
    """Returns everything stored about all spellings of an e-mail address, which ``spellings`` names, for the
    operator."""
    named = {"spellings": spellings_of(session, links, address)}
    return _held(session, features, links, address, leads_of_all(session, links, address), named, now)


def _held(
    session: Session, features: Sequence[Feature], links: Links, address: str, leads: Sequence[Lead],
    named: dict[str, list[str]], now: datetime,
) -> dict[str, Any]:  # fmt: skip
    company = hosts.get_company(session)
    return {
        "address": identity(address),
        **named,
        "company": {"name": company.legal_name, "address": list(company.address), "email": company.email},
        "not_to_be_mailed_because": sorted(suppression.reasons(session, links.address_keys, address, now)),
        "sign_ups": [of_lead(session, features, lead) for lead in leads],
    }


def of_lead(session: Session, features: Sequence[Feature], lead: Lead) -> dict[str, Any]:
    """Returns everything that the features store about one lead as plain values, with moments in ISO 8601."""
    return {key: value for each in personal_of(features) for key, value in each.held(session, lead).items()}


def correct(session: Session, letters: Letters, address: str, introducer: str, now: datetime) -> Member | None:
    """Credits a person's leads to the member whom the person names as introducer. Returns the member.

    ``introducer``: the member's slug or the address of the member's page. Only leads change that were confirmed within
    the company's time limit for corrections, each at most MOST_CORRECTIONS times. A new assignee is notified. Returns
    None if no member was found or no lead may change.
    """
    company = hosts.get_company(session)
    member = introducers.find_introducer(session, company, introducer)
    late = now - timedelta(days=company.correction_days)
    open_ones = [
        lead for lead in leads_of(session, address) if lead.confirmed and lead.confirmed_at and lead.confirmed_at > late
    ]
    others = [lead for lead in open_ones if member is not None and lead.owner_id != member.id]
    changing = [lead for lead in others if _corrections(session, lead) < MOST_CORRECTIONS]
    if member is None or not open_ones or (others and not changing):
        return None
    for lead in changing:
        before = lead.assignee_id
        crediting.record_activity(session, lead, "corrected", now)
        crediting.decide_credit(session, lead, now, correction=member.id)
        if lead.assignee_id != before:
            notify.notify_assignee(session, lead, now, letters)
    return member


def _corrections(session: Session, lead: Lead) -> int:
    mine = (
        select(func.count())
        .select_from(ProspectActivity)
        .where(ProspectActivity.lead_id == lead.id, ProspectActivity.kind == "corrected")
    )
    return session.scalar(mine) or 0


def withdraw(session: Session, links: Links, address: str, now: datetime) -> None:
    """Withdraws every consent of a person, so that no mail goes to them any more. Their data stay until erased."""
    unsubscribing.leave(session, links, address, Reason.WITHDRAWN, now)
