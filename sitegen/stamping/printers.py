"""Printers: functions that turn a value into the bytes on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import markupsafe
from markupsafe import Markup, escape

from sitegen.stamping.expressions import Expr, Once


class Printed:
    """A slot that a template has printed: the part of a page's output whose bytes depend on the member.

    kind: how the value is printed, a key of PRINTERS. source: the expression of the value. expr: the expression of
    the bytes that the printer of this kind makes of the value.
    """

    __slots__ = ("expr", "kind", "source")

    def __init__(self, kind: str, source: Expr, expr: Expr) -> None:
        self.kind = kind
        self.source = source
        self.expr = expr


def _escape_plain(text: str) -> str:
    return str.__str__(escape(text))


#: MarkupSafe's C function, which returns a `str`; versions that do not have it get `_escape_plain`.
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


#: The printers by kind; each turns a value into bytes in UTF-8. "escape": escapes the text for HTML, as Jinja does
#: with autoescape; "str": converts the value with `str`; "raw": takes a string unchanged, and raises TypeError for
#: anything else.
PRINTERS: dict[str, Callable[[Any], bytes]] = {"escape": _escaped, "str": _stringed, "raw": _raw}


def printed_text(kind: str, value: Any) -> str:
    """Returns the text that the printer of this kind makes of the value, for template code that inspects the text."""
    return PRINTERS[kind](value).decode()
