"""Expressions: how a value is computed from a member, written once and shared by all pages.

A sheet holds one member's values in a list; an expression is a place in that list with the function that
fills it. The functions made here are what runs while pages are stamped, so they are written for speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup

from sitegen.stamping.signals import Impure, Miss

Values = list[Any]
Compute = Callable[[Values], Any]

_LABEL = 60
_NO_ITERATORS = frozenset({str, Markup, bytes, int, bool, float, type(None), tuple, list, dict})


class _Unset:
    """The type of UNSET, the mark of a place that has not been computed."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()


class Once:
    """The items of an iterator that a filter returned; each reader is given an iterator of its own.

    A memo must not hand out an iterator that someone else has read to its end. Raises Impure for an iterator
    of iterators, which would have to be kept whole to any depth.
    """

    __slots__ = ("_once_items",)

    def __init__(self, items: Iterable[Any]) -> None:
        self._once_items = tuple(items)
        if any(map(is_iterator, self._once_items)):
            raise Impure("an iterator gives iterators")

    def reopen(self) -> Any:
        """A new iterator over the items."""
        return (item for item in self._once_items)

    def content(self) -> tuple[Any, ...]:
        """The items, which tell one `Once` from another."""
        return self._once_items

    def __repr__(self) -> str:
        return "iterator"


class Expr:
    """One expression.

    index: its place in a sheet. compute(values): fills that place and returns the value; it may raise
    whatever the template's own evaluation would. children: the expressions it reads. label: for people. lazy:
    whether the value may be a `Once`. fixed: whether it is the same for all members.
    """

    __slots__ = ("__weakref__", "children", "compute", "fixed", "index", "label", "lazy")

    def __init__(
        self, index: int, compute: Compute, children: tuple[Expr, ...], label: str, lazy: bool = False
    ) -> None:
        self.index = index
        self.compute = compute
        self.children = children
        self.label = label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
        self.lazy = lazy
        self.fixed: bool = bool(children) and all(child.fixed for child in children)

    def value(self, values: Values) -> Any:
        """The member's value, computed now unless it is known."""
        known = values[self.index]
        return self.compute(values) if known is UNSET else known


#: A question with the step that follows each answer; or a text, where the questions end.
Step = tuple[Expr, "dict[Any, Step] | None"]
#: The same as it is walked: place, compute, steps by answer.
Way = tuple[int, Compute, "dict[Any, Way] | None"]


def is_iterator(value: Any) -> bool:
    """Whether a value can be read but once."""
    return hasattr(type(value), "__next__")


def absent(values: Values) -> Any:
    """The compute of constants and roots, whose places are filled from the start."""
    raise AssertionError("a constant or a root is missing from its sheet")


def attribute(index: int, child: Expr, name: str, fallback: Callable[[Any, str], Any]) -> Compute:
    """Python's attribute, or what `fallback` makes of its absence."""
    place, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[place]
        if value is UNSET:
            value = compute(values)
        try:
            result = getattr(value, name)
        except AttributeError:
            result = fallback(value, name)
        values[index] = result
        return result

    return run


def call(
    index: int, function: Callable[..., Any], children: tuple[Expr, ...], names: tuple[str, ...], lazy: bool
) -> Compute:
    """A call with the children's values, the last ones under `names`; `lazy` calls may return iterators."""
    if len(children) == 1 and not names:
        return _call_one(index, function, children[0], lazy)
    steps = tuple((child.index, child.compute) for child in children)
    first_name = len(children) - len(names)

    def run(values: Values) -> Any:
        args = []
        for place, compute in steps:
            value = values[place]
            if value is UNSET:
                value = compute(values)
            args.append(value.reopen() if type(value) is Once else value)
        if names:
            result = function(*args[:first_name], **dict(zip(names, args[first_name:], strict=True)))
        else:
            result = function(*args)
        if type(result) not in _NO_ITERATORS:
            result = _kept(result, lazy)
        values[index] = result
        return result

    return run


def _call_one(index: int, function: Callable[[Any], Any], child: Expr, lazy: bool) -> Compute:
    place, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[place]
        if value is UNSET:
            value = compute(values)
        result = function(value.reopen() if type(value) is Once else value)
        if type(result) not in _NO_ITERATORS:
            result = _kept(result, lazy)
        values[index] = result
        return result

    return run


def _kept(result: Any, lazy: bool) -> Any:
    if not is_iterator(result):
        return result
    if not lazy:
        raise Impure("a function that is registered as pure returned an iterator")
    return Once(result)


def peek(index: int, child: Expr, function: Callable[[Any], Any]) -> Compute:
    """A call of one of our own functions, which know a `Once`."""
    place, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[place]
        if value is UNSET:
            value = compute(values)
        result = values[index] = function(value)
        return result

    return run


def join(index: int, steps: tuple[tuple[int, Compute], ...], pick: Callable[[Values], Any]) -> Compute:
    """The bytes at the places that `pick` picks, once the steps are computed."""
    together = b"".join

    def run(values: Values) -> bytes:
        for place, compute in steps:
            if values[place] is UNSET:
                compute(values)
        result = values[index] = together(pick(values))
        return result

    return run


def given(index: int, steps: tuple[tuple[int, Compute], ...], child: int) -> Compute:
    """The child's value, once the steps are computed."""

    def run(values: Values) -> Any:
        for place, compute in steps:
            if values[place] is UNSET:
                compute(values)
        result = values[index] = values[child]
        return result

    return run


def walk(index: int, first: Way) -> Compute:
    """The text at the end of the way that this member's answers lead; Miss where no trace has been."""

    def run(values: Values) -> Any:
        place, compute, ways = first
        while True:
            value = values[place]
            if value is UNSET:
                value = compute(values)
            if ways is None:
                values[index] = value
                return value
            way = ways.get(value)
            if way is None:
                raise Miss
            place, compute, ways = way

    return run
