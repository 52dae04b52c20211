"""The story of a lead in plain words, from its evidence: what somebody reads who asks "why was that mine?"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.models import Act, Company, Consent, Decision, Lead, Member, Touch, Wording
from sitegen.errors import EspalierError, Fault

Row = TypeVar("Row", Touch, Consent, Act, Decision)

_RULES = {
    "correction": "because the prospect said so",
    "existing-owner": "because the prospect was already credited to them",
    "answer": "because the prospect named them when signing up",
    "page": "because the sign-up came from their page",
    "first-touch": "because theirs was the first page the prospect used within {window_days} days",
    "last-touch": "because theirs was the last page the prospect used within {window_days} days",
    "hand-over": "as before",
    "list": "because they entered them, from row {row} of list {provenance}",
    "pool": "because nothing named a member",
}
_ACTS = {
    "confirmed": "The owner of the address confirmed it from their mailbox.",
    "unsubscribed": "They unsubscribed.",
    "withdrawn": "They took their consent back.",
    "disowned": 'The owner of the address said: "This wasn\'t me".',
    "corrected": "They corrected who introduced them.",
    "erased": "Everything that told who they are was erased at their wish.",
    "purged": "Everything that told who they are was removed by the company's rules.",
}


def tell(session: Session, lead_id: int) -> Iterator[str]:
    """One line for each thing that happened, in its order. Raises EspalierError for a lead that never was."""
    lead = session.get(Lead, lead_id)
    company = session.get(Company, 1)
    if lead is None or company is None:
        hint = "`capture leads --json` shows the number of each"
        raise EspalierError(Fault(f"there is no lead {lead_id}", hint=hint))
    who = "somebody who was erased since" if lead.erased_at else lead.email
    yield f"Lead {lead.id}: {who}, on the page of {_name(session, lead.member_id, company)}"
    events = [
        *((row.at, row.seq or 0, _touch(session, row, company)) for row in _rows(session, Touch, lead)),
        *((row.at, row.seq or 0, _consent(session, row)) for row in _rows(session, Consent, lead)),
        *((row.at, row.seq or 0, _ACTS[row.kind]) for row in _rows(session, Act, lead)),
        *((row.at, row.seq or 0, _decision(session, row, company)) for row in _rows(session, Decision, lead)),
    ]
    for at, _, sentence in sorted(events, key=lambda event: (event[1], event[0])):
        yield f"{_moment(at)}  {sentence}"
    if lead.confirmed_at is None and not lead.erased_at:
        yield "Nobody has confirmed the address yet, so nobody is credited and no member was told."


def _rows(session: Session, table: type[Row], lead: Lead) -> list[Row]:
    return list(session.scalars(select(table).where(table.lead_id == lead.id).order_by(table.id)))


def _touch(session: Session, touch: Touch, company: Company) -> str:
    campaign = ", ".join(f"{name} {value}" for name, value in touch.utm.items())
    return (
        f'Signed up on the page "{touch.page}" ({touch.locale}) of {_name(session, touch.member_id, company)},'
        f" build {touch.build_id}{f', campaign: {campaign}' if campaign else ''}."
        + (f' Asked who introduced them, they said: "{touch.introducer}".' if touch.introducer else "")
    )


def _consent(session: Session, consent: Consent) -> str:
    row = session.scalars(select(Wording).where(Wording.id == consent.wording).limit(1)).first()
    return f'Agreed to wording {consent.wording}: "{row.text if row else "a wording that was never synced"}"'


def _decision(session: Session, decision: Decision, company: Company) -> str:
    why = _RULES[decision.rule].format(**decision.saw)
    owner = _name(session, decision.owner_id, company)
    sentence = f"Credited to {owner}, {why}."
    if decision.rule == "hand-over" and decision.servicer_id == decision.owner_id:
        sentence += " They are active again and follow up themselves."
    elif decision.servicer_id != decision.owner_id:
        sentence += f" They are not active: {_name(session, decision.servicer_id, company)} follows up."
    return sentence


def _name(session: Session, member_id: str | None, company: Company) -> str:
    member = session.get(Member, member_id) if member_id else None
    return f"{member.name} ({member.slug})" if member else f"the company ({company.name})"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
