"""Regions: parts of a page with question trees of their own, so that shapes add up instead of multiplying.

A region keeps a tree of questions. A *node* of the tree is first open, then becomes a *fork* (it asks a
question and has a branch for each answer met) or a *leaf* (the end of the region's code). Regions opened on
the way to a node's question or end are the node's *inner* regions; traces recognise them by their order.

    region ── node: member.bio? ──┬─ True ── node: len(member.links) > 0 ──┬─ False ── leaf: text
                                  │                                        └─ True ─── leaf: text, inner region
                                  └─ False ─ leaf: text

Trees grow, trace by trace. Pages are stamped with a *form*: an expression made from the current tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sitegen.stamping.expression_table import ExpressionTable, Form
from sitegen.stamping.expressions import Expr, Step, Values
from sitegen.stamping.printers import Printed
from sitegen.stamping.signals import Miss


class Node:
    """A node of a region's question tree: a fork, a leaf, or an end that is still open.

    inner: the inner regions, in the order in which the code opens them. question, branches: on forks, the question
    and the node for each answer. needs: on leaves, what must be computed because it may raise an error: the
    expressions that no other expression reads, and inner regions. pieces: on leaves that were printed, what the
    text is made of. result: on leaves of a region such as `a or b`, the expression of its value. form: the
    expression of a leaf's text. parts: what `form` was made from, to notice that an inner region has grown.
    """

    __slots__ = ("branches", "form", "inner", "needs", "parts", "pieces", "question", "result")

    def __init__(self) -> None:
        self.inner: list[Region] = []
        self.question: Expr | None = None
        self.branches: dict[Any, Node] | None = None
        self.needs: tuple[Expr | Region, ...] | None = None
        self.pieces: list[Expr | Region] | None = None
        self.result: Expr | None = None
        self.form: Form | None = None
        self.parts: list[Expr | None] | None = None

    def text(self, table: ExpressionTable) -> Form | None:
        """Returns the form of the leaf's text, made from the current trees of its inner regions.

        Returns None until the leaf and all the inner regions in its text have been printed.
        """
        if self.pieces is None:
            return None
        parts = [piece.form if isinstance(piece, Region) else piece for piece in self.pieces]
        if parts != self.parts:
            self.parts = parts
            found = [part for part in parts if part is not None]
            needs = self.unprinted(table, self.pieces)
            self.form = table.text(needs, found) if len(found) == len(parts) else None
        return self.form

    def unprinted(self, table: ExpressionTable, pieces: Sequence[Expr | Region]) -> list[Expr]:
        """Returns what must be computed for its errors but is not among the printed pieces, as expressions."""
        needs = [need for need in self.needs or () if need not in pieces]
        return [need.make_silent(table) if isinstance(need, Region) else need for need in needs]


class Region:
    """A part of a page, such as an `if` or one iteration, with a question tree of its own.

    site: its place in the templates, as codegen.py names it; the page itself has the template's name. first: the
    root of the tree. form: the expression of its text, for every answer met so far. kept: the printed text of a
    region that asks nothing and has no inner region that asks. choice: the expression of the region's value, if
    the region is `a or b` or the like. silent: an expression that follows the member's answers and computes what
    may raise an error there, without printing.
    """

    __slots__ = ("choice", "first", "form", "kept", "silent", "site")

    def __init__(self, site: str) -> None:
        self.site = site
        self.first = Node()
        self.form: Form | None = None
        self.kept: list[str | Printed] | None = None
        self.choice: Expr | None = None
        self.silent: Expr | None = None

    @property
    def straight(self) -> bool:
        """Returns True if the region asked nothing, so that it is simply a part of the region around it."""
        return self.first.branches is None

    def refresh(self, table: ExpressionTable) -> None:
        """Makes the form (the expression of the region's text) anew from the current tree."""
        tree = _step(self.first, table)
        self.form = None if tree is None else table.walk(tree)

    def make_choice(self, table: ExpressionTable, label: str, lazy: bool) -> Expr:
        """Returns the expression of the region's value; computing it raises Miss for answers that no trace has met.

        label, lazy: the label and laziness (see `Expr`) of the result that the current trace found. Once lazy, the
        expression remains lazy.
        """
        if self.choice is None:
            index = table.add_cell()

            def run(values: Values) -> Any:
                chosen = self._leaf(values).result
                if chosen is None:
                    raise Miss
                result = values[index] = chosen.value(values)
                return result

            self.choice = Expr(index, run, (), label)
        self.choice.lazy = self.choice.lazy or lazy
        return self.choice

    def make_silent(self, table: ExpressionTable) -> Expr:
        """Returns an expression that raises the errors of the region's code where its text is not printed.

        The expression's value is True. Computing it raises Miss for answers that no trace has met.
        """
        if self.silent is None:
            index = table.add_cell()

            def run(values: Values) -> Any:
                self._compute_needs(values)
                values[index] = True

            self.silent = Expr(index, run, (), self.site)
        return self.silent

    def _compute_needs(self, values: Values) -> None:
        for need in self._leaf(values).needs or ():
            if isinstance(need, Region):
                need._compute_needs(values)
            else:
                need.value(values)

    def _leaf(self, values: Values) -> Node:
        """Returns the leaf to which this member's answers lead. Raises Miss if no trace has reached such a leaf."""
        node = self.first
        while node.branches is not None and node.question is not None:
            branch = node.branches.get(node.question.value(values))
            if branch is None:
                raise Miss
            node = branch
        if node.needs is None:
            raise Miss
        return node

    def survey(self) -> tuple[int, Counter[str]]:
        """Returns the number of shapes (leaves) and how many forks ask each question, inner regions included."""
        shapes, questions, nodes = 0, Counter[str](), [self.first]
        while nodes:
            node = nodes.pop()
            shapes += node.needs is not None
            nodes.extend(region.first for region in node.inner)
            if node.branches is not None and node.question is not None:
                questions[node.question.label] += 1
                nodes.extend(node.branches.values())
        return shapes, questions


def _step(node: Node, table: ExpressionTable) -> Step | None:
    """Returns the part of the tree below this node that has text already; None if there is no such part."""
    if node.branches is None or node.question is None:
        text = node.text(table)
        return None if text is None else (text, None)
    branches = {answer: step for answer, child in node.branches.items() if (step := _step(child, table))}
    return (node.question, branches) if branches else None
