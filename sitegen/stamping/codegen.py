"""The code generator: Jinja's own, but its code calls the tracer around regions and uses other functions for text.

A region must be closed code: the code after it can see nothing of it but what it prints. Effects that can be read
from the template's source (assignments, imports, macros, jumps) are checked by closed_code.py. Effects that are
noticed only when they happen (a macro writes into a namespace) the tracer finds, and dissolves the region.

For `{% if member.bio %}…{% endif %}` the generated code is, in short:

    yield tracer.enter("home.html:3#1")     # the opening sentinel
    if tracer.runs():                       # False: the text is known already
        if member.bio: …
    yield tracer.leave("home.html:3#1")     # the closing sentinel
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, operators, optimizeconst

from sitegen.stamping.closed_code import closed, jumps

_BRANCHING = (nodes.And, nodes.Or, nodes.CondExpr)
#: Names in generated code, each with the method of TextFunctions that it refers to.
_TEXTS = {
    "escape": "escape",
    "str": "string",
    "raw": "raw",
    "Markup": "Markup",
    "markup_join": "markup_join",
    "str_join": "str_join",
}
#: Classes of Jinja's runtime; in generated code, their names refer to the classes in runtime.py.
_CLASSES = ("LoopContext", "Macro", "TemplateReference")


def _operation(sign: str) -> Callable[..., None]:
    @optimizeconst
    def visit(self: TracingGenerator, node: nodes.BinExpr, frame: Frame) -> None:
        self.operate(sign, (node.left, node.right), frame)

    return visit


def _operation_on_one(sign: str) -> Callable[..., None]:
    @optimizeconst
    def visit(self: TracingGenerator, node: nodes.UnaryExpr, frame: Frame) -> None:
        self.operate(sign, (node.node,), frame)

    return visit


class TracingGenerator(CodeGenerator):
    """Generates the Python code of a template for traces: Jinja's code with calls of the tracer (tracer.py)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: How many sites (places in this template) were named so far.
        self._sites = 0
        #: Ids of branching expressions that get no region of their own, since a region surrounds them already.
        self._bare: set[int] = set()
        #: Ids of printed expressions for which the code that opens a region was written.
        self._regions_open: set[int] = set()
        #: Sites of the regions around iterations, by the id of the loop's body.
        self._iterations: dict[int, str] = {}

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("tracer = environment.tracer")
        for name, method in _TEXTS.items():
            self.writeline(f"{name} = environment.texts.{method}")
        for name in _CLASSES:
            self.writeline(f"{name} = environment.classes[{name!r}]")

    def _site(self, node: nodes.Node) -> str:
        """Returns a name for a place in the template, the same in every trace: `template:line#number`."""
        self._sites += 1
        return f"{self.name}:{node.lineno}#{self._sites}"

    def _set_bare(self, node: nodes.Node | None) -> bool:
        """Marks `and`, `or` and `if` in an expression to get no regions of their own, since a region surrounds it.

        Those in the arguments of a call keep regions of their own: else a macro would be traced anew for each value
        of an argument. Returns True if there was anything to mark.
        """
        if node is None:
            return False
        found = isinstance(node, _BRANCHING)
        if found:
            self._bare.add(id(node))
        for child in [node.node] if isinstance(node, nodes.Call) else node.iter_child_nodes():
            found = self._set_bare(child) or found
        return found

    def start_write(self, frame: Frame, node: nodes.Node | None = None) -> None:
        super().start_write(frame, node)
        self.write("raw(")

    def end_write(self, frame: Frame) -> None:
        self.write(")")
        super().end_write(frame)

    # -- regions of statements

    @contextmanager
    def _region(self, site: str, frame: Frame, node: nodes.Node | None = None) -> Iterator[None]:
        """Makes a region of the code that is written in the `with` block; that code runs only if `tracer.runs()`."""
        self.simple_write(f"tracer.enter({site!r})", frame, node)
        self.writeline("if tracer.runs():")
        self.indent()
        self.writeline("pass")
        yield
        self.outdent()
        self.simple_write(f"tracer.leave({site!r})", frame)

    def visit_If(self, node: nodes.If, frame: Frame) -> None:
        for branch in (node, *node.elif_):
            self._set_bare(branch.test)
        bodies = [node.body, *(branch.body for branch in node.elif_), node.else_]
        if not all(map(closed, bodies)):
            super().visit_If(node, frame)
            return
        with self._region(self._site(node), frame, node):
            super().visit_If(node, frame)

    def visit_For(self, node: nodes.For, frame: Frame, **kwargs: Any) -> None:
        site = self._site(node)
        # The test of the next item may run while `loop.last` is asked for inside an iteration, but decides
        # outside it.
        if node.test is None and not any(map(jumps, node.body)):
            self._iterations[id(node.body)] = f"{site}+"
        if jumps(node):
            super().visit_For(node, frame)
            return
        with self._region(site, frame, node):
            super().visit_For(node, frame)

    def blockvisit(self, nodes: Any, frame: Frame) -> None:
        site = self._iterations.pop(id(nodes), None)
        if site is None:
            super().blockvisit(nodes, frame)
            return
        with self._region(site, frame):
            super().blockvisit(nodes, frame)

    # -- regions of expressions

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if self._set_bare(node):
            self._regions_open.add(id(node))
            self.write(f"tracer.region({self._site(node)!r}, lambda: ")
        super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        super()._output_child_post(node, frame, finalize)
        if id(node) in self._regions_open:
            self.write(")")

    def _choice(self, visit: Callable[[Any, Frame], None], node: nodes.Expr, frame: Frame) -> None:
        """Writes a branching expression as a region of its own, unless `_set_bare` has marked it.

        visit: Jinja's own method for the expression.
        """
        if id(node) in self._bare:
            visit(node, frame)
            return
        self._set_bare(node)
        self.write(f"tracer.choose({self._site(node)!r}, lambda: ")
        visit(node, frame)
        self.write(")")

    def visit_And(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._choice(super().visit_And, node, frame)

    def visit_Or(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._choice(super().visit_Or, node, frame)

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        self._choice(super().visit_CondExpr, node, frame)

    # -- operators

    def operate(self, sign: str, operands: Sequence[nodes.Node], frame: Frame) -> None:
        """Writes a call of `Tracing.operate`, which applies the operator now or returns a slot for its result."""
        self.write(f"environment.operate({sign!r}")
        for operand in operands:
            self.write(", ")
            self.visit(operand, frame)
        self.write(")")

    visit_Add = _operation("+")
    visit_Sub = _operation("-")
    visit_Mul = _operation("*")
    visit_Div = _operation("/")
    visit_FloorDiv = _operation("//")
    visit_Pow = _operation("**")
    visit_Mod = _operation("%")
    visit_Pos = _operation_on_one("u+")
    visit_Neg = _operation_on_one("u-")
    visit_Not = _operation_on_one("not")

    @optimizeconst
    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        if len(node.ops) == 1:
            self.operate(operators[node.ops[0].op], (node.expr, node.ops[0].expr), frame)
        else:  # a chain stops at its first falsehood: its comparisons ask
            CodeGenerator.visit_Compare(self, node, frame)

    @optimizeconst
    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if not isinstance(node.arg, nodes.Slice):
            CodeGenerator.visit_Getitem(self, node, frame)
            return
        self.write("environment.operate('[]', ")
        self.visit(node.node, frame)
        self.write(", slice(")
        for part in (node.arg.start, node.arg.stop, node.arg.step):
            if part is None:
                self.write("None")
            else:
                self.visit(part, frame)
            self.write(", ")
        self.write("))")

    # -- effects

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self._effects(node, frame)
        super().visit_Assign(node, frame)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        self._effects(node, frame)
        super().visit_AssignBlock(node, frame)

    def _effects(self, node: nodes.Assign | nodes.AssignBlock, frame: Frame) -> None:
        """Writes a call of `Tracer.effect` for each namespace that an assignment changes."""
        targets = [node.target] if isinstance(node.target, nodes.NSRef) else node.target.find_all(nodes.NSRef)
        for target in targets:
            self.writeline(f"tracer.effect({frame.symbols.ref(target.name)})")
