"""The form that describes an uploaded list: what its columns mean and where the list comes from."""

from __future__ import annotations

from wtforms import DateField, Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.company.generator import tidied, unseen
from capture.imports.lists import LONGEST_WORDING


def _lines(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


def _lines_shown(form: OfficeForm, field: Field) -> None:
    field.data = tidied(field.data)
    if unseen(field.data, allowed="\n"):
        raise ValidationError("characters")


class MeaningForm(OfficeForm):
    """The form that describes an uploaded list: its columns, its origin (vendor, day, wording) and its campaign."""

    column_email = SelectField(choices=[], validators=[DataRequired()])
    column_first_name = SelectField(choices=[], validators=[Optional()])
    column_phone = SelectField(choices=[], validators=[Optional()])
    column_interest = SelectField(choices=[], validators=[Optional()])
    vendor = StringField(validators=[Length(max=200), is_shown], filters=[trimmed])
    obtained_on = DateField(validators=[Optional()])
    wording = StringField(validators=[Length(max=LONGEST_WORDING), _lines_shown], filters=[_lines])
    campaign = SelectField(choices=[], validators=[Optional()])

    def column(self, name: str) -> SelectField:
        """Returns the select field for the column that contains ``name``: a key of ``lists.FIELDS`` such as "email"."""
        return self[f"column_{name}"]
