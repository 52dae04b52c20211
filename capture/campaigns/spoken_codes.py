"""Reads campaign codes as people heard and typed them: ``Rádio 7``, ``radio seven``, a pasted address.

A code is a word of 2 to 12 letters and a number. What is certain is read by ``code_from_speech``; ``readings`` are what
else may have been meant, to be believed only where exactly one of them is a code that exists. A letter or a sign that
could make another code of the text is never dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from capture.campaigns.number_words import NUMBER_WORDS
from capture.company.generator import CAMPAIGN_CODE, CAMPAIGN_FIELD, CAMPAIGN_PAGES

LONGEST_TYPED = 300
"""The most characters of what is typed or pasted that are read."""

_LONGEST_SPOKEN = 60
_WORD, _NUMBER = 12, 6  # the most letters and digits of a code
_MOST_READINGS = 200
_SILENT = {"Mn", "Me", "Cf", "Sk", "So"}  # accents, marks of direction, drawings
_FILLERS = frozenset(
    {
        *("please", "thanks", "code", "the", "number", "campaign", "my", "is"),
        *("por", "favor", "gracias", "codigo", "el", "la", "numero", "campana", "mi", "es", "de"),
    }
)
_LETTERS = str.maketrans("01", "ol")
_OTHER_LETTERS = str.maketrans("01", "oi")
_DIGITS = str.maketrans("oil", "011")


def code_from_speech(typed: str) -> str | None:
    """Returns the campaign code that a person typed as they heard it: ``radio7`` for "Radio 7", "rádio７" or "RADIO-7".

    Accents and case are folded, digits of all scripts count, blanks and punctuation do not. Returns None for text that
    is no code, or that has other letters or signs.
    """
    plain = _folded(typed)
    code = plain.replace(" ", "") if plain is not None else ""
    return code if CAMPAIGN_CODE.match(code) else None


def readings(typed: str) -> set[str]:
    """Returns the codes that may be meant by what was typed or pasted, however few of them exist.

    Numbers in words (English and Spanish), zeros in front, letters that look like digits, polite words around the code,
    and an address that names a code are understood.
    """
    if (pasted := _in_address(typed)) is not None:
        typed = pasted
    plain = _folded(typed[:_LONGEST_SPOKEN])
    if plain is None:
        return set()
    words = plain.split()
    meant = [word for word in words if word not in _FILLERS]
    found: dict[str, None] = {}
    for text in dict.fromkeys(("".join(words), "".join(meant))):
        found.update(dict.fromkeys(_with_number(text)))
        found.update(dict.fromkeys(_with_look_alikes(text)))
    codes = [each for code in found for each in _with_zeros(code) if CAMPAIGN_CODE.match(each)]
    return set(list(dict.fromkeys(codes))[:_MOST_READINGS])


def compact(typed: str) -> str:
    """Returns the letters and digits of what was typed or pasted, to compare with codes that exist."""
    plain = _folded((_in_address(typed) or typed)[:_LONGEST_SPOKEN]) or ""
    return "".join(word for word in plain.split() if word not in _FILLERS)


def _folded(typed: str) -> str | None:
    """Returns the text in small letters a to z, digits 0 to 9 and blanks; None if it has other letters or signs."""
    found = []
    for each in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", typed).casefold()):
        kind = unicodedata.category(each)
        if kind == "Nd":
            found.append(str(unicodedata.decimal(each)))
        elif "a" <= each <= "z":
            found.append(each)
        elif kind[0] in "ZP" or each in "+\t\n\r":  # the plus sign is a blank in addresses
            found.append(" ")
        elif kind not in _SILENT:
            return None
    return "".join(found)


def _in_address(typed: str) -> str | None:
    """Returns the code that a pasted address names by its path or its query; None if it is no such address."""
    typed = typed.strip()
    if "/" not in typed and "=" not in typed:
        return None
    try:
        parts = urlsplit(typed)
    except ValueError:
        return None
    query = parse_qs(parts.query)
    for field in (CAMPAIGN_FIELD, "code"):
        if query.get(field):
            return query[field][0]
    path = re.search(rf"(?:^|/){re.escape(CAMPAIGN_PAGES)}([^/]+)", parts.path)
    return path[1] if path else None


def _with_number(text: str) -> Iterator[str]:
    """Yields the codes that the text may be if its number is in words, or partly so."""
    for end in range(2, min(len(text), _WORD) + 1):
        if not text[end - 1].isalpha():
            return
        for number in _numbers(text[end:]):
            yield text[:end] + number


def _numbers(text: str) -> set[str]:
    """Returns the numbers that a text without blanks may be: "seven", "twentyone" (21, 201), "1two"."""
    ends: list[set[str]] = [{""}, *(set[str]() for _ in text)]
    for start in range(len(text)):
        if not ends[start]:
            continue
        for end in range(start + 1, len(text) + 1):
            piece = text[start:end]
            said = piece if len(piece) == 1 and piece.isdigit() else NUMBER_WORDS.get(piece)
            if said is not None:
                ends[end] |= {before + said for before in ends[start] if len(before + said) <= _NUMBER}
    return ends[-1]


def _with_look_alikes(text: str) -> Iterator[str]:
    """Yields the codes that the text may be if 0 and o, or 1, l and i, were taken for each other."""
    for end in range(2, min(len(text), _WORD) + 1):
        for letters in (_LETTERS, _OTHER_LETTERS):
            yield text[:end].translate(letters) + text[end:].translate(_DIGITS)


def _with_zeros(code: str) -> Iterator[str]:
    yield code
    word = code.rstrip("0123456789")
    number = code[len(word) :].lstrip("0")
    if number:
        yield from (word + number.zfill(width) for width in range(1, 4))
