"""Prices as people read them."""

from __future__ import annotations

import re

import pytest
from babel import localedata
from babel.numbers import get_currency_symbol

from sitegen.site.prices import price_text


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "text"),
    [
        ("en", 1250, "CHF", "CHF\u00a012.50"),
        ("en", -1250, "CHF", "-CHF\u00a012.50"),
        ("en", 125000, "EUR", "€1,250.00"),
        ("en", 1250, "JPY", "¥1,250"),
        ("en-CA", 1250, "USD", "US$12.50"),
        ("es-MX", 1250, "USD", "USD\u00a012.50"),
        ("ja", 1250, "CHF", "CHF\u00a012.50"),
        ("tr", 1250, "TND", "TND\u00a01,250"),
        ("es", 1250, "EUR", "12,50\u00a0€"),
        ("de-CH", 123450, "CHF", "CHF\u00a01’234.50"),
        ("fr", 1250, "CHF", "12,50\u00a0CHF"),
        ("fr-CH", 123450, "CHF", "1\u202f234.50\u00a0CHF"),
        ("de-AT", 123450, "EUR", "€\u00a01.234,50"),
        ("zh-Hant-TW", 1250, "CHF", "CHF\u00a012.50"),
        ("ar", 1250, "EUR", "\u200f12.50\u00a0€"),
    ],
)
def test_a_price(locale: str, amount: int, currency: str, text: str) -> None:
    assert price_text(amount, currency, locale) == text


@pytest.mark.parametrize("currency", ["CHF", "SEK", "AED", "USD"])
def test_no_letter_of_a_currency_touches_the_number_in_any_language(currency: str) -> None:
    for locale in localedata.locale_identifiers():
        text = price_text(123450, currency, locale)
        assert get_currency_symbol(currency, locale) in text
        assert not re.search(r"[^\W\d_][0-9]|[0-9][^\W\d_]", text), locale
