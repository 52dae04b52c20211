"""The form that says what the columns of a list mean, and where it is from."""

from __future__ import annotations

from wtforms import DateField, Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.base.texts import can_be_shown

LONGEST_WORDING = 2000
"""Characters."""


def _lines(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


def _lines_shown(form: OfficeForm, field: Field) -> None:
    if not all(map(can_be_shown, field.data.split("\n"))):
        raise ValidationError("characters")


class MeaningForm(OfficeForm):
    """Which columns of a list hold what, and where it is from."""

    column_email = SelectField(choices=[], validators=[DataRequired()])
    column_first_name = SelectField(choices=[], validators=[Optional()])
    column_phone = SelectField(choices=[], validators=[Optional()])
    column_interest = SelectField(choices=[], validators=[Optional()])
    vendor = StringField(validators=[Length(max=200), is_shown], filters=[trimmed])
    obtained_on = DateField(validators=[Optional()])
    wording = StringField(validators=[Length(max=LONGEST_WORDING), _lines_shown], filters=[_lines])
    campaign = SelectField(choices=[], validators=[Optional()])

    def column(self, name: str) -> SelectField:
        """The choice for one of the fields that a list can tell."""
        return self[f"column_{name}"]
