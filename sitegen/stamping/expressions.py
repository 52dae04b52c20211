"""Expressions: how a value is computed from a member, written once and shared by all pages.

A sheet holds one member's values in a list; an expression is a place in that list with the function that fills it.
Equal expressions are one object, so a value is computed once per member, however many pages ask for it. Constants
have places too: they stand in the blank sheet that every member's sheet starts from, and so a page is one
`bytes.join` over places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any
from weakref import WeakValueDictionary

from jinja2 import Environment, Undefined
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup, escape

from .purity import LAZY, PASSING
from .signals import Decline, Miss

try:
    from markupsafe import _escape_inner as escape_text
except ImportError:  # MarkupSafe 2 keeps it elsewhere

    def escape_text(text: str) -> str:
        return str.__str__(escape(text))


Values = list[Any]
Compute = Callable[[Values], Any]

_LABEL = 60
_WIDE = 200


class _Unset:
    """The type of UNSET, the mark of a place that has not been computed."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()


class Once:
    """The items of an iterator that a filter returned; each reader is given an iterator of its own.

    A memo must not hand out an iterator that someone else has read to its end.
    """

    __slots__ = ("_once_items",)

    def __init__(self, items: Iterable[Any]) -> None:
        self._once_items = tuple(items)

    def open(self) -> Any:
        return (item for item in self._once_items)

    @property
    def key(self) -> tuple[Any, ...]:
        return self._once_items


class Expr:
    """One expression.

    index: its place in a sheet. compute(values): fills that place and returns the value; it may raise whatever the
    template's own evaluation would. children: the expressions it reads. label: for people. lazy: whether the value
    may be a `Once`. fixed: whether it is the same for all members.
    """

    __slots__ = ("__weakref__", "children", "compute", "fixed", "index", "label", "lazy")

    def __init__(
        self, index: int, compute: Compute, children: tuple[Expr, ...], label: str, lazy: bool = False
    ) -> None:
        self.fixed = bool(children) and all(child.fixed for child in children)
        self.index = index
        self.compute = compute
        self.children = children
        self.label = label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
        self.lazy = lazy

    def value(self, values: Values) -> Any:
        """The member's value, computed now unless it is known."""
        known = values[self.index]
        return self.compute(values) if known is UNSET else known


class Form(Expr):
    """An expression that stamping reads and the next trace may replace; its place is then free again."""

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Ledger, compute: Callable[[int], Compute], children: tuple[Expr, ...]) -> None:
        index = ledger.place()
        super().__init__(index, compute(index), children, "form")
        self._ledger = ledger

    def __del__(self) -> None:
        self._ledger.free(self.index)


#: A question with the step that follows each answer; or a text, where the questions end.
Step = tuple[Expr, "dict[Any, Step] | None"]
#: The same as it is walked: place, compute, steps by answer.
_Walk = tuple[int, Compute, "dict[Any, _Walk] | None"]


class Ledger:
    """All expressions of one Press, each written once; `blank` is what a new sheet starts from."""

    def __init__(self, environment: Environment) -> None:
        self.blank: Values = []
        self._environment = environment
        self._known: dict[Any, Expr] = {}
        #: Counts the changes of `blank`; a sheet made before the last one is out of date.
        self.edition = 0
        self._free: list[int] = []
        self._forms: WeakValueDictionary[Any, Form] = WeakValueDictionary()
        self._kept: list[Any] = []
        self._evaluations: dict[tuple[bool, bool], Context] = {}
        self._frozen = {id(environment), id(missing)}

    def place(self, value: Any = UNSET) -> int:
        """A place in every sheet, holding `value` from the start."""
        self.edition += 1
        if self._free:
            index = self._free.pop()
            self.blank[index] = value
            return index
        self.blank.append(value)
        return len(self.blank) - 1

    def free(self, index: int) -> None:
        """Take back a form's place."""
        self.edition += 1
        self._free.append(index)

    def extend(self, values: Values) -> None:
        """Give a sheet the places that were added since it was made."""
        values += self.blank[len(values) :]

    def _write(
        self,
        key: tuple[Any, ...],
        make: Callable[[int], Compute],
        children: tuple[Expr, ...],
        label: str,
        lazy: bool = False,
    ) -> Expr:
        expr = self._known.get(key)
        if expr is None:
            index = self.place()
            expr = self._known[key] = Expr(index, make(index), children, label, lazy)
        return expr

    def root(self, name: str) -> Expr:
        """A value that Press.sheet puts in place itself."""
        return self._write(("root", name), lambda index: _absent, (), name)

    def const(self, value: Any) -> Expr:
        """An expression without a member. Containers are recognised by content, other objects by identity."""
        if hasattr(type(value), "__next__"):
            value = Once(value)
        key = ("const", self._content(value))
        expr = self._known.get(key)
        if expr is None:
            expr = self._known[key] = Expr(self.place(value), _absent, (), repr(value), type(value) is Once)
            expr.fixed = True
        return expr

    def evaluation(self, autoescape: bool, volatile: bool) -> Context:
        """A context of the plain environment, empty but for its evaluation context: what filters may be given."""
        key = (autoescape, volatile)
        if key not in self._evaluations:
            context = self._environment.context_class(self._environment, {}, None, {})
            context.eval_ctx = EvalContext(self._environment)
            context.eval_ctx.autoescape = autoescape
            context.eval_ctx.volatile = volatile
            self._evaluations[key] = context
            self._frozen.update((id(context), id(context.eval_ctx)))
        return self._evaluations[key]

    def attribute(self, child: Expr, name: str) -> Expr:
        """`child.name` as Jinja reads it."""
        label = f"{child.label}.{name}"
        if child.lazy or type(self._environment).getattr is not Environment.getattr:
            return self.call(self._environment_getattr, (child, self.const(name)), label=label)
        fallback = self._environment.getattr
        return self._write(
            ("attribute", child.index, name),
            lambda index: _attribute(index, child, name, fallback),
            (child,),
            label,
        )

    def _environment_getattr(self, value: Any, name: str) -> Any:
        return self._environment.getattr(value, name)

    def call(
        self, function: Callable[..., Any], children: tuple[Expr, ...], names: tuple[str, ...] = (), label: str = ""
    ) -> Expr:
        """`function` applied to the children's values, the last of them by keyword if `names` are given."""
        self._kept.append(function)
        lazy = function in LAZY or (any(child.lazy for child in children) and function in PASSING)
        return self._write(
            ("call", _function_key(function), tuple(child.index for child in children), names),
            lambda index: _call(index, function, children, names),
            children,
            label or getattr(function, "__name__", "call"),
            lazy,
        )

    def length(self, child: Expr) -> Expr:
        """`len` of the child's value."""
        return self._write(
            ("length", child.index), lambda index: _peek(index, child, len), (child,), f"len({child.label})"
        )

    def more(self, items: Expr, number: int) -> Expr:
        """Whether a tuple has an item of that number."""
        return self._write(
            ("more", items.index, number),
            lambda index: _peek(index, items, lambda found: len(found) > number),
            (items,),
            f"len({items.label}) > {number}",
        )

    def once(self, child: Expr) -> Expr:
        """Whether the child's value is an iterator, which only one reader may have."""
        return self._write(
            ("once", child.index), lambda index: _peek(index, child, _is_once), (child,), f"iter({child.label})"
        )

    def item(self, items: Expr, number: int) -> Expr:
        """The item of that number of a tuple."""
        return self._write(
            ("item", items.index, number),
            lambda index: _peek(index, items, itemgetter(number)),
            (items,),
            f"{items.label}[{number}]",
        )

    def printed(self, kind: str, child: Expr) -> Expr:
        """The bytes that printing the child's value puts on the page; kind is a key of PRINTERS."""
        return self._write(
            (kind, child.index), lambda index: _peek(index, child, PRINTERS[kind]), (child,), child.label
        )

    def text(self, needs: Sequence[Expr], pieces: Sequence[Expr]) -> Form:
        """The pieces' bytes in one; `needs` are expressions to be computed besides, for the errors they may raise."""
        fill = tuple(dict.fromkeys((*needs, *pieces)))
        key = ("text", tuple(expr.index for expr in fill), tuple(expr.index for expr in pieces))
        padding = self.const(b"").index
        places = [expr.index for expr in pieces] + [padding] * max(0, 2 - len(pieces))
        steps = self._steps(fill)
        return self._form(key, lambda index: _join(index, steps, itemgetter(*places)), fill)

    def walk(self, step: Step) -> Form:
        """The text that the questions lead to."""
        if step[1] is None:
            assert isinstance(step[0], Form)
            return step[0]
        children: list[Expr] = []
        key, walk = _plan(step, children)
        return self._form(key, lambda index: _walk(index, walk), tuple(dict.fromkeys(children)))

    def _form(self, key: Any, make: Callable[[int], Compute], children: tuple[Expr, ...]) -> Form:
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = Form(self, make, children)
        return form

    def given(self, needs: Sequence[Expr], child: Expr) -> Expr:
        """The child's value, when the needs have been computed too."""
        if all(expr is child for expr in needs):
            return child
        fill = tuple(dict.fromkeys((*needs, child)))
        key = ("given", tuple(expr.index for expr in fill), child.index)
        steps = self._steps(fill)
        return self._write(key, lambda index: _given(index, steps, child.index), fill, child.label, child.lazy)

    def _steps(self, fill: Iterable[Expr]) -> tuple[tuple[int, Compute], ...]:
        """What is left to compute: constants are in the blank sheet."""
        return tuple((expr.index, expr.compute) for expr in fill if expr.compute is not _absent)

    def _content(self, value: Any) -> Any:
        kind = type(value)
        if kind in _BY_VALUE:
            return kind, value
        if kind is float:
            return kind, repr(value)
        if kind in (tuple, list) and len(value) <= _WIDE:
            return kind, tuple(map(self._content, value))
        if kind is dict and len(value) <= _WIDE:
            return kind, tuple((self._content(key), self._content(item)) for key, item in value.items())
        if kind is Once:
            return kind, tuple(map(self._content, value.key))
        if kind is slice:
            return kind, self._content((value.start, value.stop, value.step))
        if isinstance(value, Undefined):
            hidden = [getattr(value, f"_undefined_{part}") for part in ("hint", "name", "obj", "exception")]
            return kind, hidden[0], self._content(hidden[1]), self._content(hidden[2]), hidden[3]
        if kind.__module__.partition(".")[0] == "jinja2" and id(value) not in self._frozen:
            raise Decline(f"a {kind.__name__} is given to a function together with a member's value")
        self._kept.append(value)  # an id means something only as long as its object lives
        return kind, id(value)


_BY_VALUE = frozenset({str, Markup, bytes, int, bool, type(None), range})
_SETTLED = frozenset({str, Markup, bytes, int, bool, float, type(None), tuple, list, dict})


def _function_key(function: Any) -> Any:
    try:
        hash(function)
    except TypeError:
        return id(function)
    return function


def _absent(values: Values) -> Any:
    raise AssertionError("a constant or a root is missing from its sheet")


def _attribute(index: int, child: Expr, name: str, fallback: Callable[[Any, str], Any]) -> Compute:
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


def _call(
    index: int, function: Callable[..., Any], children: tuple[Expr, ...], names: tuple[str, ...]
) -> Compute:
    if len(children) == 1 and not names:
        return _call_one(index, function, children[0])
    steps = tuple((child.index, child.compute) for child in children)
    first_name = len(children) - len(names)

    def run(values: Values) -> Any:
        args = []
        for place, compute in steps:
            value = values[place]
            if value is UNSET:
                value = compute(values)
            args.append(value.open() if type(value) is Once else value)
        if names:
            result = function(*args[:first_name], **dict(zip(names, args[first_name:], strict=True)))
        else:
            result = function(*args)
        if type(result) not in _SETTLED and hasattr(type(result), "__next__"):
            result = Once(result)
        values[index] = result
        return result

    return run


def _call_one(index: int, function: Callable[[Any], Any], child: Expr) -> Compute:
    place, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[place]
        if value is UNSET:
            value = compute(values)
        result = function(value.open() if type(value) is Once else value)
        if type(result) not in _SETTLED and hasattr(type(result), "__next__"):
            result = Once(result)
        values[index] = result
        return result

    return run


def _peek(index: int, child: Expr, function: Callable[[Any], Any]) -> Compute:
    """As _call_one, for our own functions, which know a `Once`."""
    place, compute = child.index, child.compute

    def run(values: Values) -> Any:
        value = values[place]
        if value is UNSET:
            value = compute(values)
        result = values[index] = function(value)
        return result

    return run


def _is_once(value: Any) -> bool:
    return type(value) is Once


def _join(index: int, steps: tuple[tuple[int, Compute], ...], pick: Callable[[Values], Any]) -> Compute:
    join = b"".join

    def run(values: Values) -> bytes:
        for place, compute in steps:
            if values[place] is UNSET:
                compute(values)
        result = values[index] = join(pick(values))
        return result

    return run


def _plan(step: Step, children: list[Expr]) -> tuple[Any, _Walk]:
    """A step's key, and the step as it is walked; adds the expressions it reads to `children`."""
    expr, branches = step
    children.append(expr)
    if branches is None:
        return expr.index, (expr.index, expr.compute, None)
    plans = {answer: _plan(branch, children) for answer, branch in branches.items()}
    key = (expr.index, frozenset((answer, plan[0]) for answer, plan in plans.items()))
    return key, (expr.index, expr.compute, {answer: plan[1] for answer, plan in plans.items()})


def _walk(index: int, first: _Walk) -> Compute:
    def run(values: Values) -> Any:
        place, compute, steps = first
        while True:
            value = values[place]
            if value is UNSET:
                value = compute(values)
            if steps is None:
                values[index] = value
                return value
            try:
                place, compute, steps = steps[value]
            except KeyError:
                raise Miss from None

    return run


def _given(index: int, steps: tuple[tuple[int, Compute], ...], child: int) -> Compute:
    def run(values: Values) -> Any:
        for place, compute in steps:
            if values[place] is UNSET:
                compute(values)
        result = values[index] = values[child]
        return result

    return run


def _escaped(value: Any) -> bytes:
    kind = type(value)
    if kind is str:
        return escape_text(value).encode()
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


#: How a value becomes bytes: escaped for HTML, as `str` gives it, or as the string that it must be already.
PRINTERS: dict[str, Callable[[Any], bytes]] = {"escape": _escaped, "str": _stringed, "raw": _raw}


def printed_text(kind: str, value: Any) -> str:
    """The same as PRINTERS, as text: for a text that the template goes on to inspect."""
    return PRINTERS[kind](value).decode()
