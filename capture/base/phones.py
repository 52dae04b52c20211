"""Telephone numbers as people type them."""

from __future__ import annotations

import phonenumbers


def e164(text: str) -> str | None:
    """Returns the number in E.164 if it is a possible number that names its country; None otherwise."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_possible_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if valid else None
