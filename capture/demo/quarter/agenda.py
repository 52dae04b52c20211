"""Runs the actions that create the demo's sample data, planned for moments in the past, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.models import Company, Member

Act = Callable[[Session, datetime], None]
"""An action of the sample data that shares a database transaction with the actions before and after it. It is called
with the session and its moment."""

Alone = Callable[[datetime], None]
"""An action of the sample data that opens transactions of its own. It is called with its moment."""

TOGETHER = 500
"""The most actions in one transaction: a commit takes as long for one action as for many."""


class Agenda:
    """A timetable of actions that create sample data, each planned for a moment in the past.

    An action may plan further ones, for its own moment or later.
    """

    def __init__(self) -> None:
        self._order = count()
        self._heap: list[tuple[datetime, int, Act | None, Alone | None]] = []

    def at(self, moment: datetime, act: Act) -> None:
        """Plans an action that shares its transaction with others. Actions of one moment run in the order in which they
        were planned."""
        heapq.heappush(self._heap, (moment, next(self._order), act, None))

    def alone(self, moment: datetime, act: Alone) -> None:
        """Plans an action that opens database transactions of its own, at a moment in the past."""
        heapq.heappush(self._heap, (moment, next(self._order), None, act))

    def run(self, database: Database, until: datetime, progress: Callable[[datetime], None]) -> None:
        """Runs all planned actions up to the moment ``until``; later ones never run.

        ``progress`` is called after each transaction with the moment of its last action. Raises Unavailable if the
        database cannot be used.
        """
        while self._heap and self._heap[0][0] <= until:
            moment, _, _, alone = self._heap[0]
            if alone is not None:
                heapq.heappop(self._heap)
                alone(moment)
            else:
                with database.write() as session:
                    moment = self._together(session, until)
            progress(moment)

    def _together(self, session: Session, until: datetime) -> datetime:
        """Runs at most TOGETHER actions in one transaction, up to the next one that opens its own transactions. Returns
        the moment of the last action."""
        moment = self._heap[0][0]
        # A session drops objects without references, and would load these again for every action.
        held = [*session.scalars(select(Company)), *session.scalars(select(Member).limit(TOGETHER))]
        for _ in range(TOGETHER):
            if not self._heap or self._heap[0][0] > until or self._heap[0][2] is None:
                break
            moment, _, act, _ = heapq.heappop(self._heap)
            assert act is not None
            act(session, moment)
        held.clear()
        return moment
