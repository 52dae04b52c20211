"""Exports and erases prospects' personal data in the evidence. An erasure destroys only what identifies the person; the
rows stay, so that the chain stays valid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from capture.base.history import Names, sections
from capture.base.personal import Personal, stays
from capture.credit import history
from capture.models import Consent, Decision, Lead, PersonalData, ProspectActivity, Touch


def _sign_ups(session: Session, lead: Lead) -> dict[str, Any]:
    return sections(history.sign_ups(session, lead, Names(session)), "touches")


def _acts(session: Session, lead: Lead) -> dict[str, Any]:
    return sections(history.acts(session, lead), "what_you_did")


def _decisions(session: Session, lead: Lead) -> dict[str, Any]:
    return sections(history.decisions(session, lead, Names(session)), "decisions")


def _forget(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    """Destroys the personal data of all sign-ups of these leads, with the salts, so that the digests reveal nothing."""
    touches = select(Touch.id).where(Touch.lead_id.in_([lead.id for lead in leads]))
    told = delete(PersonalData).where(PersonalData.touch_id.in_(touches))
    session.execute(told, execution_options={"synchronize_session": "fetch"})


PERSONAL = (
    Personal((Touch, PersonalData, Consent), held=_sign_ups, forget=_forget),
    Personal((ProspectActivity,), held=_acts, forget=stays),
    Personal((Decision,), held=_decisions, forget=stays),
)
