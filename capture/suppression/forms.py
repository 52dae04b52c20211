"""The form on the page about addresses that must not be mailed."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired, Email, Length

from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.suppression.by_hand import LONGEST_NOTE


class AddressForm(OfficeForm):
    """An address, and why it is to be added or its marks are to be lifted."""

    email = StringField(validators=[DataRequired(), Length(max=254), Email()], filters=[trimmed])
    note = StringField(validators=[Length(max=LONGEST_NOTE), is_shown], filters=[trimmed])
