"""Stores what members and staff do with a lead: change the stage, write a note, set the next follow-up, and undo.

Each change is stored as a LeadActivity with its author and the values before and after, so that the last change can be
undone and the lead's page can show the whole history.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.accounts.signing_in import Person
from capture.models import Lead, LeadActivity

LONGEST_NOTE = 2_000


class Stage(StrEnum):
    """How far the contact with a lead has come. Customers bought, recruits joined as distributors, and lost leads were
    given up for a LostReason."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CUSTOMER = "customer"
    RECRUIT = "recruit"
    LOST = "lost"


class LostReason(StrEnum):
    """The reason why a lead was given up."""

    NO_ANSWER = "no-answer"
    NOT_NOW = "not-now"
    NOT_INTERESTED = "not-interested"
    NOT_SUITED = "not-suited"
    OTHER = "other"


def set_stage(
    session: Session, lead: Lead, person: Person, stage: Stage, because: LostReason | None, now: datetime
) -> None:
    """Changes a lead's stage. If it is now "lost", stores the reason ``because`` and removes the follow-up."""
    reason = because.value if because and stage is Stage.LOST else None
    due = None if stage is Stage.LOST else lead.due_on
    _change(session, lead, person, "stage", now, stage=stage.value, lost_because=reason, due_on=due)


def set_follow_up(session: Session, lead: Lead, person: Person, on: date | None, now: datetime) -> None:
    """Sets the day of a lead's next follow-up; None removes the follow-up."""
    _change(session, lead, person, "follow-up", now, due_on=on)


def add_note(session: Session, lead: Lead, person: Person, words: str, now: datetime) -> None:
    """Adds a note to a lead. ``words``: the text of the note, at most LONGEST_NOTE characters."""
    session.add(_step(lead, person, "note", now, note=words))


def last_activity(session: Session, lead: Lead, person: Person) -> LeadActivity | None:
    """Returns the lead's newest change that was not undone, if this person made it and so may undo it; else None."""
    newest = session.scalars(
        select(LeadActivity)
        .where(LeadActivity.lead_id == lead.id, LeadActivity.undone_at.is_(None))
        .order_by(LeadActivity.id.desc())
        .limit(1)
    ).first()
    return newest if newest is not None and _is_by(newest, person) else None


def undo_activity(session: Session, lead: Lead, person: Person, number: int, now: datetime) -> bool:
    """Undoes the lead's last change, which must have the id ``number``; the text of a note is deleted.

    Returns False, and changes nothing, if the last change has another id or another person made it.
    """
    step = last_activity(session, lead, person)
    if step is None or step.id != number:
        return False
    for name, value in step.before.items():
        setattr(lead, name, date.fromisoformat(value) if name == "due_on" and value else value)
    step.undone_at, step.note = now, None
    return True


def _change(session: Session, lead: Lead, person: Person, kind: str, now: datetime, **fields: Any) -> None:
    changed = {name: value for name, value in fields.items() if getattr(lead, name) != value}
    if not changed:
        return
    before = {name: _plain(getattr(lead, name)) for name in changed}
    after = {name: _plain(value) for name, value in changed.items()}
    for name, value in changed.items():
        setattr(lead, name, value)
    session.add(_step(lead, person, kind, now, before=before, after=after))


def _step(lead: Lead, person: Person, kind: str, now: datetime, **values: Any) -> LeadActivity:
    by = {"staff_id": person.staff.id} if person.staff else {"member_id": person.member.id if person.member else None}
    return LeadActivity(lead_id=lead.id, kind=kind, at=now, **{"before": {}, "after": {}, **by, **values})


def _is_by(step: LeadActivity, person: Person) -> bool:
    if person.staff:
        return step.staff_id == person.staff.id
    return person.member is not None and step.member_id == person.member.id


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
