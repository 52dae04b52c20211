"""The tracer: one run of a page's template code with slots, and the questions that the code asked.

While the code runs, a *visit* follows the question tree of each open region: the answer to a question leads
down its branch, and a new question or answer adds to the tree. So a page's second shape becomes a new branch in
the tree that the first shape left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.expressions import Expr, Values, is_iterator
from sitegen.stamping.items import Items
from sitegen.stamping.open_regions import OpenRegions
from sitegen.stamping.regions import Region
from sitegen.stamping.signals import Decline, Dissolve
from sitegen.stamping.slots import Slot, Text, carries
from sitegen.stamping.texts import has_fixed, text_value
from sitegen.stamping.visits import RegionVisit


class Tracer:
    """One trace: a run of a page's template with slots, which learns the page's shape for one member.

    table: the expressions of the press. values: the cells of the member's sheet. page: the region whose tree the
    trace extends. dissolved: sites (places in the templates) where no region may be opened. regions: the regions
    that are open. importing: how many imports of templates are running, one inside the other.

    Template code that runs with the tracer's slots may raise Decline and Dissolve, besides what it raises in
    plain Jinja.
    """

    def __init__(self, table: ExpressionTable, values: Values, page: Region, dissolved: frozenset[str]) -> None:
        self.table = table
        self.regions = OpenRegions(page, dissolved)
        self.importing = 0
        self._values = values
        #: Namespaces, cyclers and joiners by id, each with the time of its creation.
        self._creations: dict[int, tuple[Any, int]] = {}
        #: Ids of namespaces, cyclers and joiners of imported templates: in plain Jinja their state outlives the page.
        self._lasting: set[int] = set()

    # -- values

    def slot(self, expr: Expr) -> Any:
        """Returns a slot (a placeholder) for the expression's value; the value itself, if all members share it.

        The value is computed at once, so that an error is raised where plain Jinja would raise it.
        """
        value = self.value(expr)
        return value if expr.fixed and not expr.lazy else Slot(self, expr, self.regions.clock)

    def value(self, expr: Expr) -> Any:
        """Returns the expression's value for this member, and notes that the innermost open region computed it.

        Raises whatever computing the expression raises.
        """
        self.table.extend(self._values)
        result = expr.value(self._values)
        self.regions.innermost.computed[expr] = None
        return result

    def lift(self, value: Any) -> Expr:
        """Returns an expression for any value of template code, so that another expression can read the value.

        Counts as reading the value. Raises Decline for an iterator that is read twice or put into a container, and
        for a value that cannot be a constant; raises Dissolve for a text with regions (see `text_value`).
        """
        kind = type(value)
        if kind is Slot:
            return self._read(value)
        if kind is Text:
            return text_value(self.table, value)
        if not carries(value):
            return self.table.const(value)
        if kind is slice:
            return self.table.call(slice, tuple(map(self.lift, (value.start, value.stop, value.step))))
        children = tuple(map(self.lift, value.values() if kind is dict else value))
        if any(child.lazy for child in children):
            raise Decline("an iterator is put into a list")
        if kind is dict:
            return self.table.call(_dict, (self.table.const(tuple(value)), *children), label="{…}")
        return self.table.call(_list if kind is list else _tuple, children, label="[…]")

    def _read(self, slot: Slot) -> Expr:
        """Returns the slot's expression. If its value may be an iterator, notes that the iterator was read.

        Raises Decline if the iterator was read before; Dissolve for the open regions that are newer than the slot,
        since code after them can see that the iterator was read.
        """
        expr = slot._expr
        if expr.lazy:
            self.regions.dissolve_since(slot._created)
            if slot._read and self.ask(self.table.once(expr)):
                raise Decline(f"the iterator {expr.label} is read twice")
            slot._read = True
        return expr

    def apply(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None = None,
        label: str = "",
    ) -> Any:
        """Calls `function(*args, **kwargs)`, or returns a slot for the result if an argument depends on the member.

        label: a name of the call for people; the function's name if empty. Raises whatever the function and `lift`
        raise.
        """
        kwargs = kwargs or {}
        if not carries(args) and not carries(kwargs):
            result = function(*args, **kwargs)
            return self.slot(self.table.const(result)) if is_iterator(result) else result
        children = tuple(self.lift(arg) for arg in (*args, *kwargs.values()))
        label = label or getattr(function, "__name__", "call")
        subject = next((child.label for child in children if child.children), "")
        return self.slot(self.table.call(function, children, tuple(kwargs), f"{subject}|{label}"))

    def attribute(self, value: Any, name: str) -> Any:
        """Returns a slot for the attribute `value.name` of a slot or text."""
        return self.slot(self.table.attribute(self.lift(value), name))

    # -- questions

    def ask(self, question: Expr) -> Any:
        """Returns the answer to a question about this member, such as "is there a photo?".

        Question and answer are added to the question tree of the innermost open region, unless an open region has
        asked the question already, or the answer is the same for all members.
        """
        answer = self.value(question)
        self.regions.ask(question, answer)
        return answer

    def truth(self, value: Any) -> bool:
        """Returns this member's `bool(value)` for a slot or text, as an `if` asks for it."""
        if type(value) is Text and has_fixed(value):
            return True
        expr = value._expr if type(value) is Slot else self.lift(value)
        return bool(self.ask(self.table.call(bool, (expr,), label=f"{expr.label}?")))

    def length(self, value: Any) -> int:
        """Returns this member's `len(value)` for a slot or text. Raises TypeError if the value has no length."""
        expr = value._expr if type(value) is Slot else self.lift(value)
        return int(self.ask(self.table.length(expr)))

    def items(self, value: Any) -> Items:
        """Returns an iterator of slots, as many as this member's value has items, for `for` and unpacking.

        Raises TypeError if the value cannot be iterated over.
        """
        source = self.lift(value)
        items = self.table.call(tuple, (source,), label=source.label)
        self.value(items)
        return Items(self, items)

    # -- regions

    def enter(self, site: str) -> RegionVisit | Text | str:
        """Opens a region (a part of the page that is learnt separately); returns the mark of its start for the output.

        If the region asks nothing and its text is kept, returns the mark together with the text, since the region's
        code will not run again. At a dissolved site (a place in the templates where no region may be opened),
        does nothing and returns "".
        """
        visit = self.regions.enter(site)
        if visit is None:
            return ""
        visit.known = self._knows(visit.region)
        return Text(self, [visit, *visit.region.kept], False) if visit.known and visit.region.kept else visit

    def runs(self) -> bool:
        """Returns True if the code of the region opened last must run, because its tree lacks this member's text.

        At a dissolved site, the answer is about the region around the site; its code is running, so it is True.
        """
        return not self.regions.innermost.known

    def _knows(self, region: Region) -> bool:
        """Returns True if the region's tree has this member's text, so that the region's code need not run.

        The trace came to the region by the same answers as earlier traces did, so the code would ask and compute
        what the tree says. The code changes nothing outside the region: else the region would be dissolved.
        """
        if region.kept is not None:
            return True
        if region.form is None:
            return False
        self.table.extend(self._values)
        try:
            region.form.value(self._values)
        except Exception:  # Miss, or an error of the template's, which its code is about to raise
            return False
        return True

    def leave(self, site: str) -> RegionVisit | str:
        """Closes the region opened last, and returns the mark of its end for the output.

        At a dissolved site (a place in the templates where no region may be opened), does nothing and returns "".
        """
        return self.regions.leave(site) or ""

    def region(self, site: str, write: Callable[[], Any]) -> Any:
        """Returns a Text with a region around one printed expression.

        write: runs the expression's code and returns its output; called only if the region's code must run.
        """
        sentinel = self.enter(site)
        opening = sentinel._parts if isinstance(sentinel, Text) else [sentinel]
        return Text(self, [*opening, write() if self.runs() else "", self.leave(site)], False)

    def choose(self, site: str, decide: Callable[[], Any]) -> Any:
        """Returns the value of an expression such as `a or b`, whose code is run as a region of its own.

        The value is a slot if the expression asked a question. decide: runs the expression's code. The region's
        tree keeps values instead of texts. Raises Dissolve for the site if a value has no expression.
        """
        visit = self.enter(site)
        result = decide()
        if not isinstance(visit, RegionVisit):
            return result
        if visit.region.straight:
            self.leave(site)
            return result
        try:
            child = self.lift(result)
        except Decline:
            raise Dissolve([site]) from None
        self.value(child)
        self.leave(site)
        visit.chosen = True
        visit.set_result(self.table.given(visit.node.unprinted(self.table, ()), child))
        return self.slot(visit.region.make_choice(self.table, child.label, child.lazy))

    def effect(self, target: Any, created: int = 0) -> None:
        """Notes that `target`, an object that later code may see, is about to change.

        created: the time of the clock when the object was created; used only if `note_created` was not called with
        it. Raises Dissolve for the open regions that were opened after that time; Decline if the change would last
        from page to page.
        """
        if id(target) in self._lasting and not self.importing:
            raise Decline("an imported template keeps state from page to page")
        self.regions.dissolve_since(self._creations.get(id(target), (None, created))[1])

    def note_created(self, target: Any) -> None:
        """Notes that template code has just created this namespace, cycler or joiner."""
        self._creations[id(target)] = (target, self.regions.clock)
        if self.importing:
            self._lasting.add(id(target))


def _list(*items: Any) -> list[Any]:
    return list(items)


def _tuple(*items: Any) -> tuple[Any, ...]:
    return items


def _dict(keys: tuple[Any, ...], *items: Any) -> dict[Any, Any]:
    return dict(zip(keys, items, strict=True))
