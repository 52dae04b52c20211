"""Exports and erases the personal data of prospects in leads, and in the notes and changes that members made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from capture.base.history import Names, moment, sections
from capture.base.personal import Personal
from capture.leads import history
from capture.models import Lead, LeadActivity, details_of


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns a lead's own fields for the person's export, with the names of the owner and the assignee."""
    names = Names(session)
    declared = {each.export: _plain(getattr(lead, name)) for name, each in details_of(Lead).items() if each.export}
    return declared | {
        "page_of": names(lead.member_id).name,
        "credited_to": names(lead.owner_id).member_name,
        "followed_up_by": names(lead.assignee_id).name,
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value


def _forget(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    forgotten = [name for name, each in details_of(Lead).items() if each.forgotten]
    for lead in leads:
        # The address is part of a unique index, so it is replaced by another unique value.
        lead.email, lead.email_hash = f"{lead.handle}@erased.invalid", ""
        for name in forgotten:
            setattr(lead, name, None)
        lead.search = ""  # last, since a change of the address or the name fills it
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
