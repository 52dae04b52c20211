"""The classes with which the rest of the generator stamps pages: Press, Program, Sheet and Figures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from jinja2 import Environment

from sitegen.stamping.environment import Tracing, derive, unfit
from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.expressions import Values
from sitegen.stamping.purity import Purity
from sitegen.stamping.regions import Region
from sitegen.stamping.settling import settle
from sitegen.stamping.signals import Decline, Dissolve, Impure, Miss
from sitegen.stamping.text_functions import TextFunctions
from sitegen.stamping.tracer import Tracer

#: A page is rendered plainly from now on after this many traces that failed with errors plain Jinja does not raise.
_MOST_STRAYS = 8


@dataclass(frozen=True)
class Figures:
    """Counts of what a Program (one page for all members) has done so far.

    shapes: how many different sequences of answers it has met, over all parts of the page. traces: how often the
    template was run with slots to learn it. stamps: pages that were stamped. plain: pages that plain Jinja rendered,
    the first of each shape among them. guards: up to ten questions that more than one fork of the question trees
    asks, as (label, number of forks), the most frequent first; these multiply shapes.
    """

    shapes: int
    traces: int
    stamps: int
    plain: int
    guards: tuple[tuple[str, int], ...]


class Sheet:
    """The values of one member that pages print, kept so that a value is computed once for all the member's pages.

    `Press.sheet` makes a sheet. Only one thread may use it, and it is of no use after the member's last page.
    """

    __slots__ = ("_edition", "_roots", "_values")

    def __init__(self, roots: list[Any]) -> None:
        self._roots = roots
        self._values: Values = []
        self._edition: object = None


class Press:
    """Makes the programs that stamp the pages of one Jinja environment, and keeps what those programs share.

    environment: a configured Jinja environment; it is copied, never changed. roots: the names of the template
    context that depend on the member, each with the function that computes the value from the member. pure: the
    functions, filters, tests and methods that return the same result for the same arguments and have no effect.
    most_traces: how many traces each program may make; members of shapes not met by then are rendered plainly.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        roots: Mapping[str, Callable[[Any], Any]],
        pure: Iterable[Callable[..., Any]] = (),
        most_traces: int = 400,
    ) -> None:
        self._environment = environment
        self._most_traces = most_traces
        self._unfit = unfit(environment)
        self._table = ExpressionTable(environment)
        self._lock = threading.Lock()
        self._dissolved: frozenset[str] = frozenset()
        self._tracing: Tracing = derive(environment, self._table, Purity(pure, environment.filters))
        self._roots = {name: (self._table.root(name), function) for name, function in roots.items()}

    def program(self, template: str, shared: Mapping[str, Any]) -> Program:
        """Returns a program that makes one page for all members.

        template: the name of the page's template. shared: the context values that are the same for all members;
        they must not change while the program is in use.
        """
        return Program(self, template, shared)

    def sheet(self, member: Any) -> Sheet:
        """Returns a new sheet for one member, which all programs of this press can use.

        For the company's own pages the member is None; every root is then None. Raises whatever the functions of
        the roots raise.
        """
        functions = [function for _, function in self._roots.values()]
        sheet = Sheet([None if member is None else function(member) for function in functions])
        self._renew(sheet)
        return sheet

    def _renew(self, sheet: Sheet) -> None:
        """Gives a sheet the cells of the current expression table, and forgets the values computed before."""
        edition = self._table.edition
        sheet._values = self._table.blank.copy()
        for (expr, _), value in zip(self._roots.values(), sheet._roots, strict=True):
            sheet._values[expr.index] = value
        sheet._edition = edition


@dataclass
class _ProgramCounts:
    """The counters of a Program.

    traces, stamps, plain: as in `Figures`. strays: traces that failed with errors which plain Jinja does not raise.
    """

    traces: int = 0
    stamps: int = 0
    plain: int = 0
    strays: int = 0


class Program:
    """Makes one page for all members: as stamped bytes, or by plain Jinja where stamping is not possible.

    `Press.program` makes a program. template: the name of the page's template. reason: why members are (or, past
    the limit of traces, may be) rendered plainly; None if there is no reason to.
    """

    def __init__(self, press: Press, template: str, shared: Mapping[str, Any]) -> None:
        self.template = template
        self.reason = press._unfit
        self._press = press
        self._shared = dict(shared)
        self._counts = _ProgramCounts()
        self._page = Region(template)
        #: The sites (places in the templates) where the page's tree has no regions; fixed as long as the tree grows.
        self._dissolved: frozenset[str] | None = None
        self._declined = press._unfit is not None

    def stamp(self, sheet: Sheet) -> bytes:
        """Returns the page of the member of this sheet in UTF-8, the same bytes that plain Jinja makes.

        Raises whatever plain Jinja raises for the page.
        """
        if self._declined:
            return self._plain(sheet)
        fault: Exception | None
        form = self._page.form  # read before the edition: as long as it is held here, its cells stay its own
        if sheet._edition is not self._press._table.edition:
            self._press._renew(sheet)
        try:
            if form is None:
                raise Miss
            page: bytes = form.compute(sheet._values)
        except Miss:
            fault = None
        except Exception as error:
            fault = error
        else:
            self._counts.stamps += 1
            return page
        return self._learn(sheet) if fault is None else self._excuse(sheet, fault)

    @property
    def figures(self) -> Figures:
        """Returns the counts of what this program has done so far."""
        shapes, questions = self._page.survey()
        counts = self._counts
        guards = tuple(item for item in questions.most_common(10) if item[1] > 1)
        return Figures(shapes, counts.traces, counts.stamps, counts.plain, guards)

    def _plain(self, sheet: Sheet) -> bytes:
        self._counts.plain += 1
        roots = dict(zip(self._press._roots, sheet._roots, strict=True))
        return self._press._environment.get_template(self.template).render({**self._shared, **roots}).encode()

    def _excuse(self, sheet: Sheet, fault: Exception) -> bytes:
        """Returns a plainly rendered page after stamping failed with `fault`, which `reason` then names.

        If the template itself is at fault, plain Jinja raises the error again.
        """
        page = self._plain(sheet)
        if self.reason is None:
            self.reason = f"{self.template}: plain for some members: {type(fault).__name__}: {fault}"
        return page

    def _learn(self, sheet: Sheet) -> bytes:
        """Returns a plainly rendered page, and traces it so that the next member of the same shape can be stamped."""
        expected = self._plain(sheet)
        with self._press._lock:
            if self._declined or self._full():
                return expected
            try:
                self._trace(sheet)
                self._press._renew(sheet)
                if self._page.form is None or self._page.form.compute(sheet._values) != expected:
                    raise Decline("the page gives another text each time it is rendered, or stamping is at fault")
            except (Decline, Impure) as error:
                self._decline(error)
            except Exception as error:  # plain Jinja did not raise it
                self._counts.strays += 1
                if self._counts.strays == _MOST_STRAYS:
                    self._decline(error)
        return expected

    def _full(self) -> bool:
        """Returns True if the program has made as many traces as it may; `reason` then says so."""
        if self._counts.traces < self._press._most_traces:
            return False
        if self.reason is None:
            _, questions = self._page.survey()
            asked = ", ".join(label for label, _ in questions.most_common(4))
            self.reason = f"{self.template}: more shapes than {self._press._most_traces}; asked most: {asked}"
        return True

    def _decline(self, error: BaseException) -> None:
        """Makes the program render every page plainly from now on, and puts the error into `reason`."""
        self._declined = True
        kind = "" if isinstance(error, Decline | Impure) else f"{type(error).__name__}: "
        self.reason = f"{_template_line(error.__traceback__) or self.template}: {kind}{error}"

    def _trace(self, sheet: Sheet) -> None:
        """Traces the page for this member, and starts over after each Dissolve. Raises any other error of the trace.

        Pages share templates: what one page dissolves, pages that are not begun yet need not try.
        """
        if self._dissolved is None:
            self._dissolved = self._press._dissolved
        while True:
            self._counts.traces += 1
            self._press._renew(sheet)
            try:
                self._trace_once(sheet._values)
                return
            except Dissolve as dissolve:
                self._press._dissolved |= dissolve.sites
                self._dissolved = self._press._dissolved
                self._page = Region(self.template)

    def _trace_once(self, values: Values) -> None:
        tracing = self._press._tracing
        assert self._dissolved is not None
        tracer = Tracer(self._press._table, values, self._page, self._dissolved)
        tracing.tracer, tracing.texts = tracer, TextFunctions(tracer)
        roots = {name: tracer.slot(expr) for name, (expr, _) in self._press._roots.items()}
        template = tracing.get_template(self.template)
        context = template.new_context({**self._shared, **roots})
        parts = tracing.texts.parts(template.root_render_func(context))
        settle(self._press._table, tracer.regions.page, tracer.regions.ended, parts)


def _template_line(traceback: TracebackType | None) -> str | None:
    """Returns the innermost template line of a traceback as `name:line`; None if no template is in it."""
    found = None
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            found = f"{template.name}:{template.get_corresponding_lineno(traceback.tb_lineno)}"
        traceback = traceback.tb_next
    return found


__all__ = ["Figures", "Press", "Program", "Sheet"]
