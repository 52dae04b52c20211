"""Reads and validates the sign-up form, with error messages in the visitor's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, HiddenField, RadioField, StringField, ValidationError

from capture.base.words import Words
from capture.company.generator import Interest
from capture.signup.characters import is_visible

LONGEST_NAME = 80
"""Characters of a first name."""

LONGEST_ANSWER = 200
"""Characters of the answer to "Who introduced you?"."""

CONSENT_GIVEN = "yes"
"""The value of a ticked box."""

FIELDS = ("token", "page", "email", "first_name", "introducer", "interest", "consent", "website")
"""The fields of the page's form. A field that is sent twice is refused: browsers send each once, and it is unclear
which of the two is meant."""


class FieldError(Exception):
    """An error of a field: the key of its sentence, and the values of its placeholders."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class TypedSignUp:
    """What was typed into a form with which nothing is wrong."""

    email: str
    """The address with its domain in lower case."""
    first_name: str | None
    """In composed form and single spaces, None when empty; so is ``introducer``."""
    introducer: str | None
    interest: Interest


def read_form(sent: MultiDict[str, str]) -> TypedSignUp | None:
    """Returns what was typed; None if anything is wrong (``SignupForm`` then says what, field by field)."""
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
    """Returns True if the field that people do not see was filled in."""
    return any(value.strip() for value in sent.getlist("website"))


class SignupForm(Form):  # type: ignore[misc]
    """The form as it is shown again: what was typed, and ``errors`` by field in the visitor's language."""

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
        """Refuses a token that was sent twice; the view reads the token."""
        self._check(field)

    def validate_page(self, field: Field) -> None:
        """Refuses a page token that was sent twice; the view reads the token."""
        self._check(field)

    def validate_email(self, field: Field) -> None:
        """Checks the syntax of the address only: the confirmation mail shows whether it is read."""
        self._check(field, lambda: _email(field.data))

    def validate_first_name(self, field: Field) -> None:
        """Refuses a name that is too long or contains invisible characters; it may be empty."""
        self._check(field, lambda: _line(field.data, LONGEST_NAME))

    def validate_introducer(self, field: Field) -> None:
        """Refuses what ``validate_first_name`` refuses. It looks up no member: the response must not reveal members."""
        self._check(field, lambda: _line(field.data, LONGEST_ANSWER))

    def validate_interest(self, field: Field) -> None:
        """Refuses a value other than those of Interest."""
        self._check(field, lambda: _interest(field.data))

    def validate_consent(self, field: Field) -> None:
        """Refuses a box that was not ticked."""
        self._check(field, lambda: _consent(self.sent))

    def validate_website(self, field: Field) -> None:
        """Accepts any value: the view has already handled a trap that was filled in (see ``is_trapped``)."""
        self._check(field)

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
    typed = (value or "").strip()
    composed = _composed(typed)
    # Measured in composed form, as it is stored: composing turns some letters into two or three.
    if len(composed or "") > longest:
        raise FieldError("name_long", limit=longest)
    if any(not is_visible(character) for character in typed):
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
