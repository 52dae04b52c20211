"""Reads telephone numbers with what people and programs write around them: words, and the decimals of a spreadsheet.

The library phonenumbers takes letters for digits, as in ``1-800-FLOWERS``. In countries whose numbers have no fixed
length it would turn ``0171 1234567 mobil`` and ``1711234567.0`` into numbers of somebody else.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

_DECIMALS = re.compile(r"(?<=\d)[.,]0{1,2}\Z")
_ONLY_DIGITS = re.compile(r"\+?\d+[.,]0{1,2}\Z")
_BEFORE = re.compile(r"\A(?:[^\W\d_]++[\s.:)]*+)++")
_AFTER = re.compile(r"[\s(,;:.-]*+(?:[^\W\d_]++[\s.)]*+)++\Z")
_WITHIN = re.compile(r"\d\D*[^\W\d_]\D*\d")
_LONGEST = 100
"""The most characters among which words are looked for."""


def parse(value: str, market: str | None) -> PhoneNumber:
    """Returns the number that a text holds, as people in the country ``market`` write theirs.

    Raises NumberParseException if it holds none.
    """
    if _ONLY_DIGITS.match(value):
        value = _DECIMALS.sub("", value)
    if len(value) > _LONGEST or not any(map(str.isalpha, value)):
        return phonenumbers.parse(value, market)
    without = _AFTER.sub("", _BEFORE.sub("", value))
    if not any(map(str.isalpha, without)) and (plain := _valid(without, market)) is not None:
        return plain
    number = phonenumbers.parse(value, market)
    if number.extension is None and _WITHIN.search(value) and number.country_code != 1:
        # "089 123456 Durchwahl 5"; only North America has letters amid the digits.
        raise NumberParseException(NumberParseException.NOT_A_NUMBER, "words amid the digits")
    return number


def _valid(value: str, market: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(value, market)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
