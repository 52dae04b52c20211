"""Reads the addresses of the company's site and its services, in the one form in which all others begin with them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_EXPECTED = "expected an address such as https://example.com"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\Z|[0-9a-f:.]*:[0-9a-f:.]*\Z")
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/*\Z")


def web_address(value: str) -> str:
    """Returns an address without a slash at its end, its host in small ASCII letters (``münchen.example`` as
    ``xn--mnchen-3ya.example``).

    Raises ValueError for an address with a name or password, a query or a fragment, and for paths that would not come
    out as they are written, such as one with ``//``, ``..`` or a space.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(_EXPECTED)
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{_EXPECTED}, without a name or password: everybody sees it")
    if not _PATH.match(parts.path):
        raise ValueError("the path of an address has letters, digits, hyphens and single slashes only, such as /shops")
    return f"{parts.scheme}://{_host(parts)}{parts.path.rstrip('/')}"


def _host(parts: SplitResult) -> str:
    try:
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError as error:  # UnicodeError is one, too
        raise ValueError(_EXPECTED) from error
    if not _HOST.match(host):
        raise ValueError(_EXPECTED)
    return (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
