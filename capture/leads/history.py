"""What members and staff did about a lead (stages, notes, follow-ups), as events of the lead's history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.history import Event, Line, Names, Party, Rank, Reader, moment
from capture.base.words import Words
from capture.models import Lead, LeadActivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Event):
    """An event of a lead's history: a note, or a change of the stage or of the next follow-up.

    ``by``: the member who did it; the company if staff did it.
    """

    step: LeadActivity
    by: Party

    def sentences(self) -> Iterator[str]:
        """Yields one English sentence: what was done and whether it was undone, without the text of a note."""
        who = str(self.by)
        undone = " It was undone." if self.step.undone_at else ""
        yield f"{who[0].upper()}{who[1:]} {self._deed()}.{undone}"

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields one line in the reader's language: what was done; none if it was undone."""
        step = self.step
        if step.undone_at is not None:
            return
        who = self._who(words, reader)
        if step.kind == "note":
            yield Line(words("office_step_note", who=who), step.note or words("office_note_gone"), True)
        elif step.kind == "stage":
            stage = words(f"office_stage_{step.after.get('stage', 'lost')}")
            because = step.after.get("lost_because")
            reason = words("office_lost_" + because.replace("-", "_")) if because else None
            yield Line(words("office_step_stage", who=who, stage=stage), reason, True)
        elif (due := step.after.get("due_on")) is None:
            yield Line(words("office_step_no_date", who=who), None, True)
        else:
            yield Line(words("office_step_date", who=who, day=day(words, date.fromisoformat(due))), None, True)

    def plain(self) -> tuple[str, dict[str, Any]]:
        """Returns the values for the person's export. Undone changes are included, as they are still stored."""
        step = self.step
        return "written_down", {
            "at": moment(self.at),
            "by": self.by.name,
            "what": step.kind,
            "before": step.before,
            "after": step.after,
            "note": step.note,
            "taken_back": moment(step.undone_at),
        }

    def _deed(self) -> str:
        after = self.step.after
        if self.step.kind == "note":
            return "wrote a note"
        if self.step.kind == "stage":
            because = after.get("lost_because")
            return f'set the stage to "{after.get("stage", "lost")}"' + (f" ({because})" if because else "")
        due = after.get("due_on")
        return f"set the next follow-up to {due}" if due else "removed the next follow-up"

    def _who(self, words: Words, reader: Reader) -> str:
        if self.step.staff_id is None and self.step.member_id is not None and self.step.member_id == reader.member_id:
            return words("office_by_you")
        return self.by.member_name or words("office_by_staff")


def events(session: Session, lead: Lead) -> Iterator[Activity]:
    """Yields all notes and changes that members and staff made on a lead, the oldest first, undone ones included."""
    names = Names(session)
    for step in session.scalars(select(LeadActivity).where(LeadActivity.lead_id == lead.id).order_by(LeadActivity.id)):
        yield Activity(at=step.at, order=(Rank.ACTIVITY, step.id), step=step, by=names(step.member_id))


def day(words: Words, on: date) -> str:
    """Returns a day with its month and year, as they are written in the reader's language."""
    return words("office_day", day=on.day, month=words(f"office_month_{on.month}"), year=on.year)
