"""Printers: how a value becomes the bytes that stand on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import markupsafe
from markupsafe import Markup, escape

from sitegen.stamping.expressions import Once


def _escape_plain(text: str) -> str:
    return str.__str__(escape(text))


#: MarkupSafe's C function, without the Markup around its result; other versions may keep it elsewhere.
_escape_text: Callable[[str], str] = getattr(markupsafe, "_escape_inner", _escape_plain)


def _escaped(value: Any) -> bytes:
    kind = type(value)
    if kind is str:
        return _escape_text(value).encode()
    if kind is Markup:
        return str.encode(value)
    return escape(_printable(value)).encode()


def _stringed(value: Any) -> bytes:
    return str(_printable(value)).encode()


def _raw(value: Any) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"a {type(value).__name__} cannot be joined with text")
    return str.encode(value)


def _printable(value: Any) -> Any:
    if type(value) is Once:
        raise TypeError("the text of an iterator names its address in memory")
    return value


#: By kind: escaped for HTML, as `str` gives it, or as the string that it must be already.
PRINTERS: dict[str, Callable[[Any], bytes]] = {"escape": _escaped, "str": _stringed, "raw": _raw}


def printed_text(kind: str, value: Any) -> str:
    """What PRINTERS give, as text: for a text that the template goes on to inspect."""
    return PRINTERS[kind](value).decode()
