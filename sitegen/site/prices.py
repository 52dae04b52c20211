"""Reads prices as a company types them, and writes them as people read them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol, is_currency

_SEPARATORS = {"decimal": "currencyDecimal", "group": "currencyGroup"}
_NUMBER = re.compile(r"[0-9](?:.*[0-9])?")


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


def price_text(amount: int, currency: str, locale: str) -> str:
    """Returns an amount of minor units as people read it in a language: 1250 and ``EUR`` give ``12,50 €`` in ``es``.

    Babel leaves out two rules of the CLDR, which are kept here: letters of a currency that would touch the number stand
    apart from it (Unicode TS 35, part 3, "Currency spacing"), and some languages have separators of their own for money
    (``currencyDecimal`` and ``currencyGroup``: ``12.50 CHF`` in ``fr-CH``).
    """
    place = Locale.parse(locale, sep="-" if "-" in locale else "_")
    text = format_currency(Decimal(amount) / 10 ** get_currency_precision(currency), currency, locale=place)
    return _spaced(_with_separators_of_money(text, place), get_currency_symbol(currency, place))


def _with_separators_of_money(text: str, place: Locale) -> str:
    symbols = place.number_symbols["latn"]
    own = {symbols[usual]: symbols[money] for usual, money in _SEPARATORS.items() if money in symbols}
    return _NUMBER.sub(lambda number: number[0].translate(str.maketrans(own)), text)


def _spaced(text: str, symbol: str) -> str:
    if _stands_apart(symbol[-1]):
        text = re.sub(f"({re.escape(symbol)})(?=[0-9])", "\\1\u00a0", text)
    if _stands_apart(symbol[0]):
        text = re.sub(f"(?<=[0-9])({re.escape(symbol)})", "\u00a0\\1", text)
    return text


def _stands_apart(character: str) -> bool:
    return unicodedata.category(character)[0] not in "SZ"
