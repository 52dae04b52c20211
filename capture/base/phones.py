"""Reads telephone numbers as people type them."""

from __future__ import annotations

import phonenumbers


def e164(text: str, region: str | None = None) -> str | None:
    """Returns a typed telephone number in the form of E.164 ("+34911234567"); None if it is no possible number.

    ``region``: the country (ISO 3166, such as "ES") from which it is dialled, for numbers that do not begin with a
    country code and for prefixes such as 00; without it, such numbers are None.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_possible_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if valid else None


def region_of(number: str | None) -> str | None:
    """Returns the country (ISO 3166) of a telephone number in the form of E.164; None if it belongs to none alone."""
    if not number:
        return None
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return None
