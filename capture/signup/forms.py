"""Reads and validates the sign-up form, with error messages in the visitor's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, HiddenField, RadioField, StringField, ValidationError

from capture.base.words import Words
from capture.company.generator import Interest, tidied, unseen

LONGEST_NAME = 80
"""The most characters that a first name may have."""

LONGEST_ANSWER = 200
"""The most characters that the answer to "Who introduced you?" may have."""

CONSENT_GIVEN = "yes"
"""The value that the form sends if the consent box is ticked."""

FIELDS = ("token", "page", "email", "first_name", "introducer", "interest", "consent", "website")
"""The fields of the sign-up form. A field that is sent twice is refused: browsers send each once, and it would be
unclear which of the two values is meant."""


class FieldError(Exception):
    """A field of the form has an error. ``key``: the error message; ``values``: fill the message's placeholders."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class TypedSignUp:
    """The values of a sign-up form that has no errors."""

    email: str
    """The e-mail address with its domain in lower case."""
    first_name: str | None
    """The first name in composed form (NFC) and with single spaces; None if empty. ``introducer`` likewise."""
    introducer: str | None
    interest: Interest


def read_form(sent: MultiDict[str, str]) -> TypedSignUp | None:
    """Returns the values of the form; None if it has an error (``SignupForm`` then has an error message per field)."""
    try:
        for name in FIELDS:
            _once(sent, name)
        _consent(sent)
        return TypedSignUp(
            email=_email(sent.get("email")),
            first_name=_line(sent.get("first_name"), LONGEST_NAME),
            introducer=_line(sent.get("introducer"), LONGEST_ANSWER),
            interest=_interest(sent.get("interest")),
        )
    except FieldError:
        return None


def is_trapped(sent: MultiDict[str, str]) -> bool:
    """Returns True if the hidden field "website" was filled in, which people do not see and robots fill in."""
    return any(value.strip() for value in sent.getlist("website"))


class SignupForm(Form):  # type: ignore[misc]
    """The sign-up form with what was typed and, in ``errors``, each field's messages in the visitor's language.

    It is shown again if the form has errors.
    """

    token = HiddenField()
    page = HiddenField()
    email = StringField()
    first_name = StringField()
    introducer = StringField()
    interest = RadioField(validate_choice=False, choices=[each.value for each in Interest])
    consent = BooleanField(false_values=("", None))
    website = StringField()

    def __init__(self, sent: MultiDict[str, str], words: Words) -> None:
        self.sent = sent
        self.words = words
        super().__init__(sent)
        self.validate()

    def validate_token(self, field: Field) -> None:
        """Refuses a member token that was sent twice. Whether the token is valid is checked elsewhere."""
        self._check(field)

    def validate_page(self, field: Field) -> None:
        """Refuses a page token that was sent twice. Whether the token is valid is checked elsewhere."""
        self._check(field)

    def validate_email(self, field: Field) -> None:
        """Checks only the syntax of the e-mail address: the confirmation mail proves that a person reads mail there."""
        self._check(field, lambda: _email(field.data))

    def validate_first_name(self, field: Field) -> None:
        """Refuses a name that is too long or contains invisible characters; it may be empty."""
        self._check(field, lambda: _line(field.data, LONGEST_NAME))

    def validate_introducer(self, field: Field) -> None:
        """Refuses an answer that is too long or contains invisible characters.

        No member is looked up, because the response must not reveal who is a member.
        """
        self._check(field, lambda: _line(field.data, LONGEST_ANSWER))

    def validate_interest(self, field: Field) -> None:
        """Refuses a value that is not one of ``Interest``: products, opportunity or both."""
        self._check(field, lambda: _interest(field.data))

    def validate_consent(self, field: Field) -> None:
        """Refuses the form if its consent box was not ticked."""
        self._check(field, lambda: _consent(self.sent))

    def validate_website(self, field: Field) -> None:
        """Refuses the hidden field only if it was sent twice; ``is_trapped`` handles what robots type into it."""
        self._check(field)

    def refuse_email(self, key: str) -> None:
        """Adds an error message to the address. ``key``: that of the message."""
        self.email.errors = [*self.email.errors, self.words(key)]

    def _check(self, field: Field, rule: Callable[[], object] = lambda: None) -> None:
        try:
            _once(self.sent, field.name)
            rule()
        except FieldError as wrong:
            raise ValidationError(self.words(wrong.key, **wrong.values)) from wrong


def _once(sent: MultiDict[str, str], name: str) -> None:
    if len(sent.getlist(name)) > 1:
        raise FieldError("sent_twice")


def _email(value: str | None) -> str:
    typed = (value or "").strip()
    if not typed:
        raise FieldError("email_missing")
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise FieldError("email_wrong") from error


def _line(value: str | None, longest: int) -> str | None:
    typed = tidied(value or "").strip()
    composed = _composed(typed)
    # Measured in composed form, as it is stored: composing turns some letters into two or three.
    if len(composed or "") > longest:
        raise FieldError("name_long", limit=longest)
    if unseen(typed):
        raise FieldError("name_characters")
    return composed


def _interest(value: str | None) -> Interest:
    if value is None or value not in set(Interest):
        raise FieldError("interest_missing")
    return Interest(value)


def _consent(sent: MultiDict[str, str]) -> None:
    if sent.get("consent") != CONSENT_GIVEN:
        raise FieldError("consent_missing")


def _composed(typed: str | None) -> str | None:
    return unicodedata.normalize("NFC", " ".join((typed or "").split())) or None
