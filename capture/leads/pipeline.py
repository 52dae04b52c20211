"""What a member does with a lead: from stage to stage, a note, the day of the next follow-up, and back again.

Each change is a row of its own that says who made it and what stood there before, so that the last one can be
taken back and a lead's page can tell its whole story.
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
    """How far a lead has come. Customers bought; recruits joined; lost ones come with a reason."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CUSTOMER = "customer"
    RECRUIT = "recruit"
    LOST = "lost"


class LostReason(StrEnum):
    """Why a lead was given up."""

    NO_ANSWER = "no-answer"
    NOT_NOW = "not-now"
    NOT_INTERESTED = "not-interested"
    NOT_SUITED = "not-suited"
    OTHER = "other"


def set_stage(
    session: Session, lead: Lead, person: Person, stage: Stage, because: LostReason | None, now: datetime
) -> None:
    """To another stage. ``because`` counts for lost leads only."""
    reason = because.value if because and stage is Stage.LOST else None
    # Nothing is left to do about who was given up.
    due = None if stage is Stage.LOST else lead.due_on
    _change(session, lead, person, "stage", now, stage=stage.value, lost_because=reason, due_on=due)


def set_follow_up(session: Session, lead: Lead, person: Person, on: date | None, now: datetime) -> None:
    """The day of the next follow-up; None: there is none."""
    _change(session, lead, person, "follow-up", now, due_on=on)


def add_note(session: Session, lead: Lead, person: Person, words: str, now: datetime) -> None:
    """Writes something down."""
    session.add(_step(lead, person, "note", now, note=words))


def last_activity(session: Session, lead: Lead, person: Person) -> LeadActivity | None:
    """The newest change, where it was this person's and still holds: it can be taken back."""
    newest = session.scalars(
        select(LeadActivity)
        .where(LeadActivity.lead_id == lead.id, LeadActivity.undone_at.is_(None))
        .order_by(LeadActivity.id.desc())
        .limit(1)
    ).first()
    return newest if newest is not None and _is_by(newest, person) else None


def undo_activity(session: Session, lead: Lead, person: Person, number: int, now: datetime) -> bool:
    """Takes back the change of that number, if it is still the last one; a note's words go with it."""
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
