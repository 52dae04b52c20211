"""The tracer: one run of a page's template code with slots, and the questions that the code asked.

While the code runs, a *visit* follows each open region through its tree: a question that the tree knows leads
down its branch, a new one grows the tree. So a page's second shape is a new branch of what the first left
behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sitegen.stamping.expressions import Expr, Values, is_iterator
from sitegen.stamping.items import Items
from sitegen.stamping.ledger import Ledger
from sitegen.stamping.regions import Region
from sitegen.stamping.signals import Decline, Dissolve
from sitegen.stamping.slots import Slot, Text, carries, held
from sitegen.stamping.texts import text_value
from sitegen.stamping.visits import Visit


class Tracer:
    """One trace, for the member whose sheet holds `values`, through the tree of `page`.

    dissolved: sites where no region may be opened. Raises Decline, Dissolve, and whatever the template
    raises.
    """

    def __init__(self, ledger: Ledger, values: Values, page: Region, dissolved: frozenset[str]) -> None:
        self.ledger = ledger
        self.visits = [Visit(page, 0)]
        #: State that outlives a page in plain Jinja: namespaces and the like made by an imported template.
        self.lasting: set[int] = set()
        self.importing = 0
        self._values = values
        self._dissolved = dissolved
        #: The visits that ended, in that order.
        self.ended: list[Visit] = []
        #: How many regions were opened so far: the clock by which births are told.
        self.opened = 0
        #: Namespaces and the like, each with the time of its birth.
        self._births: dict[int, tuple[Any, int]] = {}

    # -- values

    def slot(self, expr: Expr) -> Any:
        """A slot for the expression, computed at once: it raises now if plain Jinja would raise now.

        The value itself, if it is the same for all members.
        """
        value = self.value(expr)
        return value if expr.fixed and not expr.lazy else Slot(self, expr, self.opened)

    def value(self, expr: Expr) -> Any:
        """This member's value, noted as computed by the region that is open."""
        self.ledger.extend(self._values)
        result = expr.value(self._values)
        self.visits[-1].made[expr] = None
        return result

    def lift(self, value: Any) -> Expr:
        """The expression that gives the value, to be read by another expression."""
        kind = type(value)
        if kind is Slot:
            return self._read(value)
        if kind is Text:
            return text_value(self.ledger, value)
        if not carries(value):
            return self.ledger.const(value)
        if kind is slice:
            return self.ledger.call(slice, tuple(map(self.lift, (value.start, value.stop, value.step))))
        children = tuple(map(self.lift, value.values() if kind is dict else value))
        if any(child.lazy for child in children):
            raise Decline("an iterator is put into a list")
        if kind is dict:
            return self.ledger.call(_dict, (self.ledger.const(tuple(value)), *children), label="{…}")
        return self.ledger.call(_list if kind is list else _tuple, children, label="[…]")

    def _read(self, slot: Slot) -> Expr:
        expr = slot._expr
        if expr.lazy:
            self._see(slot._born)
            if slot._read and self.ask(self.ledger.once(expr)):
                raise Decline(f"the iterator {expr.label} is read twice")
            slot._read = True
        return expr

    def _see(self, born: int) -> None:
        """Something made at that time is about to change: no region opened since may hide it."""
        sites = [visit.region.site for visit in self.visits if visit.opened > born]
        if sites:
            raise Dissolve(sites)

    def apply(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None = None,
        label: str = "",
    ) -> Any:
        """`function(*args, **kwargs)`: now if no slot is among the arguments, else as a new slot."""
        kwargs = kwargs or {}
        if not carries(args) and not carries(kwargs):
            result = function(*args, **kwargs)
            return self.slot(self.ledger.const(result)) if is_iterator(result) else result
        children = tuple(self.lift(arg) for arg in (*args, *kwargs.values()))
        label = label or getattr(function, "__name__", "call")
        subject = next((child.label for child in children if child.children), "")
        return self.slot(self.ledger.call(function, children, tuple(kwargs), f"{subject}|{label}"))

    def attribute(self, value: Any, name: str) -> Any:
        """`value.name` of a slot or text."""
        return self.slot(self.ledger.attribute(self.lift(value), name))

    # -- questions

    def ask(self, question: Expr) -> Any:
        """The question's answer for this member, noted unless an open region knows it already."""
        answer = self.value(question)
        if any(question in visit.asked for visit in self.visits):
            self.visits[-1].asked.add(question)
        elif not question.fixed:
            self.visits[-1].ask(question, answer)
        return answer

    def truth(self, value: Any) -> bool:
        """What `if` sees."""
        if type(value) is Text and _has_fixed(value):
            return True
        expr = value._expr if type(value) is Slot else self.lift(value)
        return bool(self.ask(self.ledger.call(bool, (expr,), label=f"{expr.label}?")))

    def length(self, value: Any) -> int:
        """What `len` sees; TypeError where it has none."""
        expr = value._expr if type(value) is Slot else self.lift(value)
        return int(self.ask(self.ledger.length(expr)))

    def items(self, value: Any) -> Items:
        """What `for` and unpacking see: as many slots as this member has items."""
        source = self.lift(value)
        items = self.ledger.call(tuple, (source,), label=source.label)
        self.value(items)
        return Items(self, items)

    def exactly(self, value: Any) -> Any:
        """The value itself, which becomes a question: a template's name, or several."""
        if type(value) is Slot:
            found = self.value(value._expr)
            if isinstance(found, str):
                return self.ask(value._expr)
            if isinstance(found, tuple | list):
                return [self.exactly(item) for item in value]
            raise Decline(f"a template is named by {value._expr.label}, which is a {type(found).__name__}")
        if type(value) is list or type(value) is tuple:
            return [self.exactly(item) for item in value]
        if held(value):
            raise Decline("a template is named by a text that depends on the member")
        return value

    # -- regions

    def enter(self, site: str) -> Visit | str:
        """Open a region; the mark goes into the output."""
        if site in self._dissolved:
            return ""
        self.opened += 1
        visit = self.visits[-1].enter(site, self.opened)
        self.visits.append(visit)
        return visit

    def leave(self, site: str) -> Visit | str:
        """Close the region opened last; the mark goes into the output again."""
        if site in self._dissolved:
            return ""
        visit = self.visits.pop()
        assert visit.region.site == site, "regions are closed in the order in which they were opened"
        visit.end()
        self.ended.append(visit)
        return visit

    def region(self, site: str, write: Callable[[], Any]) -> Any:
        """A region around one printed expression."""
        return Text(self, [self.enter(site), write(), self.leave(site)], False)

    def choose(self, site: str, decide: Callable[[], Any]) -> Any:
        """A region around an expression that asks, such as `a or b`: its value, not its text, is kept."""
        visit = self.enter(site)
        result = decide()
        if not isinstance(visit, Visit):
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
        visit.valued = True
        visit.give(self.ledger.given(visit.node.unprinted(self.ledger, ()), child))
        return self.slot(visit.region.make_choice(self.ledger, child.label, child.lazy))

    def effect(self, target: Any, born: int = 0) -> None:
        """`target`, seen by later code, is about to change: no region opened since its birth may hide it."""
        if id(target) in self.lasting and not self.importing:
            raise Decline("an imported template keeps state from page to page")
        self._see(self._births.get(id(target), (None, born))[1])

    def made_here(self, target: Any) -> None:
        """Note a namespace, cycler or joiner at its birth."""
        self._births[id(target)] = (target, self.opened)
        if self.importing:
            self.lasting.add(id(target))


def _list(*items: Any) -> list[Any]:
    return list(items)


def _tuple(*items: Any) -> tuple[Any, ...]:
    return items


def _dict(keys: tuple[Any, ...], *items: Any) -> dict[Any, Any]:
    return dict(zip(keys, items, strict=True))


def _has_fixed(text: Text) -> bool:
    """Whether some fixed string is part of the text for every member: it stands outside all regions."""
    within: list[Any] = []
    for part in text._parts:
        if isinstance(part, Visit):
            if within and within[-1] is part:
                within.pop()
            else:
                within.append(part)
        elif isinstance(part, str) and part and not within:
            return True
    return False
