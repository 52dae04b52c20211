"""Text functions: what `escape`, `str`, `Markup` and `concat` mean in traced template code.

Each does what Jinja's own does, but keeps slots as slots: no string ever carries a placeholder that later
code could inspect.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2 import runtime
from markupsafe import Markup, escape

from sitegen.stamping.printers import Printed
from sitegen.stamping.slots import Slot, Text, carries
from sitegen.stamping.tracer import Tracer
from sitegen.stamping.visits import RegionVisit


class TextFunctions:
    """The functions that make and join text while a template is traced; codegen.py says under which names."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def escape(self, value: Any) -> Any:
        """Escapes the value for HTML, as `markupsafe.escape` does; gives a Printed if it depends on the member."""
        if type(value) is Text and value._markup:
            return value
        return self._printed("escape", value) if carries(value) else escape(value)

    def string(self, value: Any) -> Any:
        """Converts the value as `str` does; gives a Printed, or a Text without Markup, if it depends on the member."""
        if type(value) is Text:
            return Text(self._tracer, value._parts, False)
        return self._printed("str", value) if carries(value) else str(value)

    def raw(self, value: Any) -> Any:
        """Returns a value that is put out unconverted, such as a filter block's result; a slot becomes a Printed."""
        return self._printed("raw", value) if type(value) is Slot else value

    def Markup(self, value: Any) -> Any:
        """Marks the value as safe HTML, as `markupsafe.Markup` does.

        Returns a Text or a Slot if the value depends on the member.
        """
        if type(value) is Text:
            return Text(self._tracer, value._parts, True)
        return self._tracer.apply(Markup, (value,))

    def markup_join(self, values: Iterable[Any]) -> Any:
        """Joins the values as Jinja's `~` does with autoescape; gives a slot if one depends on the member."""
        return self._tracer.apply(_markup_join, tuple(values), label="~")

    def str_join(self, values: Iterable[Any]) -> Any:
        """Joins the values as Jinja's `~` does without autoescape; gives a slot if one depends on the member."""
        return self._tracer.apply(_str_join, tuple(values), label="~")

    def concat(self, items: Iterable[Any]) -> Any:
        """Joins what a template printed: to a str if the result is the same for all members, else to a Text."""
        parts = self.parts(items)
        if all(isinstance(part, str) or (type(part) is RegionVisit and part.region.straight) for part in parts):
            return "".join(part for part in parts if isinstance(part, str))
        return Text(self._tracer, parts, False)

    def parts(self, items: Iterable[Any]) -> list[Any]:
        """Returns the items with each Text replaced by its parts, and without empty strings.

        Raises TypeError, with the message of `"".join`, for an item that is neither text nor a Printed nor the
        sentinel of a region.
        """
        parts: list[Any] = []
        for item in items:
            kind = type(item)
            if kind is str:  # most are
                if item:
                    parts.append(item)
            elif kind is Text:
                parts.extend(self.parts(item._parts))
            elif kind is Printed or kind is RegionVisit:
                parts.append(item)
            elif item != "":
                parts.append("".join((item,)))
        return parts

    def _printed(self, kind: str, value: Any) -> Printed:
        source = self._tracer.lift(value)
        expr = self._tracer.table.printed(kind, source)
        self._tracer.value(expr)
        return Printed(kind, source, expr)


def _markup_join(*values: Any) -> str:
    return runtime.markup_join(values)


def _str_join(*values: Any) -> str:
    return runtime.str_join(values)
