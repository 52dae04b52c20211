"""The sign-up form as it arrives: what is read, what is refused, and in which words."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, HiddenField, RadioField, StringField, ValidationError

from capture.directory import Interest
from capture.words import Words

LONGEST_NAME = 80
"""Characters of a first name."""

LONGEST_ANSWER = 200
"""Characters of what somebody says who introduced them."""

LONGEST_UTM = 200
"""Characters of a campaign parameter that are kept."""

UTM = ("source", "medium", "campaign", "term", "content")
"""The campaign parameters that web analytics agreed on; fields and query parameters ``utm_source`` …"""

CONSENT_GIVEN = "yes"
"""The value of a ticked box."""

_CANNOT_BE_SHOWN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: controls, surrogates, private use, unassigned, line and paragraph separators."""

_CANNOT_BE_SEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd")
"""Letters, signs and marks that show nothing, which make two equal names differ; and the mark of undecodable bytes."""

_JOINERS = frozenset("\u200c\u200d")
"""Of Unicode's formatting characters (direction marks and overrides, blanks of no width, tags …) only these stay:
Persian and Hindi names need them."""


class SignupForm(Form):  # type: ignore[misc]
    """The fields of the page's form. ``errors`` holds messages by field, in the visitor's language.

    A field that came twice is refused: a browser sends each once, and which of two is meant nobody can tell.
    The tokens are only looked at for that; what they say is the view's to read.
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
        self.address = ""
        """The e-mail address with its domain in lower case, once the form is valid."""
        super().__init__(sent)

    def validate_token(self, field: Field) -> None:
        """The member token."""
        self._once(field)

    def validate_page(self, field: Field) -> None:
        """The page token."""
        self._once(field)

    def validate_email(self, field: Field) -> None:
        """Its form only: whether somebody reads mail there, the confirmation mail will tell."""
        self._once(field)
        typed = (field.data or "").strip()
        if not typed:
            raise ValidationError(self.words("email_missing"))
        try:
            self.address = validate_email(typed, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ValidationError(self.words("email_wrong")) from error

    def validate_first_name(self, field: Field) -> None:
        """Optional; short, and made of characters that can be shown."""
        self._line(field, LONGEST_NAME)

    def validate_introducer(self, field: Field) -> None:
        """The same. Whether it names a member is nobody's business here: the answer must not tell."""
        self._line(field, LONGEST_ANSWER)

    def validate_interest(self, field: Field) -> None:
        """One of the three."""
        self._once(field)
        if field.data not in set(Interest):
            raise ValidationError(self.words("interest_missing"))

    def validate_consent(self, field: Field) -> None:
        """The box must have been ticked."""
        self._once(field)
        if self.sent.get("consent") != CONSENT_GIVEN:
            raise ValidationError(self.words("consent_missing"))

    def validate_website(self, field: Field) -> None:
        """The trap; what it caught is handled before anything else is looked at."""
        self._once(field)

    @property
    def trapped(self) -> bool:
        """True when the field that people don't see was filled in."""
        return any(value.strip() for value in self.sent.getlist("website"))

    @property
    def name(self) -> str | None:
        """The first name in composed form and single spaces, None when empty."""
        return _composed(self.first_name.data)

    @property
    def answer(self) -> str | None:
        """Who introduced them, in their own words; None when they did not say."""
        return _composed(self.introducer.data)

    def _line(self, field: Field, longest: int) -> None:
        self._once(field)
        typed = (field.data or "").strip()
        # As it would be stored: some letters become two or three when they are composed.
        if len(_composed(typed) or "") > longest:
            raise ValidationError(self.words("name_long", limit=longest))
        if any(not _can_be_shown(character) for character in typed):
            raise ValidationError(self.words("name_characters"))

    def _once(self, field: Field) -> None:
        if len(self.sent.getlist(field.name)) > 1:
            raise ValidationError(self.words("sent_twice"))


def campaign(sent: MultiDict[str, str], query: MultiDict[str, str]) -> dict[str, str]:
    """The campaign parameters of a sign-up, from the form or else from the address it was sent to."""
    values = {name: sent.get(f"utm_{name}") or query.get(f"utm_{name}") or "" for name in UTM}
    shown = {name: "".join(filter(_can_be_shown, value)).strip()[:LONGEST_UTM] for name, value in values.items()}
    return {name: value for name, value in shown.items() if value}


def _composed(typed: str | None) -> str | None:
    return unicodedata.normalize("NFC", " ".join((typed or "").split())) or None


def _can_be_shown(character: str) -> bool:
    if character in _CANNOT_BE_SEEN:
        return False
    category = unicodedata.category(character)
    return category not in _CANNOT_BE_SHOWN and (category != "Cf" or character in _JOINERS)
