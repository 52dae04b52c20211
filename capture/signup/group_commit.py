"""Group commit: sign-ups that arrive together are written in one transaction and made durable by one commit.

Making a commit durable takes as long for one sign-up as for thirty. Requests that arrive while the database is being
written wait in a queue. The first of them then leads: it takes the work of the others into its transaction and commits
once. No request is answered before that commit. Work that is refused before it wrote anything fails alone. If work
fails after writing, the transaction is rolled back and each piece runs again in a transaction of its own. If the
commit fails, all its work fails.

The threads that serve requests do this among themselves: there is no further thread that could die unnoticed, and a
single request waits for no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from capture.base.db import DRIVER_ERRORS, Database
from capture.base.unavailable import Unavailable
from capture.signup.accept import SignUpBatch

Result = TypeVar("Result")

LARGEST = 64
"""Pieces of work in one transaction."""


class _Undo(Exception):
    """Work failed after writing: roll back, and run each piece alone."""


class _Turn:
    """One piece of work and its result."""

    __slots__ = ("_gate", "alone", "error", "leads", "result", "work")

    def __init__(self, work: Callable[[SignUpBatch], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.alone = self.leads = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self, seconds: float = -1) -> bool:
        """Waits until ``wake``; returns False if that took too long."""
        return self._gate.acquire(timeout=seconds)

    def wake(self) -> None:
        self._gate.release()


class GroupCommit:
    """Runs pieces of work in transactions that they share with others waiting at the same moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[_Turn] = []
        self._led = False

    def run(self, work: Callable[[SignUpBatch], Result]) -> Result:
        """Returns what ``work`` returns, once it is committed. Raises what ``work`` raises, and Unavailable."""
        turn = _Turn(work)
        with self._lock:
            self._waiting.append(turn)
            turn.leads, self._led = not self._led, True
        if not turn.leads:
            self._wait(turn)
        if turn.leads:
            self._lead()
        if turn.alone:
            return self._alone(work)
        if turn.error is not None:
            raise turn.error
        result: Result = turn.result
        return result

    def _wait(self, turn: _Turn) -> None:
        """Waits until the work is done, or this thread must lead. Raises Unavailable if no group took it in time."""
        if turn.wait(self._database.busy_seconds):
            return
        with self._lock:
            if turn in self._waiting and not turn.leads:
                self._waiting.remove(turn)
                raise Unavailable("other sign-ups hold the database")
        # A group has taken the work; whether it is stored is known only at the end of that group.
        turn.wait()

    def _lead(self) -> None:
        with self._lock:
            group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        try:
            self._commit(group)
        finally:
            with self._lock:
                self._led = bool(self._waiting)
                followers = [each for each in group if not each.leads]
                if self._waiting:
                    heir = self._waiting[0]
                    heir.leads = True
                    followers.insert(0, heir)
            for each in followers:
                each.wake()

    def _commit(self, group: list[_Turn]) -> None:
        try:
            with self._database.writing() as connection:
                desk = SignUpBatch(connection, shared=True)
                for turn in group:
                    _do(turn, desk)
                _close(desk)
        except _Undo:
            for turn in group:
                turn.alone = True
        except Unavailable as error:
            for turn in group:
                turn.error = Unavailable(*error.args)
        except BaseException as error:
            for turn in group:
                turn.error = error
            raise

    def _alone(self, work: Callable[[SignUpBatch], Result]) -> Result:
        """Runs the work in a transaction of its own, which may wait for what others hold."""
        with self._database.writing() as connection:
            desk = SignUpBatch(connection, shared=False)
            result = work(desk)
            desk.close()
        return result


def _do(turn: _Turn, desk: SignUpBatch) -> None:
    """Runs one piece of work. Raises _Undo if it failed after writing."""
    before = desk.driver.writes
    try:
        turn.result = turn.work(desk)
    except DRIVER_ERRORS as error:
        raise _Undo from error
    except Exception as error:
        if desk.driver.writes != before:
            raise _Undo from error
        turn.error = error  # raised in the thread that queued the work


def _close(desk: SignUpBatch) -> None:
    try:
        desk.close()
    except DRIVER_ERRORS as error:
        raise _Undo from error
