"""The base of all forms of the office: protection against forms that other sites send (CSRF), and rules for text."""

from __future__ import annotations

from flask import g
from wtforms import Field, Form, ValidationError
from wtforms.csrf.session import SessionCSRF

from capture.accounts.signing_in import Person
from capture.company.generator import tidied, unseen
from capture.web import service


class OfficeForm(Form):  # type: ignore[misc]
    """A form of the office. Only the browser session for which the form was made can send it (CSRF protection)."""

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
            """The CSRF value of the signed-in person's session, in the mapping that WTForms reads."""
            found: Person = g.person
            return {"csrf": found.office_session.csrf}


def trimmed(text: str | None) -> str:
    """Returns a field's text with single blanks between its words and none at its ends; an empty text for None."""
    return " ".join((text or "").split())


def is_shown(form: OfficeForm, field: Field) -> None:
    """Tidies a form's field of what copying leaves behind. Raises ValidationError if its text has invisible characters
    still."""
    field.data = tidied(field.data)
    if unseen(field.data):
        raise ValidationError("characters")
