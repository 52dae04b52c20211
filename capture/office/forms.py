"""The office's forms."""

from __future__ import annotations

from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Field, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from capture.cases import caseload, lists
from capture.cases.caseload import Sort, Wanted
from capture.cases.pipeline import LONGEST_NOTE, Lost, Stage
from capture.directory import Campaign, Channel, Interest, can_be_listed
from capture.office.access import OfficeForm

LONGEST_SEARCH = 254

LONGEST_WORDING = 2000


def _trimmed(text: str | None) -> str:
    return " ".join((text or "").split())


def _shown(form: OfficeForm, field: Field) -> None:
    if not lists.can_be_shown(field.data):
        raise ValidationError("characters")


def _kept(form: OfficeForm, field: Field) -> None:
    if field.data != _storable(field.data):
        raise ValidationError("characters")


def _phone(form: OfficeForm, field: Field) -> None:
    if field.data and lists.phone(field.data) is None:
        raise ValidationError("phone")


class StageForm(OfficeForm):
    """Another stage, and why where a lead is given up."""

    stage = SelectField(choices=[each.value for each in Stage], validators=[DataRequired()])
    because = SelectField(choices=["", *(each.value for each in Lost)], validators=[Optional()])


class NoteForm(OfficeForm):
    """Something to remember."""

    note = StringField(
        validators=[DataRequired(), Length(max=LONGEST_NOTE), _kept],
        filters=[lambda text: (text or "").strip()],
    )


class FollowUpForm(OfficeForm):
    """A day; left empty, there is nothing to follow up."""

    on = DateField(validators=[Optional()])


class MetForm(OfficeForm):
    """Somebody whom a member met, and who said that they may be written to."""

    email = StringField(validators=[DataRequired(), Length(max=254), Email()], filters=[_trimmed])
    first_name = StringField(validators=[Length(max=100), _shown], filters=[_trimmed])
    phone = StringField(validators=[Length(max=40), _phone], filters=[_trimmed])
    interest = SelectField(choices=[each.value for each in Interest], validators=[DataRequired()])
    asked = BooleanField(validators=[InputRequired()])


def _listed(form: OfficeForm, field: Field) -> None:
    """A name that the site's file of campaigns could not hold would keep its page from being published."""
    if field.data and not can_be_listed(Campaign("web1", None, Channel.WEB, field.data)):
        raise ValidationError("characters")


def _ends_after_start(form: OfficeForm, field: Field) -> None:
    if field.data and form.starts.data and field.data < form.starts.data:
        raise ValidationError("order")


class CampaignForm(OfficeForm):
    """A campaign: where it meets people, what its owner calls it, and when it runs."""

    channel = SelectField(choices=[each.value for each in Channel], validators=[DataRequired()])
    name = StringField(validators=[DataRequired(), Length(max=120), _shown, _listed], filters=[_trimmed])
    starts = DateField(validators=[Optional()])
    ends = DateField(validators=[Optional(), _ends_after_start])


class SpendForm(OfficeForm):
    """What was paid for a campaign. What the amount means depends on the language; the view reads it."""

    amount = StringField(validators=[DataRequired(), Length(max=20)], filters=[_trimmed])
    on = DateField(validators=[Optional()])
    note = StringField(validators=[Length(max=120), _shown], filters=[_trimmed])


def _lines(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


def _lines_shown(form: OfficeForm, field: Field) -> None:
    if not all(map(lists.can_be_shown, field.data.split("\n"))):
        raise ValidationError("characters")


class MeaningForm(OfficeForm):
    """Which columns of a list hold what, and where it is from."""

    column_email = SelectField(choices=[], validators=[DataRequired()])
    column_first_name = SelectField(choices=[], validators=[Optional()])
    column_phone = SelectField(choices=[], validators=[Optional()])
    column_interest = SelectField(choices=[], validators=[Optional()])
    vendor = StringField(validators=[Length(max=200), _shown], filters=[_trimmed])
    obtained_on = DateField(validators=[Optional()])
    wording = StringField(validators=[Length(max=LONGEST_WORDING), _lines_shown], filters=[_lines])
    campaign = SelectField(choices=[], validators=[Optional()])

    def column(self, name: str) -> SelectField:
        """The choice for one of the fields that a list can tell."""
        return self[f"column_{name}"]


class UndoForm(OfficeForm):
    """The number of the change that was seen as the last one."""

    step = IntegerField(validators=[DataRequired()])


def wanted(query: MultiDict[str, str]) -> Wanted:
    """What an address asks a list for; what makes no sense is left out."""
    stage, interest, source = query.get("stage", ""), query.get("interest", ""), query.get("source", "")
    sort = Sort(query["sort"]) if query.get("sort") in set(Sort) else Sort.NEWEST
    mark, _, number = query.get("after", "").rpartition("~")
    return Wanted(
        search=_storable(query.get("q", "")).strip()[:LONGEST_SEARCH],
        interest=interest if interest in set(Interest) else None,
        stage=stage if stage in set(Stage) else None,
        page=_storable(query.get("page", ""))[:200] or None,
        campaign=_storable(query.get("campaign", ""))[:64] or None,
        source=source if source in caseload.SOURCES else None,
        due=query.get("due") == "yes",
        sort=sort,
        after=(mark, int(number)) if number.isdecimal() and len(number) < 19 and _is_mark(sort, mark) else None,
    )


def address(of: Wanted, **changes: object) -> str:
    """The query of an address that asks for this; ``changes`` take the place of fields."""
    after = f"{of.after[0]}~{of.after[1]}" if of.after else ""
    fields: dict[str, object] = {
        "q": of.search,
        "interest": of.interest,
        "stage": of.stage,
        "page": of.page,
        "campaign": of.campaign,
        "source": of.source,
        "due": "yes" if of.due else "",
        "sort": "" if of.sort is Sort.NEWEST else of.sort,
        "after": after,
    }
    return "?" + urlencode({name: value for name, value in {**fields, **changes}.items() if value})


def _storable(text: str) -> str:
    """The text, or nothing where it cannot stand in any row: PostgreSQL takes no NUL."""
    return "" if "\0" in text else text


def _is_mark(sort: Sort, text: str) -> bool:
    try:
        caseload.mark_of(sort, text)
    except (ValueError, OverflowError):
        return False
    return True
