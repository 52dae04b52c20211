"""Amounts of money as people type and read them; in code, an amount is a number of minor units of one currency."""

from __future__ import annotations

import re

from babel.numbers import NumberFormatError, get_currency_precision, parse_decimal

from sitegen.site import prices

_PLAIN = re.compile(r"[0-9][0-9.,\u2019\u00a0\u202f ]*")
"""The pattern of a typed amount: digits with separators between them. Python would also read "1e9" as a number."""

LARGEST = 10**12
"""The largest amount that may be typed, in minor units; a larger one is refused as a typing error."""


def read(text: str, currency: str, locale: str) -> int | None:
    """Returns a typed amount of money, such as "1,250.50", in minor units (cents); None if the text is no amount above
    zero in this language, or is above ``LARGEST``."""
    if not _PLAIN.fullmatch(text.strip()):
        return None
    try:
        amount = parse_decimal(text.strip(), locale=locale, strict=True)
    except NumberFormatError:
        return None
    minor = amount * 10 ** get_currency_precision(currency)
    return int(minor) if minor == minor.to_integral_value() and 0 < minor <= LARGEST else None


def minor_units(amount: int, currency: str) -> int:
    """Returns an amount of whole units in the currency's minor units: 38 euros are 3800 cents, 38 yen are 38."""
    return int(amount * 10 ** get_currency_precision(currency))


def shown(amount: int, currency: str, locale: str) -> str:
    """Returns an amount of minor units as people read it in this language, such as "€1,250.50"."""
    return prices.price_text(amount, currency, locale)
