"""Iteration over a slot, the placeholder of a member's value while a page is traced."""

from __future__ import annotations

from typing import Any, Protocol

from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.expressions import Expr


class ItemTracer(Protocol):
    """The methods of the tracer (tracer.py) that iteration over a slot needs."""

    table: ExpressionTable

    def ask(self, question: Expr) -> Any:
        """Returns this member's answer to the question, and notes that the page asked it."""

    def value(self, expr: Expr) -> Any:
        """Returns the expression's value for this member, and notes that it was computed."""

    def slot(self, expr: Expr) -> Any:
        """Returns a slot for the expression."""


class Items:
    """An iterator over the items of a slot; each item is a slot too.

    Before each item it asks whether there is one more. It does not ask for the length at once: each length would
    then have iterations of its own to learn. tracer: the trace that the slot belongs to. items: an expression
    whose value is a tuple.
    """

    def __init__(self, tracer: ItemTracer, items: Expr) -> None:
        self._tracer = tracer
        self._items = items
        self._next = 0

    def __iter__(self) -> Items:
        return self

    def __next__(self) -> Any:
        if not self._ask(self._next):
            raise StopIteration
        self._next += 1
        return self._tracer.slot(self._item())

    def confirm(self) -> None:
        """Asks again whether the item that `__next__` returned last exists.

        A loop that looks ahead (`loop.last`, `loop.nextitem`) asks inside the region of one iteration. The
        loop around it then needs the same answer outside that region.
        """
        self._ask(self._next - 1)
        self._tracer.value(self._item())

    def _item(self) -> Expr:
        return self._tracer.table.item(self._items, self._next - 1)

    def _ask(self, number: int) -> bool:
        return bool(self._tracer.ask(self._tracer.table.more(self._items, number)))
