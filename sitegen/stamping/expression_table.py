"""The expression table: keeps each expression of a press once, and gives it a cell.

Equal expressions are one object, so a value is computed once per member, however many pages ask for it. Each
expression has a cell in every member's sheet, at the same index. Constants have cells too: they are already in
the blank sheet from which every member's sheet is copied, so a page is one `bytes.join` over cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any
from weakref import WeakValueDictionary

from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.utils import missing

from sitegen.stamping import expressions
from sitegen.stamping.constant_keys import ConstantKeys
from sitegen.stamping.expressions import UNSET, Compute, Expr, Once, Step, Values, Way, absent, is_iterator
from sitegen.stamping.printers import PRINTERS
from sitegen.stamping.purity import LAZY, PASSING


class Form(Expr):
    """The expression of a page's or region's text, made from its question tree; the next trace may replace it.

    When nothing uses the form any more, its cell is free for another form. make(index): returns the function that
    fills the cell at this index.
    """

    __slots__ = ("_table",)

    def __init__(self, table: ExpressionTable, make: Callable[[int], Compute], children: tuple[Expr, ...]) -> None:
        index = table.lend_cell()
        super().__init__(index, make(index), children, "form")
        self._table = table

    def __del__(self) -> None:
        self._table.free_cell(self.index)


class ExpressionTable:
    """All expressions (ways to compute a value from a member) of one press, each kept once and with a cell of its own.

    environment: the press's plain environment, not the one for traces. blank: the cells of a new sheet: constants,
    and UNSET elsewhere. edition: an object that is replaced after each change of the cells; a sheet that was made
    for another edition is out of date.
    """

    def __init__(self, environment: Environment) -> None:
        self.blank: Values = []
        self.edition = object()
        self._environment = environment
        self._known: dict[Any, Expr] = {}
        self._forms: WeakValueDictionary[Any, Form] = WeakValueDictionary()
        self._free: list[int] = []
        self._evaluations: dict[tuple[bool, bool], Context] = {}
        self._keys = ConstantKeys((environment, missing))

    # -- cells

    def add_cell(self, value: Any = UNSET) -> int:
        """Adds a cell with this value to all sheets made from now on, and returns the cell's index."""
        self.edition = object()
        self.blank.append(value)
        return len(self.blank) - 1

    def lend_cell(self) -> int:
        """Returns the index of a cell for a form; the cell may be one that another form no longer uses."""
        self.edition = object()
        return self._free.pop() if self._free else self.add_cell()

    def free_cell(self, index: int) -> None:
        """Makes the cell of a form that is no longer used free for another form."""
        self.edition = object()
        self._free.append(index)

    def extend(self, values: Values) -> None:
        """Adds to a sheet the cells that were added to the table after the sheet was made."""
        values += self.blank[len(values) :]

    # -- values

    def root(self, name: str) -> Expr:
        """Returns the expression of a root, a name of the template context that depends on the member.

        The press itself puts the value into each sheet.
        """
        return self._write(("root", name), lambda index: absent, (), name)

    def const(self, value: Any) -> Expr:
        """Returns an expression for a value that is the same for all members.

        An iterator is read to its end here, and kept as a `Once`, which can be read again. Raises Decline if the value
        cannot be a constant (constant_keys.py).
        """
        if is_iterator(value):
            value = Once(value)
        key = ("const", self._keys.key(value))
        expr = self._known.get(key)
        if expr is None:
            expr = self._known[key] = Expr(self.add_cell(value), absent, (), repr(value), type(value) is Once)
            expr.fixed = True
        return expr

    def evaluation(self, autoescape: bool, volatile: bool) -> Context:
        """Returns a context of the plain environment for filters that ask for one; no names, only an `eval_ctx`.

        There is one context for each pair of settings. It does not change, so that it can be a constant.
        """
        key = (autoescape, volatile)
        if key not in self._evaluations:
            context = self._environment.context_class(self._environment, {}, None, {})
            context.eval_ctx = EvalContext(self._environment)
            context.eval_ctx.autoescape = autoescape
            context.eval_ctx.volatile = volatile
            self._evaluations[key] = context
            self._keys.freeze(context, context.eval_ctx)
        return self._evaluations[key]

    def attribute(self, child: Expr, name: str) -> Expr:
        """Returns the expression of the attribute `name` of the child's value, as Jinja reads it.

        Jinja takes the attribute, else the item, else Undefined.
        """
        label = f"{child.label}.{name}"
        if child.lazy or type(self._environment).getattr is not Environment.getattr:
            return self.call(self._environment.getattr, (child, self.const(name)), label=label)
        fallback = self._environment.getattr
        return self._write(
            ("attribute", child.index, name),
            lambda index: expressions.attribute(index, child, name, fallback),
            (child,),
            label,
        )

    def call(
        self,
        function: Callable[..., Any],
        children: tuple[Expr, ...],
        names: tuple[str, ...] = (),
        label: str = "",
    ) -> Expr:
        """Returns the expression of a call of `function` with the children's values.

        names: the keywords under which the last children are passed. label: a name of the call for people; the
        function's name if empty.
        """
        lazy = function in LAZY or (any(child.lazy for child in children) and function in PASSING)
        return self._write(
            ("call", function, tuple(child.index for child in children), names),
            lambda index: expressions.call(index, function, children, names, lazy),
            children,
            label or getattr(function, "__name__", "call"),
            lazy,
        )

    def length(self, child: Expr) -> Expr:
        """Returns the expression of the length of the child's value."""
        return self._peek(("length", child.index), child, len, f"len({child.label})")

    def more(self, items: Expr, number: int) -> Expr:
        """Returns the expression that tells whether the tuple `items` has an item of this number, counted from 0."""
        key, label = ("more", items.index, number), f"len({items.label}) > {number}"
        return self._peek(key, items, lambda found: len(found) > number, label)

    def item(self, items: Expr, number: int) -> Expr:
        """Returns the expression of one item of the tuple `items`; `number` counts from 0."""
        key, label = ("item", items.index, number), f"{items.label}[{number}]"
        return self._peek(key, items, itemgetter(number), label)

    def once(self, child: Expr) -> Expr:
        """Returns the expression that tells whether the child's value is an iterator, to be read only once."""
        return self._peek(("once", child.index), child, _is_once, f"iter({child.label})")

    def printed(self, kind: str, child: Expr) -> Expr:
        """Returns the expression of the bytes that the child's value puts on the page; `kind` is a key of PRINTERS."""
        return self._peek((kind, child.index), child, PRINTERS[kind], child.label)

    def given(self, needs: Sequence[Expr], child: Expr) -> Expr:
        """Returns an expression with the child's value that first computes `needs`, for the errors they may raise."""
        if all(expr is child for expr in needs):
            return child
        fill = tuple(dict.fromkeys((*needs, child)))
        key = ("given", tuple(expr.index for expr in fill), child.index)
        steps = _steps(fill)
        make = lambda index: expressions.given(index, steps, child.index)  # noqa: E731
        return self._write(key, make, fill, child.label, child.lazy)

    # -- forms

    def text(self, needs: Sequence[Expr], pieces: Sequence[Expr]) -> Form:
        """Returns the form that joins the bytes of the pieces, after it has computed the needs.

        needs: expressions that are not printed, and are computed only for the errors they may raise.
        """
        fill = tuple(dict.fromkeys((*needs, *pieces)))
        key = ("text", tuple(expr.index for expr in fill), tuple(expr.index for expr in pieces))
        padding = self.const(b"").index  # a getter of fewer than two indexes gives no tuple
        indexes = [expr.index for expr in pieces] + [padding] * max(0, 2 - len(pieces))
        steps = _steps(fill)
        return self._form(key, lambda index: expressions.join(index, steps, itemgetter(*indexes)), fill)

    def walk(self, step: Step) -> Form:
        """Returns the form that asks a tree's questions and gives the text to which the answers lead.

        If the tree has no question, returns the form of its only text.
        """
        if step[1] is None:
            assert isinstance(step[0], Form)
            return step[0]
        children: list[Expr] = []
        key, way = _plan(step, children)
        return self._form(key, lambda index: expressions.walk(index, way), tuple(dict.fromkeys(children)))

    # -- writing

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
            index = self.add_cell()
            expr = self._known[key] = Expr(index, make(index), children, label, lazy)
        return expr

    def _peek(self, key: tuple[Any, ...], child: Expr, function: Callable[[Any], Any], label: str) -> Expr:
        return self._write(key, lambda index: expressions.peek(index, child, function), (child,), label)

    def _form(self, key: Any, make: Callable[[int], Compute], children: tuple[Expr, ...]) -> Form:
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = Form(self, make, children)
        return form


def _steps(fill: Iterable[Expr]) -> tuple[tuple[int, Compute], ...]:
    """Returns the cell index and function of each expression, without constants and roots, whose cells are filled."""
    return tuple((expr.index, expr.compute) for expr in fill if expr.compute is not absent)


def _plan(step: Step, children: list[Expr]) -> tuple[Any, Way]:
    """Returns a key for the step, and the step in the form that `expressions.walk` takes.

    Adds the expressions that the step reads to `children`.
    """
    expr, branches = step
    children.append(expr)
    if branches is None:
        return expr.index, (expr.index, expr.compute, None)
    plans = {answer: _plan(branch, children) for answer, branch in branches.items()}
    key = (expr.index, frozenset((answer, plan[0]) for answer, plan in plans.items()))
    return key, (expr.index, expr.compute, {answer: plan[1] for answer, plan in plans.items()})


def _is_once(value: Any) -> bool:
    return type(value) is Once
