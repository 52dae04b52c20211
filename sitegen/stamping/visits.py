"""Visits: one run through a region, while a page is traced.

A visit is also the region's *sentinel*: the object itself is put into the output twice, where the region's
text begins and where it ends. settling.py finds the region's text between the two.
"""

from __future__ import annotations

from typing import Any

from sitegen.stamping.expressions import Expr
from sitegen.stamping.regions import Node, Region
from sitegen.stamping.signals import Decline

_WANDERING = "not deterministic: the same answers led to different code"


class RegionVisit:
    """One run through a region's code, which follows the region's question tree and adds missing branches.

    opened: the time, by `OpenRegions.clock`, when the visit began. node: the node of the tree that the run has
    reached. inner: the visits to the regions inside, in their order. asked: the questions whose answers the run
    knows. computed: the expressions that the run computed, in their order. chosen: whether the run was for the
    region's value (`Tracer.choose`), not its text. known: whether the region's code was skipped because the tree
    has this member's text already.
    """

    __slots__ = ("_next_inner", "asked", "chosen", "computed", "inner", "known", "node", "opened", "region")

    def __init__(self, region: Region, opened: int) -> None:
        self.region = region
        self.opened = opened
        self.node: Node = region.first
        self.inner: list[RegionVisit] = []
        self.asked: set[Expr] = set()
        self.computed: dict[Expr, None] = {}
        self.chosen = False
        self.known = False
        #: How many of the node's inner regions this run has opened.
        self._next_inner = 0

    def ask(self, question: Expr, answer: Any) -> None:
        """Notes a question, and goes to the node for the answer; a missing branch is added to the tree.

        Raises Decline if an earlier run asked another question, or opened another region, at this node.
        """
        node = self.node
        if node.branches is None:
            if node.needs is not None:
                raise Decline(_WANDERING)
            node.question, node.branches = question, {}
        elif node.question is not question or self._next_inner != len(node.inner):
            raise Decline(_WANDERING)
        self.asked.add(question)
        self.node = node.branches.setdefault(answer, Node())
        self._next_inner = 0

    def enter(self, site: str, time: int) -> RegionVisit:
        """Opens the node's next inner region and returns the visit to it; a missing region is added to the node.

        time: the time of the trace's clock. Raises Decline if earlier runs went on from this node without opening
        one more region.
        """
        inner = self.node.inner
        if self._next_inner == len(inner):
            if self.node.branches is not None or self.node.needs is not None:
                raise Decline(_WANDERING)
            inner.append(Region(site))
        self._next_inner += 1
        visit = RegionVisit(inner[self._next_inner - 1], time)
        self.inner.append(visit)
        return visit

    def end(self) -> None:
        """Makes the node a leaf. Its needs are the expressions that the code computed and no other expression reads.

        Raises Decline if an earlier run ended at this node with other needs, or did not end here.
        """
        used = {child for expr in self.computed for child in expr.children}
        needs: list[Expr | Region] = [expr for expr in self.computed if expr not in used and expr not in self.asked]
        for visit in self.inner:
            if visit.region.straight:
                needs.extend(visit.node.needs or ())
            elif not visit.chosen:
                needs.append(visit.region)
        found = tuple(needs)
        if self.node.branches is not None or self._next_inner != len(self.node.inner):
            raise Decline(_WANDERING)
        if self.node.needs is None:
            self.node.needs = found
        elif self.node.needs != found:
            raise Decline(_WANDERING)

    def set_text(self, pieces: list[Expr | Region]) -> None:
        """Stores the pieces of the leaf's text. Raises Decline if the text had other pieces before."""
        if self.node.pieces is None:
            self.node.pieces = pieces
        elif self.node.pieces != pieces:
            raise Decline(_WANDERING)

    def set_result(self, result: Expr) -> None:
        """Stores the expression of the leaf's value. Raises Decline if the leaf had another expression before."""
        if self.node.result is None:
            self.node.result = result
        elif self.node.result is not result:
            raise Decline(_WANDERING)
