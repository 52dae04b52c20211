"""Works out the trees of sponsors for all members at once, in a few bytes a member.

Members are numbered from 1 in roster order; 0 stands for no member.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class Forest:
    """The trees that all members and their sponsors form: ``parents[n]`` is the number of member n's sponsor."""

    def __init__(self, parents: array[int], active: bytearray) -> None:
        self._parents = parents
        size = len(parents)
        self.downline = array("i", bytes(4 * size))
        """For each member, how many members are below in the tree, directly or not."""
        self.nearest = array("i", bytes(4 * size))
        """For each member, the number of the nearest active member above in the tree; 0 if there is none."""
        order = self._from_the_leaves()
        self._place(order, active)

    def _from_the_leaves(self) -> array[int]:
        """Returns the members in an order in which each comes before their sponsor; members of loops are left out."""
        parents, downline = self._parents, self.downline
        waiting = array("i", bytes(4 * len(parents)))
        for parent in parents:
            waiting[parent] += 1
        order = array("i", (number for number in range(1, len(parents)) if not waiting[number]))
        for number in order:  # grows while it is walked
            parent = parents[number]
            if parent:
                downline[parent] += downline[number] + 1
                waiting[parent] -= 1
                if not waiting[parent]:
                    order.append(parent)
        self._looping = bytearray(1 if count else 0 for count in waiting)
        return order

    def _place(self, order: array[int], active: bytearray) -> None:
        parents, nearest = self._parents, self.nearest
        for number in reversed(order):
            parent = parents[number]
            nearest[number] = parent if active[parent] else nearest[parent]

    def loops(self) -> Iterator[list[int]]:
        """Yields each loop of sponsors once, as numbers: the first member in the roster, then each one's sponsor."""
        looping = bytearray(self._looping)
        looping[0] = 0
        for first in range(1, len(looping)):
            if not looping[first]:
                continue
            loop, number = [], first
            while looping[number]:
                looping[number] = 0
                loop.append(number)
                number = self._parents[number]
            yield loop
