"""What all forms of the office share: protection against forms of other sites (CSRF), and rules for text."""

from __future__ import annotations

from flask import g
from wtforms import Field, Form, ValidationError
from wtforms.csrf.session import SessionCSRF

from capture.accounts.signing_in import Person
from capture.base.texts import can_be_shown
from capture.web import service


class OfficeForm(Form):  # type: ignore[misc]
    """A form that only the session it was made for can send."""

    class Meta:
        csrf = True
        csrf_class = SessionCSRF
        csrf_time_limit = None

        @property
        def csrf_secret(self) -> bytes:
            """The key that signs the CSRF value: the newest of the installation's secrets."""
            return service.current().settings.secret_keys[0].encode()

        @property
        def csrf_context(self) -> dict[str, str]:
            """The CSRF value of the person's session."""
            found: Person = g.person
            return {"csrf": found.office_session.csrf}


def trimmed(text: str | None) -> str:
    """Returns the text with single blanks between its words and none at its ends; a filter for a field."""
    return " ".join((text or "").split())


def is_shown(form: OfficeForm, field: Field) -> None:
    """Raises ValidationError for text with invisible characters; a validator for a field."""
    if not can_be_shown(field.data):
        raise ValidationError("characters")
