"""Telephone numbers with words and decimals around them."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from sitegen.roster import phones


@pytest.mark.parametrize(
    ("written", "market", "number"),
    [
        ("0171 1234567 mobil", "DE", "+491711234567"),
        ("+49 171 1234567 (WhatsApp)", None, "+491711234567"),
        ("Tel.: 600 111 222", "ES", "+34600111222"),
        ("M 600 111 222 Ana", "ES", "+34600111222"),
        ("tel:+34600111222", None, "+34600111222"),
        ("1711234567.0", "DE", "+491711234567"),
        ("+436641234567,00", "AT", "+436641234567"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1-800-GO-4-TEAS", "US", "+18004648327"),
    ],
)
def test_words_and_decimals_are_no_digits(written: str, market: str | None, number: str) -> None:
    assert phones.read(written, market) == number


@pytest.mark.parametrize(
    ("written", "market"),
    [
        ("089 123456 Durchwahl 5", "DE"),
        ("089 123456 DW 5", "DE"),
        ("0171 1234567 oder 0172 1234567", "DE"),
        ("tel:+34-600-111-222;ext=5", "ES"),
        ("600 111 222 ext. 5", "ES"),
        ("a" * 90 + "1", "ES"),
        ("6.00E+08", "ES"),
        ("no tiene", "ES"),
    ],
)
def test_what_nobody_can_dial_is_refused(written: str, market: str) -> None:
    with pytest.raises(PydanticCustomError):
        phones.read(written, market)
