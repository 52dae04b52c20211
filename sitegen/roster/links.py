"""Reads members' own links elsewhere, as a roster's column ``links`` has them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sitegen.model import Link
from sitegen.roster.values import one_line, refuse

MOST_LINKS = 8
LONGEST_LABEL = 40
LONGEST_URL = 500

_NOT_IN_URL = re.compile(r"""[\s<>"'`\\^{|}]""")
_URL = r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w.~/%@?=&+-]*+)?"
_PLAIN_URL = re.compile(_URL, re.ASCII)
_SEEN = "[ -:<>-~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e]"
"""The characters of most labels: Latin letters, digits, and signs but those between links; all can be seen."""
_PLAIN_LINK = rf"(?! ){_SEEN}{{1,{LONGEST_LABEL}}}+(?<! )={_URL}"
_PLAIN_LINKS = re.compile(rf"{_PLAIN_LINK}(?:; ?{_PLAIN_LINK}){{0,7}};?\Z", re.ASCII)
"""Links as they are usually written: nothing in their labels or addresses could be taken for what is between them."""
_label, _url = lru_cache(maxsize=4096)(one_line(LONGEST_LABEL)), one_line(LONGEST_URL)


def lines(value: Any) -> str | None:
    """Reads links as ``read`` does, and returns them as one text: labels and addresses in turn, each on its own line.

    Returns None if there are none.
    """
    # As nearly all are written; to take every link apart would take as long as reading the rest of the row.
    if isinstance(value, str) and _PLAIN_LINKS.match(value):
        found = value.rstrip(";").replace("; ", "\n").replace("=https://", "\nhttps://")
        found = found.replace(";", "\n") if ";" in found else found
        if len(found) <= LONGEST_URL or max(map(len, found.split("\n"))) <= LONGEST_URL:
            return found
    return "\n".join(f"{link.label}\n{link.url}" for link in read(value)) or None


def read(value: Any) -> tuple[Link, ...]:
    """Reads links as CSV has them (``Label=https://…; Label=https://…``) or as JSON does (a list of objects)."""
    if isinstance(value, str):
        pairs = [_pair(each) for each in value.split(";") if each.strip()]
    elif isinstance(value, list):
        pairs = [_pair_of_object(each) for each in value]
    else:
        raise refuse("expected a list of links")
    if len(pairs) > MOST_LINKS:
        raise refuse(f"more than {MOST_LINKS} links ({len(pairs)})")
    return tuple(_link(label.strip(), url.strip()) for label, url in pairs)


def _pair(text: str) -> tuple[str, str]:
    label, equals, url = text.partition("=")
    if not equals:
        hint = "in an address, write a semicolon as %3B"
        raise refuse("expected Label=https://… with a semicolon between links", hint if "/" in text else None)
    return label, url


def _pair_of_object(each: Any) -> tuple[str, str]:
    if not isinstance(each, dict) or each.keys() != {"label", "url"}:
        raise refuse('expected objects with "label" and "url"')
    label, url = each["label"], each["url"]
    if not isinstance(label, str) or not isinstance(url, str):
        raise refuse('expected objects with "label" and "url" as text')
    return label, url


def _link(label: str, url: str) -> Link:
    if not label:
        raise refuse("a link without a label", "write what a visitor reads, such as Instagram=https://…")
    _label(label)
    if len(url) <= LONGEST_URL and _PLAIN_URL.fullmatch(url):  # nearly all; the way below takes ten times as long
        return Link(label, url)
    _url(url)
    if not url.startswith("https://"):
        raise refuse("a link must begin with https://")
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and "." in parts.netloc and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        good = False
    if not good or _NOT_IN_URL.search(url):
        raise refuse("a link that is not an address", "expected something like https://example.com/ana")
    return Link(label, url)
