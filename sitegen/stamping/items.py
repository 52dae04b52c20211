"""Iteration over a slot."""

from __future__ import annotations

from typing import Any, Protocol

from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.expressions import Expr


class ItemTracer(Protocol):
    """The part of the tracer (tracer.py) that iteration needs."""

    table: ExpressionTable

    def ask(self, question: Expr) -> Any:
        """Return this member's answer and note the question."""

    def value(self, expr: Expr) -> Any:
        """Return this member's value and note that it was computed."""

    def slot(self, expr: Expr) -> Any:
        """Return a slot for the expression."""


class Items:
    """An iterator over a slot's items, which are slots; it asks before each whether there is one more.

    It does not ask for the length at once: then each length would have iterations of its own to learn.

    tracer: the trace that the slot belongs to. items: an expression whose value is a tuple.
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
        """Ask again whether the item exists that `__next__` gave last.

        A loop that looks ahead (`loop.last`, `loop.nextitem`) asks inside the region of one iteration. The
        loop around it then needs the same answer outside that region.
        """
        self._ask(self._next - 1)
        self._tracer.value(self._item())

    def _item(self) -> Expr:
        return self._tracer.table.item(self._items, self._next - 1)

    def _ask(self, number: int) -> bool:
        return bool(self._tracer.ask(self._tracer.table.more(self._items, number)))
