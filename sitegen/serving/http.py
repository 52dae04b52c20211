"""Reads the header fields of a request: conditions, compression and host (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from typing import Any

_TAGS = re.compile(r'(?:W/)?"([!#-~\x80-\xff]*)"')
_LIST = re.compile(r'[ \t,]*(?:(?:W/)?"[!#-~\x80-\xff]*"[ \t]*(?:,[ \t,]*|\Z))+\Z')
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_PORT = re.compile(r":[0-9]*\Z")


@lru_cache(512)
def takes_gzip(accepted: str) -> bool:
    """Returns whether an Accept-Encoding field allows gzip, and does not prefer plain bytes (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for each in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in each.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = float(value) if _QUALITY.match(value.strip()) else 0.0
        weights[coding] = quality
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def not_modified(environ: dict[str, Any], tag: str, since: int) -> bool:
    """Returns whether the client has these bytes already, so that a 304 is enough (RFC 9110, 13.2.2).

    If-None-Match decides if it is there (by weak comparison), else If-Modified-Since. ``tag``: the entity tag without
    quotes; ``since``: the last change, in seconds since 1970.
    """
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted is not None:
        if wanted.strip() == "*":
            return True
        return _LIST.match(wanted) is not None and tag in _TAGS.findall(wanted)
    date = environ.get("HTTP_IF_MODIFIED_SINCE")
    if date is None:
        return False
    had = _seconds(date)
    return had is not None and had >= since


@lru_cache(512)
def http_date(seconds: int) -> str:
    """Formats seconds since 1970 for a header field: ``Sun, 06 Nov 1994 08:49:37 GMT`` (RFC 9110, 5.6.7)."""
    return formatdate(seconds, usegmt=True)


@lru_cache(512)
def _seconds(date: str) -> float | None:
    """Reads a date in any of the three forms of RFC 9110, 5.6.7, as seconds since 1970; None if it is not a date."""
    try:
        parsed = parsedate_to_datetime(date)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def host_of(company: str) -> Callable[[str], str | None]:
    """Returns a function that reads Host fields, for a site whose company has the host ``company``.

    The function returns "" for the company's own host, ``ana`` for the host ``ana.<company>``, None for all others.
    """
    own = _PORT.sub("", company.lower())

    @lru_cache(4096)
    def read(field: str) -> str | None:
        host = _PORT.sub("", field.lower()).removesuffix(".")
        if host == own:
            return ""
        first, dot, rest = host.partition(".")
        return first if dot and first and rest == own else None

    return read
