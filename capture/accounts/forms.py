"""What all forms of the office share: the protection against other sites, and rules for text."""

from __future__ import annotations

from flask import g
from wtforms import Field, Form, ValidationError
from wtforms.csrf.session import SessionCSRF

from capture.accounts.signing_in import Person
from capture.base.texts import can_be_shown
from capture.web import service


class OfficeForm(Form):  # type: ignore[misc]
    """A form that only the sitting it was made for can send."""

    class Meta:
        csrf = True
        csrf_class = SessionCSRF
        csrf_time_limit = None

        @property
        def csrf_secret(self) -> bytes:
            """Signs the value, with the newest of the installation's secrets."""
            return service.current().settings.secret_keys[0].encode()

        @property
        def csrf_context(self) -> dict[str, str]:
            """The sitting's own value."""
            found: Person = g.person
            return {"csrf": found.office_session.csrf}


def trimmed(text: str | None) -> str:
    """A filter: the text in single spaces, without any at its ends."""
    return " ".join((text or "").split())


def is_shown(form: OfficeForm, field: Field) -> None:
    """A validator: refuses characters that nobody can see."""
    if not can_be_shown(field.data):
        raise ValidationError("characters")
