"""The prospect's rights: see, take along, correct, withdraw. (Erasing is in ``erasing``.)"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from capture.base.identity import identity
from capture.base.prepared import Driver
from capture.base.tokens import Links
from capture.company import hosts
from capture.company.generator import fill_wording
from capture.company.hosts import Host
from capture.consent import mails, unsubscribing
from capture.credit import crediting, introducers, notify
from capture.limits import budgets
from capture.mailing import posting, suppression
from capture.mailing.letters import Letters
from capture.mailing.suppression import Reason
from capture.models import Act, Consent, Decision, Lead, Member, OutboxMail, Provenance, Spent, Step, Touch, Wording

SCOPE = "my-data"
BETWEEN_LINKS = timedelta(hours=1)
MOST_LINKS_A_DAY = 3

MOST_CORRECTIONS = 3
"""Of one lead: each sends a mail to a member, and whoever changes their mind all day long must not flood them."""

_NOBODY = "nobody@erased.invalid"


def leads_of(session: Session, address: str) -> list[Lead]:
    """Everything that is not erased under this very address, oldest first."""
    if not address.isprintable():
        return []
    alive = (Lead.email == identity(address), Lead.erased_at.is_(None))
    return list(session.scalars(select(Lead).where(*alive).order_by(Lead.id)))


def send_link(session: Session, letters: Letters, address: str, now: datetime) -> bool:
    """Mails the link to a person's data, to them alone; where nothing is held, or too often, it sends nothing.

    The work is the same for all, so that the time it takes does not tell of whom something is held.
    """
    mark = letters.links.fingerprint(address)
    mine = (Spent.scope == SCOPE, Spent.subject.in_(letters.links.fingerprints(address)))
    latest = session.scalar(select(func.max(Spent.at)).where(*mine))
    today = session.scalar(select(func.count()).where(*mine, Spent.at > now - timedelta(days=1))) or 0
    found = leads_of(session, address)
    if today >= MOST_LINKS_A_DAY or (latest is not None and latest > now - BETWEEN_LINKS):
        return False
    driver, company = Driver.of(session), hosts.company(session)
    budgets.spend(driver, SCOPE, mark, now)
    lead = found[0] if found else Lead(email=_NOBODY, handle=uuid4().hex, locale=company.locale)
    letter = mails.my_data(letters, Host(company, None), lead, now)
    if found:
        posting.post(driver, company, letter, now, lead_id=lead.id)
    else:
        posting.pretend(driver, company, letter, now)
    return bool(found)


def held(session: Session, links: Links, address: str) -> dict[str, Any]:
    """Everything held of an address under all members, as plain values: what the page shows and the file holds."""
    company = hosts.company(session)
    return {
        "address": identity(address),
        "company": {"name": company.legal_name, "address": list(company.address), "email": company.email},
        "not_to_be_mailed_because": sorted(suppression.reasons(session, links.address_keys, address)),
        "sign_ups": [_whole(session, lead, company.name) for lead in leads_of(session, address)],
    }


def correct(session: Session, letters: Letters, address: str, introducer: str, now: datetime) -> Member | None:
    """Credits the person's leads to the member they name, by slug or by the address of the member's page.

    Only leads that were confirmed within the company's window change, each at most three times. Returns the member,
    None where nobody was found or nothing could change; the member who follows up from now on is told.
    """
    company = hosts.company(session)
    member = introducers.find(session, company, introducer)
    late = now - timedelta(days=company.correction_days)
    open_ones = [
        lead for lead in leads_of(session, address) if lead.confirmed and lead.confirmed_at and lead.confirmed_at > late
    ]
    others = [lead for lead in open_ones if member is not None and lead.owner_id != member.id]
    changing = [lead for lead in others if _corrections(session, lead) < MOST_CORRECTIONS]
    if member is None or not open_ones or (others and not changing):
        return None
    for lead in changing:
        before = lead.servicer_id
        crediting.note(session, lead, "corrected", now)
        crediting.credit(session, lead, now, correction=member.id)
        if lead.servicer_id != before:
            notify.new_lead(session, lead, now, letters)
    return member


def _corrections(session: Session, lead: Lead) -> int:
    mine = select(func.count()).select_from(Act).where(Act.lead_id == lead.id, Act.kind == "corrected")
    return session.scalar(mine) or 0


def withdraw(session: Session, links: Links, address: str, now: datetime) -> None:
    """Takes back every consent: nobody may write any more. What is held stays until it is erased or purged."""
    suppression.suppress(session, links.address_keys, address, Reason.WITHDRAWN, now)
    for lead in unsubscribing.withdraw(session, links.fingerprints(address), now):
        crediting.note(session, lead, "withdrawn", now)


def of_lead(session: Session, lead: Lead, company_name: str) -> dict[str, Any]:
    """Everything held about one lead, as plain values; moments in ISO 8601."""
    rows = session.execute(
        select(Touch, Consent).join(Consent, Consent.touch_id == Touch.id).where(Touch.lead_id == lead.id)
    ).all()
    acts = session.scalars(select(Act).where(Act.lead_id == lead.id).order_by(Act.id))
    decisions = session.scalars(select(Decision).where(Decision.lead_id == lead.id).order_by(Decision.id))
    mails = session.scalars(select(OutboxMail).where(OutboxMail.lead_id == lead.id).order_by(OutboxMail.id))
    name = lead.member.name if lead.member else None
    return {
        "number": lead.id,
        "address": lead.email,
        "first_name": lead.first_name,
        "interest": lead.interest,
        "language": lead.locale,
        "page_of": name or company_name,
        "credited_to": _name(session, lead.owner_id),
        "followed_up_by": _name(session, lead.servicer_id) or company_name,
        "signed_up": _moment(lead.created_at),
        "confirmed": _moment(lead.confirmed_at),
        "withdrawn": _moment(lead.withdrawn_at),
        "touches": [
            {
                "at": _moment(touch.at),
                "page": touch.page,
                "language": touch.locale,
                "build": touch.build_id,
                "interest": touch.interest,
                "campaign": touch.utm,
                "introduced_by": touch.introducer,
                "consent": _wording(session, consent, touch, name, company_name),
                "consent_wording_id": consent.wording,
            }
            for touch, consent in sorted(rows, key=lambda row: row[0].id)
        ],
        "what_you_did": [{"at": _moment(each.at), "what": each.kind} for each in acts],
        "decisions": [
            {
                "at": _moment(each.at),
                "credited_to": _name(session, each.owner_id),
                "followed_up_by": _name(session, each.servicer_id),
                "rule": each.rule,
            }
            for each in decisions
        ],
        "mails": [
            {"at": _moment(each.created_at), "kind": each.kind, "to": each.recipient, "state": each.state}
            for each in mails
        ],
    }


def _whole(session: Session, lead: Lead, company_name: str) -> dict[str, Any]:
    """The lead's story, and beside it what members and the company know and wrote down. A campaign's internal name and
    what it cost tell nothing of a person."""
    campaign = lead.campaign
    return {
        **of_lead(session, lead, company_name),
        "phone": lead.phone,
        "stage": lead.stage,
        "given_up_because": lead.lost_because,
        "next_follow_up": lead.due_on.isoformat() if lead.due_on else None,
        "brought_by": {"campaign": campaign.code, "channel": campaign.channel} if campaign else None,
        "came_from": _origin(session, lead),
        "written_down": _steps(session, lead, company_name),
    }


def _origin(session: Session, lead: Lead) -> dict[str, Any] | None:
    """Where the address came from; None where the person signed up."""
    found = session.get(Provenance, lead.provenance_id) if lead.provenance_id else None
    if found is None:
        return None
    return {
        "kind": found.kind,
        "at": _moment(found.at),
        "vendor": found.vendor,
        "obtained_on": found.obtained_on.isoformat() if found.obtained_on else None,
        "wording": found.wording,
        "file": found.file,
    }


def _steps(session: Session, lead: Lead, company_name: str) -> list[dict[str, Any]]:
    """What was noted and set, the oldest first; with what was taken back, for that is still held."""
    steps = session.scalars(select(Step).where(Step.lead_id == lead.id).order_by(Step.id))
    return [
        {
            "at": _moment(each.at),
            "by": _name(session, each.member_id) or company_name,
            "what": each.kind,
            "before": each.before,
            "after": each.after,
            "note": each.note,
            "taken_back": _moment(each.undone_at),
        }
        for each in steps
    ]


def _wording(session: Session, consent: Consent, touch: Touch, name: str | None, company_name: str) -> str | None:
    """The sentence beside the box as it was read; None where the wording was never synced."""
    wanted = (Wording.id == consent.wording, Wording.has_member == (touch.member_id is not None))
    row = session.scalars(select(Wording).where(*wanted).limit(1)).first()
    return fill_wording(row.text, company_name, name) if row else None


def _name(session: Session, member_id: str | None) -> str | None:
    member = session.get(Member, member_id) if member_id else None
    return member.name if member else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
