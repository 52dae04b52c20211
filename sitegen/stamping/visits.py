"""Visits: one run through a region, while a page is traced."""

from __future__ import annotations

from typing import Any

from sitegen.stamping.expressions import Expr
from sitegen.stamping.regions import Node, Region
from sitegen.stamping.signals import Decline

_WANDERING = "not deterministic: the same answers led to different code"


class Visit:
    """One run through a region. In a text, a visit stands as a mark, once where it begins and once where it
    ends.

    node: where in the region's tree the run has come to. asked: the questions it knows the answers to. made:
    the expressions it computed. opened: when, by the tracer's clock. valued: whether it was run
    for its value, not its text.
    """

    __slots__ = ("_room", "asked", "made", "node", "opened", "region", "rooms", "valued")

    def __init__(self, region: Region, opened: int) -> None:
        self.region = region
        self.opened = opened
        self.node: Node = region.first
        self.rooms: list[Visit] = []
        self.asked: set[Expr] = set()
        self.made: dict[Expr, None] = {}
        self.valued = False
        self._room = 0

    def ask(self, question: Expr, answer: Any) -> None:
        """Follow the answer's branch, growing it if need be."""
        node = self.node
        if node.branches is None:
            if node.needs is not None:
                raise Decline(_WANDERING)
            node.question, node.branches = question, {}
        elif node.question is not question or self._room != len(node.rooms):
            raise Decline(_WANDERING)
        self.asked.add(question)
        self.node = node.branches.setdefault(answer, Node())
        self._room = 0

    def enter(self, site: str, time: int) -> Visit:
        """Go into the region that opens next at this place of the tree."""
        rooms = self.node.rooms
        if self._room == len(rooms):
            if self.node.branches is not None or self.node.needs is not None:
                raise Decline(_WANDERING)
            rooms.append(Region(site))
        self._room += 1
        visit = Visit(rooms[self._room - 1], time)
        self.rooms.append(visit)
        return visit

    def end(self) -> None:
        """Make the node a leaf. Its needs: what the code computed and no other expression covers."""
        used = {child for expr in self.made for child in expr.children}
        needs: list[Expr | Region] = [expr for expr in self.made if expr not in used and expr not in self.asked]
        for visit in self.rooms:
            if visit.region.straight:
                needs.extend(visit.node.needs or ())
            elif not visit.valued:
                needs.append(visit.region)
        found = tuple(needs)
        if self.node.branches is not None or self._room != len(self.node.rooms):
            raise Decline(_WANDERING)
        if self.node.needs is None:
            self.node.needs = found
        elif self.node.needs != found:
            raise Decline(_WANDERING)

    def print(self, pieces: list[Expr | Region]) -> None:
        """Say what the leaf's text is made of; a leaf printed before must be made of the same."""
        if self.node.pieces is None:
            self.node.pieces = pieces
        elif self.node.pieces != pieces:
            raise Decline(_WANDERING)

    def give(self, worth: Expr) -> None:
        """Say what the leaf is worth; a leaf met before must be worth the same."""
        if self.node.worth is None:
            self.node.worth = worth
        elif self.node.worth is not worth:
            raise Decline(_WANDERING)
