"""Rewrites telephone numbers that a country has renumbered since they were written down.

A number is rewritten only if it cannot be dialled as it is written, and can be after it. Here is what a national plan
moved by a rule; where each subscriber got a new number, there is none to follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import phonenumbers
from phonenumbers import PhoneNumber


@dataclass(frozen=True, slots=True)
class Renumbering:
    """One rule of one country: numbers of the form ``old`` became ``new``.

    ``code`` is the calling code. ``old`` matches the whole national number, without the calling code but with a prefix
    that the library keeps; ``new`` is what takes its place, as in ``re.sub``. ``since``: the day on which all of them
    had moved. ``source``: who decreed it.
    """

    code: int
    old: str
    new: str
    since: date
    source: str


_ARTCI = "ARTCI (Côte d'Ivoire), national numbering plan of ten digits"
_VIETNAM = "Ministry of Information and Communications (Vietnam), circular 22/2014/TT-BTTTT"
_CAMEROON = "ART (Cameroon), national numbering plan of nine digits"
_COLOMBIA = "CRC (Colombia), resolution 5826 of 2019"
_BRAZIL = "Anatel (Brazil), resolution 553 of 2010, the ninth digit of mobile numbers"

RENUMBERINGS = (
    Renumbering(
        52, r"(?:1|01|044|045)(\d{10})", r"\1", date(2019, 8, 3), "IFT (Mexico), numbering plan of 11 May 2018"
    ),
    Renumbering(229, r"(\d{8})", r"01\1", date(2024, 11, 30), "ARCEP (Benin), decision 2020-349"),
    # The operator goes by the third digit of a fixed number, by the second of a mobile one.
    Renumbering(225, r"(2\d8\d{5})", r"21\1", date(2021, 1, 31), _ARTCI),
    Renumbering(225, r"([23]\d0\d{5})", r"25\1", date(2021, 1, 31), _ARTCI),
    Renumbering(225, r"([23]\d{7})", r"27\1", date(2021, 1, 31), _ARTCI),
    Renumbering(225, r"([04-9][0-3]\d{6})", r"01\1", date(2021, 1, 31), _ARTCI),
    Renumbering(225, r"([04-9][4-6]\d{6})", r"05\1", date(2021, 1, 31), _ARTCI),
    Renumbering(225, r"([04-9][7-9]\d{6})", r"07\1", date(2021, 1, 31), _ARTCI),
    Renumbering(84, r"12([068])(\d{7})", r"7\1\2", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"121(\d{7})", r"79\1", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"122(\d{7})", r"77\1", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"12([345])(\d{7})", r"8\1\2", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"127(\d{7})", r"81\1", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"129(\d{7})", r"82\1", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"16([2-9])(\d{7})", r"3\1\2", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"18([68])(\d{7})", r"5\1\2", date(2018, 11, 15), _VIETNAM),
    Renumbering(84, r"199(\d{7})", r"59\1", date(2018, 11, 15), _VIETNAM),
    Renumbering(57, r"([1-8]\d{7})", r"60\1", date(2021, 9, 1), _COLOMBIA),
    Renumbering(55, r"([1-9]\d)([689]\d{7})", r"\g<1>9\2", date(2016, 11, 6), _BRAZIL),
    Renumbering(237, r"([5-9]\d{7})", r"6\1", date(2014, 11, 21), _CAMEROON),
    Renumbering(237, r"(22\d{6}|33\d{6})", r"2\1", date(2014, 11, 21), _CAMEROON),
    Renumbering(230, r"([789]\d{6})", r"5\1", date(2013, 9, 1), "ICTA (Mauritius), mobile numbers of eight digits"),
)


@cache
def _rules(code: int) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(each.old, re.ASCII), each.new) for each in RENUMBERINGS if each.code == code)


def is_old(code: int, national: str) -> bool:
    """Returns whether a national number has a form that its country has given up, so that ``renumbered`` may move it.
    ``code``: the country's calling code."""
    rules = _rules(code)
    return bool(rules) and any(old.fullmatch(national) for old, _ in rules)


def renumbered(number: PhoneNumber) -> PhoneNumber:
    """Returns the number by which a renumbered subscriber is reached today, or the same number if it was not moved."""
    code = number.country_code or 0
    if not _rules(code) or phonenumbers.is_valid_number(number):
        return number
    # Of a number that has a possible length already, the rule alone does not tell that it is an old one.
    suffices = phonenumbers.is_valid_number if phonenumbers.is_possible_number(number) else _is_possible
    national = phonenumbers.national_significant_number(number)
    for old, new in _rules(code):
        if old.fullmatch(national):
            moved = _parsed(code, old.sub(new, national))
            return moved if moved is not None and suffices(moved) else number
    return number


def _is_possible(number: PhoneNumber) -> bool:
    return phonenumbers.is_possible_number(number)


def _parsed(code: int, national: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(f"+{code}{national}")
    except phonenumbers.NumberParseException:
        return None
