"""Slots and texts: what template code holds in place of a value that depends on the member.

Both answer the few questions that control flow asks (truth, length, iteration, membership, comparison) with
this member's value, and the tracer notes question and answer. Everything else that Python might do to them
raises Leak, so that no code can mistake them for a value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sitegen.stamping.expressions import Expr
from sitegen.stamping.signals import Leak

if TYPE_CHECKING:
    from sitegen.stamping.items import Items
    from sitegen.stamping.tracer import Tracer
    from sitegen.stamping.visits import Visit

_LOUD = """
    str repr format hash bytes int float complex index round trunc floor ceil html html_format fspath
    call next reversed setitem delitem length_hint enter exit copy deepcopy reduce reduce_ex getstate
    await aiter anext dir add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow
    rpow matmul rmatmul and rand or ror xor rxor lshift rshift rlshift rrshift neg pos abs invert
    divmod rdivmod iadd isub imul iand ior
"""


def _loud(name: str) -> Callable[..., Any]:
    def leak(self: Held, *args: Any, **kwargs: Any) -> Any:
        raise Leak(f"a member's value met code that asks for its {name}")

    return leak


class Held:
    """What slots and texts have in common."""

    __slots__ = ("_tracer",)
    _tracer: Tracer

    def __bool__(self) -> bool:
        return self._tracer.truth(self)

    def __len__(self) -> int:
        return self._tracer.length(self)

    def __iter__(self) -> Items:
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


for _name in _LOUD.split():
    setattr(Held, f"__{_name}__", _loud(f"__{_name}__"))


class Slot(Held):
    """A value that depends on the member: the expression it is computed by.

    `read` notes that the value was given to a reader, which may happen once if it is an iterator; `depth`,
    how many regions were open when the slot was made.
    """

    __slots__ = ("_born", "_expr", "_read")

    def __init__(self, tracer: Tracer, expr: Expr, born: int) -> None:
        self._tracer = tracer
        self._expr = expr
        self._born = born
        self._read = False


class Text(Held):
    """Fixed strings, printed slots and the marks of regions in a row; `markup` says whether it is Markup."""

    __slots__ = ("_markup", "_parts")

    def __init__(self, tracer: Tracer, parts: list[str | Printed | Visit], markup: bool) -> None:
        self._tracer = tracer
        self._parts = parts
        self._markup = markup


class Printed:
    """A slot on its way to the page: `expr` gives its bytes, made from `source` in the manner of `kind`."""

    __slots__ = ("expr", "kind", "source")

    def __init__(self, kind: str, source: Expr, expr: Expr) -> None:
        self.kind = kind
        self.source = source
        self.expr = expr


def held(value: Any) -> bool:
    """Whether the value is a slot or a text."""
    kind = type(value)
    return kind is Slot or kind is Text


def carries(value: Any) -> bool:
    """Whether the value is, or holds anywhere inside, a slot or a text."""
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
