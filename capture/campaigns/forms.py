"""Forms about campaigns."""

from __future__ import annotations

from wtforms import DateField, Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.company.generator import Campaign, Channel, can_be_listed


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
    name = StringField(validators=[DataRequired(), Length(max=120), is_shown, _listed], filters=[trimmed])
    starts = DateField(validators=[Optional()])
    ends = DateField(validators=[Optional(), _ends_after_start])


class SpendForm(OfficeForm):
    """What was paid for a campaign. What the amount means depends on the language; the view reads it."""

    amount = StringField(validators=[DataRequired(), Length(max=20)], filters=[trimmed])
    on = DateField(validators=[Optional()])
    note = StringField(validators=[Length(max=120), is_shown], filters=[trimmed])
