"""What happens when: moments of the past and what is done at each, in order of time."""

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
"""Something done in a transaction that it shares with what happens around it; told its moment."""

Alone = Callable[[datetime], None]
"""Something that opens its own transactions."""

TOGETHER = 500
"""Acts of one transaction: making a commit durable takes as long for one as for all."""


class Agenda:
    """Acts by their moments. An act may plan further ones, at any moment that is not past."""

    def __init__(self) -> None:
        self._order = count()
        self._heap: list[tuple[datetime, int, Act | None, Alone | None]] = []

    def at(self, moment: datetime, act: Act) -> None:
        """Plans an act. Those of one moment are done in the order in which they were planned."""
        heapq.heappush(self._heap, (moment, next(self._order), act, None))

    def alone(self, moment: datetime, act: Alone) -> None:
        """Plans an act that opens its own transactions."""
        heapq.heappush(self._heap, (moment, next(self._order), None, act))

    def run(self, database: Database, until: datetime, progress: Callable[[datetime], None]) -> None:
        """Does everything up to that moment; what is planned for later never happens. Raises Unavailable.

        ``progress`` is told how far the story is, after each transaction.
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
        """Does the next acts, up to one that wants to be alone. Returns the moment of the last."""
        moment = self._heap[0][0]
        # A session forgets what is not held, and would ask for these again at every act.
        held = [*session.scalars(select(Company)), *session.scalars(select(Member).limit(TOGETHER))]
        for _ in range(TOGETHER):
            if not self._heap or self._heap[0][0] > until or self._heap[0][2] is None:
                break
            moment, _, act, _ = heapq.heappop(self._heap)
            assert act is not None
            act(session, moment)
        held.clear()
        return moment
