"""The timetable of the sample data: actions at moments in the past, run in order of time."""

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
"""An action in a transaction that it shares with its neighbours; it gets the session and its moment."""

Alone = Callable[[datetime], None]
"""An action that opens its own transactions; it gets its moment."""

TOGETHER = 500
"""Actions per transaction: a commit takes as long for one as for all."""


class Agenda:
    """Actions by their moments. An action may plan further ones, at its own moment or later."""

    def __init__(self) -> None:
        self._order = count()
        self._heap: list[tuple[datetime, int, Act | None, Alone | None]] = []

    def at(self, moment: datetime, act: Act) -> None:
        """Plans an action. Actions of one moment run in the order in which they were planned."""
        heapq.heappush(self._heap, (moment, next(self._order), act, None))

    def alone(self, moment: datetime, act: Alone) -> None:
        """Plans an action that opens its own transactions."""
        heapq.heappush(self._heap, (moment, next(self._order), None, act))

    def run(self, database: Database, until: datetime, progress: Callable[[datetime], None]) -> None:
        """Runs all actions up to ``until``; later ones never run. Raises Unavailable.

        ``progress`` is called after each transaction with the moment of its last action.
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
        """Runs at most TOGETHER actions, up to the next that opens its own transactions. Returns the last moment."""
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
