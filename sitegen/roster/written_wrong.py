"""Finds names that are no names: what programs write when something went wrong, which a site would publish."""

from __future__ import annotations

import html
import re

from sitegen.roster.faults import quoted

Why = tuple[str, str | None]
"""What is wrong, and a hint."""

_ERROR = re.compile(r"#(?:N/?A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|ERROR!|#{2,})\Z", re.IGNORECASE)
"""The errors of spreadsheets."""
_NOTHING = frozenset({"NULL", "null", "(null)", "undefined", "None", "NaN", "nan", "N/A", "n/a", "#N/A"})
"""What programs write for nothing, in just these letters: Null and Nan are names."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_NUMBER = re.compile(r"[\s!-@\[-`{-~]+\Z", re.ASCII)
"""Digits and signs alone, as in the last row of an export with its totals."""
_TWICE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]")
"""How letters begin that were written in UTF-8 and read as Windows-1252."""
_PLAIN_NAME = re.compile("[A-Za-zÀ-ÖØ-öø-ő][A-Za-zÀ-ÖØ-öø-ő '.-]*+\\Z")
"""Names as most are: of letters that ``_TWICE`` does not end with."""


def is_plain_name(text: str) -> bool:
    """Returns True only if ``in_name`` finds nothing wrong with a text and all of it can be seen: a quick answer for
    most names."""
    return _PLAIN_NAME.match(text) is not None and text not in _NOTHING


def in_name(text: str) -> Why | None:
    """Returns why a text cannot be a name; None if it can."""
    if _NUMBER.match(text):
        return "only digits or signs", "write the name that visitors should read"
    if "@" in text and _EMAIL.search(text):
        return "an e-mail address, which the site would show to everybody", "write the name that visitors should read"
    return in_line(text)


def in_line(text: str) -> Why | None:
    """Returns why a text cannot be what somebody wrote; None if it can."""
    if text in _NOTHING or (text[:1] == "#" and _ERROR.match(text)):
        return "what a program writes for nothing", "leave the cell empty if there is nothing to say"
    if "&" in text and _ENTITY.search(text) and html.unescape(text) != text:
        return "holds codes of HTML, which would be shown as they stand", f"{quoted(html.unescape(text))} would do"
    if not text.isascii() and _TWICE.search(text) and (plain := _read_again(text)) is not None:
        return (
            "letters that a program read in the wrong encoding",
            f"{quoted(plain)} would do; export it again as UTF-8",
        )
    return None


def _read_again(text: str) -> str | None:
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return None
