"""Reads prices as a company types them."""

from __future__ import annotations

import re

from babel.numbers import get_currency_precision, is_currency


def amount_and_currency(value: str) -> tuple[int, str]:
    """Reads a price: ``12.50 EUR`` gives 1250 (the amount in minor units, cents) and ``EUR``, an ISO 4217 code.

    Raises ValueError for any other form.
    """
    found = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?\s+([A-Z]{3})", value.strip())
    if not found or not is_currency(found[3]):
        raise ValueError("expected an amount and a currency, such as 12.50 EUR")
    digits = get_currency_precision(found[3])
    fraction = found[2] or ""
    if len(fraction) > digits:
        raise ValueError(f"{found[3]} has {digits} digits after the point")
    return int(found[1] + fraction.ljust(digits, "0")), found[3]
