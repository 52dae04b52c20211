"""The one rule of which characters names, sentences and stories may hold: those that people can see.

Rosters, the sign-up form, lists of leads and the office all follow it. First ``tidied`` takes out what programs leave
in copied text and nobody sees; then whatever is invisible still is refused, since two names that look equal would
differ.
"""

from __future__ import annotations

import re
import unicodedata

_LEFT_BEHIND = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202d\u2060\u2066-\u2069\ufeff]")
"""Soft hyphens, blanks without width, byte order marks, and marks of writing direction, which address books and
spreadsheets put around numbers and names. U+202E is not among them: it turns letters round, so that a text looks like
another, and no program leaves it behind."""

_JOINERS = "\u200c\u200d"
"""The formatting characters that stay: Persian and Hindi names need them, and so do many emoji."""

_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffd]")
"""Letters and signs without a shape; and U+FFFD, which stands for bytes that could not be decoded."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""The Unicode categories that are refused: controls, formatting, surrogates, private use, unassigned, and separators of
lines and paragraphs."""

_COMING_EMOJI = range(0x1F000, 0x1FB00)
"""Unicode keeps these for pictures: one that this Python does not know is newer than it."""

_FLAGS = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
"""The flags of regions such as Scotland, whose letters are written in invisible characters."""


def tidied(text: str) -> str:
    """Returns the text without marks of writing direction and other invisible characters that copying leaves behind,
    and without joiners at its ends."""
    if text.isascii():
        return text
    return _LEFT_BEHIND.sub("", text).strip(_JOINERS)


def is_plain(text: str) -> bool:
    """Returns True only if ``tidied`` leaves the text as it is and ``unseen`` finds nothing in it: a quick answer for
    nearly all texts of one line. Python calls every invisible character unprintable, but for those without a shape."""
    return text.isprintable() and (text.isascii() or not _UNSEEN.search(text))


def is_visible(character: str) -> bool:
    """Returns True for a character that people can see, and for the two invisible joiners that some words need."""
    if _UNSEEN.match(character):
        return False
    if unicodedata.category(character) not in _HIDDEN or character in _JOINERS:
        return True
    return ord(character) in _COMING_EMOJI


def unseen(text: str, *, allowed: str = "") -> str | None:
    """Returns the first character of a text that people cannot see; None if all can be seen.

    ``allowed``: characters that may stand in it all the same, such as line ends.
    """
    if text.isprintable() and not _UNSEEN.search(text):
        return None
    return next((each for each in _FLAGS.sub("", text) if not is_visible(each) and each not in allowed), None)


def shown(text: str) -> str:
    """Returns the text with U+FFFD in place of each character that cannot be seen."""
    return "".join(each if is_visible(each) else "\N{REPLACEMENT CHARACTER}" for each in text)
