"""The forms on the pages about leads, and the filters of the list of leads as query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Field, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.accounts.signing_in import Person
from capture.base.phones import e164
from capture.company.generator import Interest
from capture.leads import caseload, pipeline
from capture.leads.caseload import LeadFilter, LeadOrder
from capture.leads.pipeline import LONGEST_NOTE, LostReason, Stage
from capture.models import Lead

LONGEST_SEARCH = 254


def _kept(form: OfficeForm, field: Field) -> None:
    if field.data != _storable(field.data):
        raise ValidationError("characters")


def _phone(form: OfficeForm, field: Field) -> None:
    if field.data and e164(field.data) is None:
        raise ValidationError("phone")


class MetForm(OfficeForm):
    """The form for adding a person whom a member met. ``asked`` must be ticked: the person agreed to be contacted."""

    email = StringField(validators=[DataRequired(), Length(max=254), Email()], filters=[trimmed])
    first_name = StringField(validators=[Length(max=100), is_shown], filters=[trimmed])
    phone = StringField(validators=[Length(max=40), _phone], filters=[trimmed])
    interest = SelectField(choices=[each.value for each in Interest], validators=[DataRequired()])
    asked = BooleanField(validators=[InputRequired()])


class LeadForm(OfficeForm):
    """A form on a lead's page that changes the lead."""

    def apply(self, session: Session, lead: Lead, person: Person, now: datetime) -> None:
        """Makes the change to the lead that the form describes. The form must be valid."""
        raise NotImplementedError


class StageForm(LeadForm):
    """The form for a lead's stage, and for the reason if the stage is "lost"."""

    stage = SelectField(choices=[each.value for each in Stage], validators=[DataRequired()])
    because = SelectField(choices=["", *(each.value for each in LostReason)], validators=[Optional()])

    def apply(self, session: Session, lead: Lead, person: Person, now: datetime) -> None:
        """Sets the lead's stage. The reason of a lost lead is OTHER if none was chosen."""
        because = LostReason(self.because.data) if self.because.data else LostReason.OTHER
        pipeline.set_stage(session, lead, person, Stage(self.stage.data), because, now)


class NoteForm(LeadForm):
    """The form for a note on a lead."""

    note = StringField(
        validators=[DataRequired(), Length(max=LONGEST_NOTE), _kept],
        filters=[lambda text: (text or "").strip()],
    )

    def apply(self, session: Session, lead: Lead, person: Person, now: datetime) -> None:
        """Adds the note to the lead."""
        pipeline.add_note(session, lead, person, self.note.data or "", now)


class FollowUpForm(LeadForm):
    """The form for the day of a lead's next follow-up; an empty day removes the follow-up."""

    on = DateField(validators=[Optional()])

    def apply(self, session: Session, lead: Lead, person: Person, now: datetime) -> None:
        """Sets the day of the lead's next follow-up, or removes it if the form's day is empty."""
        pipeline.set_follow_up(session, lead, person, self.on.data, now)


class UndoForm(LeadForm):
    """The form that undoes a lead's last change. ``step``: the id of the change that the page showed as the last."""

    step = IntegerField(validators=[DataRequired()])

    def apply(self, session: Session, lead: Lead, person: Person, now: datetime) -> None:
        """Undoes the change if it is still the lead's last one and this person made it; otherwise does nothing."""
        pipeline.undo_activity(session, lead, person, self.step.data or 0, now)


CHANGES: Mapping[str, type[LeadForm]] = {
    "stage": StageForm,
    "note": NoteForm,
    "follow-up": FollowUpForm,
    "undo": UndoForm,
}
"""The forms on a lead's page, by the last part of the address that each is sent to."""


def read_filter(query: MultiDict[str, str]) -> LeadFilter:
    """Reads the filters of the list of leads from query parameters; invalid values are ignored."""
    stage, interest, source = query.get("stage", ""), query.get("interest", ""), query.get("source", "")
    sort = LeadOrder(query["sort"]) if query.get("sort") in set(LeadOrder) else LeadOrder.NEWEST
    cursor, _, number = query.get("after", "").rpartition("~")
    return LeadFilter(
        search=_storable(query.get("q", "")).strip()[:LONGEST_SEARCH],
        interest=interest if interest in set(Interest) else None,
        stage=stage if stage in set(Stage) else None,
        page=_storable(query.get("page", ""))[:200] or None,
        campaign=_storable(query.get("campaign", ""))[:64] or None,
        source=source if source in caseload.SOURCES else None,
        due=query.get("due") == "yes",
        sort=sort,
        after=(cursor, int(number)) if number.isdecimal() and len(number) < 19 and _is_cursor(sort, cursor) else None,
    )


def filter_query(of: LeadFilter, **changes: object) -> str:
    """Returns the query string that stands for filters of the list of leads, beginning with "?".

    ``changes``: replace single query parameters; an empty value removes the parameter.
    """
    after = f"{of.after[0]}~{of.after[1]}" if of.after else ""
    fields: dict[str, object] = {
        "q": of.search,
        "interest": of.interest,
        "stage": of.stage,
        "page": of.page,
        "campaign": of.campaign,
        "source": of.source,
        "due": "yes" if of.due else "",
        "sort": "" if of.sort is LeadOrder.NEWEST else of.sort,
        "after": after,
    }
    return "?" + urlencode({name: value for name, value in {**fields, **changes}.items() if value})


def _storable(text: str) -> str:
    """Returns the text, or an empty text if it contains NUL, which PostgreSQL cannot store."""
    return "" if "\0" in text else text


def _is_cursor(sort: LeadOrder, text: str) -> bool:
    try:
        caseload.cursor_value(sort, text)
    except (ValueError, OverflowError):
        return False
    return True
