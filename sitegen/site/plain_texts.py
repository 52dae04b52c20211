"""Finds HTML and Markdown in texts that are published as plain text, where people would read the signs themselves."""

from __future__ import annotations

import re

_ELEMENTS = (
    "a|abbr|b|big|blockquote|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|iframe|img|ins|li|mark|ol|p|pre|q|s|script"
    "|small|span|strike|strong|style|sub|sup|table|tbody|td|th|tr|tt|u|ul|wbr"
)
_SIGNS = (
    (re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"), "HTML", "write the character"),
    (re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE), "HTML", "write the text alone"),
    (re.compile(r"!?\[[^][]*\]\([^()\s]+\)"), "Markdown", "write the text alone"),
    (re.compile(r"(?<![\w*])\*\*(?=\S)[^*]+(?<=\S)\*\*(?![\w*])"), "Markdown", "write the text alone"),
)


def sign_in(text: str) -> tuple[str, str, str] | None:
    """Returns what a text holds that is not plain, of which language it is, and a hint; None for plain text."""
    for pattern, language, hint in _SIGNS:
        if found := pattern.search(text):
            return found[0], language, hint
    return None
