"""Slots and texts: what template code holds in place of a value that depends on the member.

Slots and texts answer the few questions that control flow asks (truth, length, iteration, membership,
comparison) with this member's value, and the tracer notes question and answer. Everything else that Python
might do to them raises Leak, so that no code can mistake them for a value.

Their attributes begin with an underscore, because foreign code that asks for any other name must meet Leak.
Only the modules of this package read these attributes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from sitegen.stamping.expressions import Expr
from sitegen.stamping.printers import Printed
from sitegen.stamping.signals import Leak
from sitegen.stamping.visits import RegionVisit

#: Special methods that would use a slot as a value; without the underscores around them.
_FORBIDDEN = """
    str repr format hash bytes int float complex index round trunc floor ceil html html_format fspath
    call next reversed setitem delitem length_hint enter exit copy deepcopy reduce reduce_ex getstate
    await aiter anext dir add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow
    rpow matmul rmatmul and rand or ror xor rxor lshift rshift rlshift rrshift neg pos abs invert
    divmod rdivmod iadd isub imul iand ior
"""


class SlotTracer(Protocol):
    """The methods of the tracer (tracer.py) that slots and texts need."""

    def truth(self, value: Any) -> bool:
        """Returns what `bool(value)` is for the current member."""

    def length(self, value: Any) -> int:
        """Returns what `len(value)` is for the current member."""

    def items(self, value: Any) -> Iterator[Any]:
        """Returns an iterator of slots, as many as this member's value has items."""

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], *, label: str) -> Any:
        """Returns a slot for `function(*args)`."""


def _forbidden(name: str) -> Callable[..., Any]:
    def leak(self: Held, *args: Any, **kwargs: Any) -> Any:
        raise Leak(f"a member's value met code that asks for its {name}")

    return leak


class Held:
    """The base class of slots and texts: the tracer answers control flow, and every other use raises Leak."""

    __slots__ = ("_tracer",)
    _tracer: SlotTracer

    def __bool__(self) -> bool:
        return self._tracer.truth(self)

    def __len__(self) -> int:
        return self._tracer.length(self)

    def __iter__(self) -> Iterator[Any]:
        return self._tracer.items(self)

    def __getitem__(self, key: Any) -> Any:
        return self._tracer.apply(operator.getitem, (self, key), label="item")

    def __contains__(self, item: Any) -> bool:
        return bool(self._tracer.apply(operator.contains, (self, item), label="in"))

    def __eq__(self, other: Any) -> Any:
        return self._tracer.apply(operator.eq, (self, other), label="==")

    def __ne__(self, other: Any) -> Any:
        return self._tracer.apply(operator.ne, (self, other), label="!=")

    def __lt__(self, other: Any) -> Any:
        return self._tracer.apply(operator.lt, (self, other), label="<")

    def __le__(self, other: Any) -> Any:
        return self._tracer.apply(operator.le, (self, other), label="<=")

    def __gt__(self, other: Any) -> Any:
        return self._tracer.apply(operator.gt, (self, other), label=">")

    def __ge__(self, other: Any) -> Any:
        return self._tracer.apply(operator.ge, (self, other), label=">=")

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # isinstance asks for it
        raise Leak("a member's value met code that asks for its class")

    def __getattr__(self, name: str) -> Any:
        raise Leak(f"a member's value met code that asks for its {name}")


for _name in _FORBIDDEN.split():
    setattr(Held, f"__{_name}__", _forbidden(f"__{_name}__"))


class Slot(Held):
    """The placeholder of a value that depends on the member; it keeps the expression that computes the value.

    _created: how many regions the trace had opened (`OpenRegions.clock`) when it made the slot. _read: whether
    template code has already read the value; only kept for iterators, which may be read only once.
    """

    __slots__ = ("_created", "_expr", "_read")

    def __init__(self, tracer: SlotTracer, expr: Expr, created: int) -> None:
        self._tracer = tracer
        self._expr = expr
        self._created = created
        self._read = False


class Text(Held):
    """Text that template code printed into a variable (by a macro, a block or a set-block) and that has slots in it.

    _parts: fixed strings, printed slots and the sentinels of regions (see visits.py), in the order of the page.
    _markup: whether the text is Markup rather than str.
    """

    __slots__ = ("_markup", "_parts")

    def __init__(self, tracer: SlotTracer, parts: list[str | Printed | RegionVisit], markup: bool) -> None:
        self._tracer = tracer
        self._parts = parts
        self._markup = markup


def held(value: Any) -> bool:
    """Returns True if the value is a Slot or a Text: a placeholder of something that depends on the member."""
    kind = type(value)  # not isinstance: it would ask for __class__
    return kind is Slot or kind is Text


def carries(value: Any) -> bool:
    """Returns True for a Slot or Text, and for a list, tuple, dict or slice with a Slot or Text anywhere inside."""
    kind = type(value)
    if kind is Slot or kind is Text:
        return True
    if kind is list or kind is tuple:
        return any(map(carries, value))
    if kind is dict:
        return any(map(carries, value.values()))
    if kind is slice:
        return carries((value.start, value.stop, value.step))
    return False
