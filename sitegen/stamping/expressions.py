"""Expressions: ways to compute a value from a member, each kept once and shared by all pages.

A sheet is a list with one member's values; an expression is a cell of this list with the function (its
*compute*) that fills the cell. The functions of this module make the computes. A compute runs while pages are
stamped, so it is written for speed: it reads the cells of the expression's children itself, and calls their
computes only for cells that are still UNSET. The parameter `index` is always the index of the cell to fill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup

from sitegen.stamping.signals import Impure, Miss

#: The cells of one sheet, by index.
Values = list[Any]
#: A function that fills an expression's cell in a sheet and returns the value.
Compute = Callable[[Values], Any]

#: Longest label of an expression, in characters.
_LABEL = 60
#: Types of results that are never iterators, so that they need no test.
_NO_ITERATORS = frozenset({str, Markup, bytes, int, bool, float, type(None), tuple, list, dict})


class _Unset:
    """The type of UNSET, which marks a cell that has not been computed."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()


class Once:
    """The items of an iterator that a filter returned, kept so that each reader gets a new iterator over them.

    A sheet must not hand out an iterator that another reader has read to its end. Raises Impure for an
    iterator of iterators, whose items would have to be kept to any depth.
    """

    __slots__ = ("_once_items",)

    def __init__(self, items: Iterable[Any]) -> None:
        self._once_items = tuple(items)
        if any(map(is_iterator, self._once_items)):
            raise Impure("an iterator gives iterators")

    def reopen(self) -> Any:
        """Returns a new iterator over the items."""
        return (item for item in self._once_items)

    def content(self) -> tuple[Any, ...]:
        """Returns the items, by which one `Once` can be compared with another."""
        return self._once_items

    def __repr__(self) -> str:
        return "iterator"


class Expr:
    """A way to compute one value from a member: a cell of the member's sheet with the function that fills the cell.

    index: the index of the cell. compute(values): fills the cell and returns the value; it raises whatever the
    template's own evaluation would raise. children: the expressions whose values are read. label: a name for
    people, much as a template would write it. lazy: whether the value may be a `Once`. fixed: whether the value is
    the same for all members.
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
        """Returns the value for the member of this sheet, and computes it first if its cell is not filled."""
        known = values[self.index]
        return self.compute(values) if known is UNSET else known


#: A tree of questions: a question with the step that follows each answer; where the questions end, a text and None.
Step = tuple[Expr, "dict[Any, Step] | None"]
#: A tree of questions in the form that `walk` takes: a cell's index, its compute, and the ways by answer.
Way = tuple[int, Compute, "dict[Any, Way] | None"]


def is_iterator(value: Any) -> bool:
    """Returns True if the value is an iterator, which can be read only once."""
    return hasattr(type(value), "__next__")


def absent(values: Values) -> Any:
    """Raises AssertionError: this is the compute of constants and roots, whose cells are always filled already."""
    raise AssertionError("a constant or a root is missing from its sheet")


def attribute(index: int, child: Expr, name: str, fallback: Callable[[Any, str], Any]) -> Compute:
    """Makes the function that computes `child.name`: Python's attribute, else the result of `fallback(value, name)`."""
    cell, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[cell]
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
    """Makes the function that calls `function` with the children's values, the last ones under the keywords `names`.

    The made function raises Impure if the result is an iterator, unless `lazy` is true: then the cell gets a `Once`.
    """
    if len(children) == 1 and not names:
        return _call_one(index, function, children[0], lazy)
    steps = tuple((child.index, child.compute) for child in children)
    first_name = len(children) - len(names)

    def run(values: Values) -> Any:
        args = []
        for cell, compute in steps:
            value = values[cell]
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
    cell, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[cell]
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
    """Makes the function that computes `function(child)`, where `function` accepts a `Once` in place of an iterator."""
    cell, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[cell]
        if value is UNSET:
            value = compute(values)
        result = values[index] = function(value)
        return result

    return run


def join(index: int, steps: tuple[tuple[int, Compute], ...], pick: Callable[[Values], Any]) -> Compute:
    """Makes the function that fills the cells of the steps, then joins the bytes in the cells that `pick` selects."""
    together = b"".join

    def run(values: Values) -> bytes:
        for cell, compute in steps:
            if values[cell] is UNSET:
                compute(values)
        result = values[index] = together(pick(values))
        return result

    return run


def given(index: int, steps: tuple[tuple[int, Compute], ...], child: int) -> Compute:
    """Makes the function that fills the cells of the steps, then returns the value of the cell with index `child`."""

    def run(values: Values) -> Any:
        for cell, compute in steps:
            if values[cell] is UNSET:
                compute(values)
        result = values[index] = values[child]
        return result

    return run


def walk(index: int, first: Way) -> Compute:
    """Makes the function that computes the text to which a member's answers lead.

    The made function raises Miss for an answer that no trace has met.
    """

    def run(values: Values) -> Any:
        cell, compute, ways = first
        while True:
            value = values[cell]
            if value is UNSET:
                value = compute(values)
            if ways is None:
                values[index] = value
                return value
            way = ways.get(value)
            if way is None:
                raise Miss
            cell, compute, ways = way

    return run
