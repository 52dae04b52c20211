"""Texts: what the names `escape`, `str`, `Markup` and `concat` mean in traced template code.

Each does what Jinja's own does, but keeps slots as slots: no string ever carries a placeholder that later
code could inspect.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jinja2 import runtime
from markupsafe import Markup, escape

from sitegen.stamping.expressions import Expr
from sitegen.stamping.ledger import Ledger
from sitegen.stamping.printers import printed_text
from sitegen.stamping.signals import Dissolve
from sitegen.stamping.slots import Printed, Slot, Text, carries
from sitegen.stamping.visits import Visit

if TYPE_CHECKING:
    from sitegen.stamping.tracer import Tracer


class Texts:
    """The text functions of one trace, under the names that generated code calls them by."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def escape(self, value: Any) -> Any:
        if type(value) is Text and value._markup:
            return value
        return self._printed("escape", value) if carries(value) else escape(value)

    def string(self, value: Any) -> Any:
        if type(value) is Text:
            return Text(self._tracer, value._parts, False)
        return self._printed("str", value) if carries(value) else str(value)

    def raw(self, value: Any) -> Any:
        """What is printed as it is (the result of a filter block), printed where it stands."""
        return self._printed("raw", value) if type(value) is Slot else value

    def Markup(self, value: Any) -> Any:
        if type(value) is Text:
            return Text(self._tracer, value._parts, True)
        return self._tracer.apply(Markup, (value,))

    def markup_join(self, values: Iterable[Any]) -> Any:
        return self._tracer.apply(_markup_join, tuple(values), label="~")

    def str_join(self, values: Iterable[Any]) -> Any:
        return self._tracer.apply(_str_join, tuple(values), label="~")

    def concat(self, items: Iterable[Any]) -> Any:
        """What a template printed, in one: a string if it is the same for all members, else a Text."""
        parts = self.parts(items)
        if all(isinstance(part, str) or (type(part) is Visit and part.region.straight) for part in parts):
            return "".join(part for part in parts if isinstance(part, str))
        return Text(self._tracer, parts, False)

    def parts(self, items: Iterable[Any]) -> list[Any]:
        """The items with texts taken apart; TypeError for what is no text, as of `"".join`."""
        parts: list[Any] = []
        for item in items:
            if type(item) is Text:
                parts.extend(self.parts(item._parts))
            elif type(item) is Printed or type(item) is Visit:
                parts.append(item)
            elif item != "":
                parts.append("".join((item,)))
        return parts

    def _printed(self, kind: str, value: Any) -> Printed:
        source = self._tracer.lift(value)
        expr = self._tracer.ledger.printed(kind, source)
        self._tracer.value(expr)
        return Printed(kind, source, expr)


def text_value(ledger: Ledger, text: Text) -> Expr:
    """The expression of a text that the template inspects. Raises Dissolve for the regions in it."""
    marks = [part for part in text._parts if type(part) is Visit and not part.region.straight]
    if marks:
        raise Dissolve(mark.region.site for mark in marks)
    children = []
    for part in text._parts:
        if isinstance(part, str):
            children.append(ledger.const(part))
        elif type(part) is Printed:
            children.append(ledger.call(printed_text, (ledger.const(part.kind), part.source), label=part.source.label))
    return ledger.call(_markup if text._markup else _plain, tuple(children), label="text")


def _plain(*parts: str) -> str:
    return "".join(parts)


def _markup(*parts: str) -> Markup:
    return Markup("".join(parts))


def _markup_join(*values: Any) -> str:
    return runtime.markup_join(values)


def _str_join(*values: Any) -> str:
    return runtime.str_join(values)
