"""Forms about leads, and the filters of the list as query parameters."""

from __future__ import annotations

from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Field, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.base.phones import e164
from capture.company.generator import Interest
from capture.leads import caseload
from capture.leads.caseload import LeadFilter, LeadOrder
from capture.leads.pipeline import LONGEST_NOTE, LostReason, Stage

LONGEST_SEARCH = 254


def _kept(form: OfficeForm, field: Field) -> None:
    if field.data != _storable(field.data):
        raise ValidationError("characters")


def _phone(form: OfficeForm, field: Field) -> None:
    if field.data and e164(field.data) is None:
        raise ValidationError("phone")


class StageForm(OfficeForm):
    """A lead's stage, and the reason if the stage is lost."""

    stage = SelectField(choices=[each.value for each in Stage], validators=[DataRequired()])
    because = SelectField(choices=["", *(each.value for each in LostReason)], validators=[Optional()])


class NoteForm(OfficeForm):
    """The text of a note."""

    note = StringField(
        validators=[DataRequired(), Length(max=LONGEST_NOTE), _kept],
        filters=[lambda text: (text or "").strip()],
    )


class FollowUpForm(OfficeForm):
    """The day of the next follow-up; empty removes the follow-up."""

    on = DateField(validators=[Optional()])


class MetForm(OfficeForm):
    """A person whom a member met. ``asked`` must be ticked: the person agreed to be contacted."""

    email = StringField(validators=[DataRequired(), Length(max=254), Email()], filters=[trimmed])
    first_name = StringField(validators=[Length(max=100), is_shown], filters=[trimmed])
    phone = StringField(validators=[Length(max=40), _phone], filters=[trimmed])
    interest = SelectField(choices=[each.value for each in Interest], validators=[DataRequired()])
    asked = BooleanField(validators=[InputRequired()])


class UndoForm(OfficeForm):
    """The id of the change that the page showed as the last one."""

    step = IntegerField(validators=[DataRequired()])


def read_filter(query: MultiDict[str, str]) -> LeadFilter:
    """Returns the filter that query parameters describe; invalid values are ignored."""
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
        after=(cursor, int(number))
        if number.isdecimal() and len(number) < 19 and _is_cursor(sort, cursor)
        else None,
    )


def filter_query(of: LeadFilter, **changes: object) -> str:
    """Returns the query string for a filter, beginning with "?". ``changes`` replace single parameters."""
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
    """Returns the text; empty if it contains NUL, which PostgreSQL cannot store."""
    return "" if "\0" in text else text


def _is_cursor(sort: LeadOrder, text: str) -> bool:
    try:
        caseload.cursor_value(sort, text)
    except (ValueError, OverflowError):
        return False
    return True
