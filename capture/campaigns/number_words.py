"""Numbers from 0 to 100 as words, without blanks and accents, in the languages that people say codes in."""

from __future__ import annotations

_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro "
    "veinticinco veintiseis veintisiete veintiocho veintinueve"
)
_SPANISH_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"


def _english() -> dict[str, str]:
    tens = {word: 10 * number for number, word in enumerate(_ENGLISH_TENS.split(), 2)}
    units = _ENGLISH.split()
    both = {ten + units[unit]: value + unit for ten, value in tens.items() for unit in range(1, 10)}
    return _written({word: number for number, word in enumerate(units)} | tens | both | {"onehundred": 100})


def _spanish() -> dict[str, str]:
    tens = {word: 10 * number for number, word in enumerate(_SPANISH_TENS.split(), 3)}
    units = _SPANISH.split()
    both = {f"{ten}y{units[unit]}": value + unit for ten, value in tens.items() for unit in range(1, 10)}
    return _written({word: number for number, word in enumerate(units)} | tens | both | {"cien": 100})


def _written(numbers: dict[str, int]) -> dict[str, str]:
    return {word: str(number) for word, number in numbers.items()}


NUMBER_WORDS = _english() | _spanish()
"""The digits of each number by its word: ``twentyone`` and ``veintiuno`` are ``21``."""
