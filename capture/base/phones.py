"""Reads telephone numbers as people type them."""

from __future__ import annotations

import phonenumbers


def e164(text: str) -> str | None:
    """Returns a typed telephone number in the form of E.164 ("+34911234567"); None if it is no possible number, or does
    not begin with a country code."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_possible_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if valid else None
