"""Iteration over a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sitegen.stamping.expressions import Expr

if TYPE_CHECKING:
    from sitegen.stamping.tracer import Tracer


class Items:
    """An iterator over a slot's items that asks before each whether there is one more.

    Asking for the length at once would give each length iterations of its own to learn.
    """

    def __init__(self, tracer: Tracer, items: Expr) -> None:
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
        """Ask for the last item again: the loop goes on, outside the region that had looked ahead."""
        self._ask(self._next - 1)
        self._tracer.value(self._item())

    def _item(self) -> Expr:
        return self._tracer.ledger.item(self._items, self._next - 1)

    def _ask(self, number: int) -> bool:
        return bool(self._tracer.ask(self._tracer.ledger.more(self._items, number)))
