"""The office's forms for a campaign, and for what was spent on a campaign."""

from __future__ import annotations

from wtforms import DateField, Field, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.company.generator import Campaign, Channel, can_be_listed


def _listed(form: OfficeForm, field: Field) -> None:
    """Refuses a name that cannot be written to ``campaigns.csv``: the campaign's page could never be published."""
    if field.data and not can_be_listed(Campaign("web1", None, Channel.WEB, field.data)):
        raise ValidationError("characters")


def _ends_after_start(form: OfficeForm, field: Field) -> None:
    if field.data and form.starts.data and field.data < form.starts.data:
        raise ValidationError("order")


class CampaignForm(OfficeForm):
    """The form for a campaign: its channel, name, and first and last day."""

    channel = SelectField(choices=[each.value for each in Channel], validators=[DataRequired()])
    name = StringField(validators=[DataRequired(), Length(max=120), is_shown, _listed], filters=[trimmed])
    starts = DateField(validators=[Optional()])
    ends = DateField(validators=[Optional(), _ends_after_start])


class SpendForm(OfficeForm):
    """The form for money spent on a campaign. The amount is kept as text: its format depends on the language."""

    amount = StringField(validators=[DataRequired(), Length(max=20)], filters=[trimmed])
    on = DateField(validators=[Optional()])
    note = StringField(validators=[Length(max=120), is_shown], filters=[trimmed])
