"""Regions: parts of a page that ask their questions apart, so that shapes add up instead of multiplying.

A region keeps a tree of questions. A *node* of the tree is first open, then becomes a *fork* (it asks a
question and has a branch for each answer met) or a *leaf* (the end of the region's code). Regions opened on
the way to a node's question or end are that node's *rooms*, matched by their order.

    region ── node: member.bio? ──┬─ True ── node: len(member.links) > 0 ──┬─ False ── leaf: text
                                  │                                        └─ True ─── leaf: text with a room
                                  └─ False ─ leaf: text

Trees grow, trace by trace. What stamps pages is a *form*: an expression made from the tree as it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sitegen.stamping.expressions import Expr, Step, Values
from sitegen.stamping.ledger import Form, Ledger
from sitegen.stamping.signals import Miss


class Node:
    """A fork, a leaf, or an end that is still open.

    needs: on leaves, what must be computed for its errors alone, rooms among it. pieces: on leaves that were
    printed, what the text is made of. worth: on leaves of a choice, its value.
    """

    __slots__ = ("branches", "form", "needs", "parts", "pieces", "question", "rooms", "worth")

    def __init__(self) -> None:
        self.rooms: list[Region] = []
        self.question: Expr | None = None
        self.branches: dict[Any, Node] | None = None
        self.needs: tuple[Expr | Region, ...] | None = None
        self.pieces: list[Expr | Region] | None = None
        self.worth: Expr | None = None
        self.form: Form | None = None
        self.parts: list[Expr | None] | None = None

    def text(self, ledger: Ledger) -> Form | None:
        """The leaf's text as its rooms stand; None until it and they have been printed."""
        if self.pieces is None:
            return None
        parts = [piece.form if isinstance(piece, Region) else piece for piece in self.pieces]
        if parts != self.parts:
            self.parts = parts
            found = [part for part in parts if part is not None]
            needs = self.unprinted(ledger, self.pieces)
            self.form = ledger.text(needs, found) if len(found) == len(parts) else None
        return self.form

    def unprinted(self, ledger: Ledger, pieces: Sequence[Expr | Region]) -> list[Expr]:
        """The needs, without the rooms that are among the pieces."""
        needs = [need for need in self.needs or () if need not in pieces]
        return [need.make_silent(ledger) if isinstance(need, Region) else need for need in needs]


class Region:
    """A part of a page with a question tree of its own.

    site: its place in the templates. form: its text for every answer met so far. choice: the expression of
    its value, if it is `a or b` or the like. silent: an expression that only takes the same way, for the
    errors it may raise.
    """

    __slots__ = ("choice", "first", "form", "silent", "site")

    def __init__(self, site: str) -> None:
        self.site = site
        self.first = Node()
        self.form: Form | None = None
        self.choice: Expr | None = None
        self.silent: Expr | None = None

    @property
    def straight(self) -> bool:
        """Whether the region asked nothing, so that it is no more than a part of what surrounds it."""
        return self.first.branches is None

    def refresh(self, ledger: Ledger) -> None:
        """Make the form anew from the tree."""
        tree = _step(self.first, ledger)
        self.form = None if tree is None else ledger.walk(tree)

    def make_choice(self, ledger: Ledger, label: str, lazy: bool) -> Expr:
        """The region as a value."""
        if self.choice is None:
            index = ledger.place()

            def run(values: Values) -> Any:
                worth = self._leaf(values).worth
                if worth is None:
                    raise Miss
                result = values[index] = worth.value(values)
                return result

            self.choice = Expr(index, run, (), label)
        self.choice.lazy = self.choice.lazy or lazy
        return self.choice

    def make_silent(self, ledger: Ledger) -> Expr:
        """The region where it is not printed."""
        if self.silent is None:
            index = ledger.place()

            def run(values: Values) -> Any:
                self._visit(values)
                values[index] = True

            self.silent = Expr(index, run, (), self.site)
        return self.silent

    def _visit(self, values: Values) -> None:
        for need in self._leaf(values).needs or ():
            if isinstance(need, Region):
                need._visit(values)
            else:
                need.value(values)

    def _leaf(self, values: Values) -> Node:
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
        """The number of shapes (leaves) here and in all rooms, and how often each question is asked."""
        shapes, questions, nodes = 0, Counter[str](), [self.first]
        while nodes:
            node = nodes.pop()
            shapes += node.needs is not None
            nodes.extend(room.first for room in node.rooms)
            if node.branches is not None and node.question is not None:
                questions[node.question.label] += 1
                nodes.extend(node.branches.values())
        return shapes, questions


def _step(node: Node, ledger: Ledger) -> Step | None:
    if node.branches is None or node.question is None:
        text = node.text(ledger)
        return None if text is None else (text, None)
    branches = {answer: step for answer, child in node.branches.items() if (step := _step(child, ledger))}
    return (node.question, branches) if branches else None
