"""The personal data of prospects in leads and in the activities on them: how it is exported and erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from capture.base.history import Names, moment, sections
from capture.base.personal import Personal
from capture.leads import history
from capture.models import Lead, LeadActivity


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns the lead's own fields for the export: identity, source, stage, owner and assignee."""
    names = Names(session)
    return {
        "number": lead.id,
        "address": lead.email,
        "first_name": lead.first_name,
        "interest": lead.interest,
        "language": lead.locale,
        "page_of": names(lead.member_id).name,
        "credited_to": names(lead.owner_id).member_name,
        "followed_up_by": names(lead.assignee_id).name,
        "signed_up": moment(lead.created_at),
        "confirmed": moment(lead.confirmed_at),
        "withdrawn": moment(lead.withdrawn_at),
        "phone": lead.phone,
        "stage": lead.stage,
        "given_up_because": lead.lost_because,
        "next_follow_up": lead.due_on.isoformat() if lead.due_on else None,
    }


def _forget(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    for lead in leads:
        # The address is part of a unique index, so it is replaced by another unique value.
        lead.email, lead.first_name, lead.email_hash = f"{lead.handle}@erased.invalid", None, ""
        lead.phone = lead.due_on = lead.known_at = None
        lead.erased_at = now


def _activities(session: Session, lead: Lead) -> dict[str, Any]:
    return sections(history.events(session, lead), "written_down")


def _forget_notes(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    notes = update(LeadActivity).where(LeadActivity.lead_id.in_([lead.id for lead in leads])).values(note=None)
    session.execute(notes, execution_options={"synchronize_session": "fetch"})


PERSONAL = (
    Personal((Lead,), held=_held, forget=_forget),
    Personal((LeadActivity,), held=_activities, forget=_forget_notes),
)
