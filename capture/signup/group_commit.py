"""Group commit: sign-ups that arrive together are written in one transaction and made durable by one commit.

A commit takes as long for one sign-up as for thirty. Requests that arrive while another transaction is writing wait in
a queue. When it ends, the first request in the queue stores the sign-ups of the waiting requests in one transaction and
commits once. No request is answered before that commit. A sign-up that is refused before it wrote anything fails alone.
If one fails after writing, the transaction is rolled back and each sign-up runs again in a transaction of its own. If
the commit fails, all its sign-ups fail.

The threads that serve requests do this themselves, so there is no background thread that could die unnoticed. A single
request waits for no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from capture.base.db import DRIVER_ERRORS, Database
from capture.base.unavailable import Unavailable
from capture.signup.accept import Contended, SignUpBatch

Result = TypeVar("Result")

LARGEST = 64
"""The most sign-ups that one transaction stores."""


class _Undo(Exception):
    """A sign-up failed after it wrote something: the group is rolled back, and each of its sign-ups runs alone."""


class _Turn:
    """One request's work in the queue of a ``GroupCommit``, and the result of that work."""

    __slots__ = ("_gate", "alone", "error", "leads", "result", "work")

    def __init__(self, work: Callable[[SignUpBatch], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.alone = self.leads = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self, seconds: float = -1) -> bool:
        """Waits until another thread calls ``wake``. Returns False if that took longer than ``seconds``."""
        return self._gate.acquire(timeout=seconds)

    def wake(self) -> None:
        self._gate.release()


class GroupCommit:
    """Stores the sign-ups of several requests that wait at the same moment in one transaction with one commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: list[_Turn] = []
        self._led = False

    def run(self, work: Callable[[SignUpBatch], Result]) -> Result:
        """Runs ``work`` in a transaction and returns its result after the commit.

        Raises what ``work`` raises, and Unavailable if the database cannot be used or is busy for too long.
        """
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
        """Waits until the request's work is done, or this thread must run the next group.

        Raises Unavailable if no group took the work in time.
        """
        if turn.wait(self._database.busy_seconds):
            return
        with self._lock:
            if turn in self._waiting and not turn.leads:
                self._waiting.remove(turn)
                raise Unavailable("other sign-ups kept the database busy for too long")
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
        """Runs the work in a transaction of its own, which may wait for the locks of others."""
        with self._database.writing() as connection:
            desk = SignUpBatch(connection, shared=False)
            result = work(desk)
            desk.close()
        return result


def _do(turn: _Turn, desk: SignUpBatch) -> None:
    """Runs one request's work. Raises _Undo if the work failed after it wrote something.

    Work that must wait for another transaction's lock is left to a transaction of its own, so that the others need not
    wait.
    """
    before = desk.driver.writes
    try:
        turn.result = turn.work(desk)
    except DRIVER_ERRORS as error:
        raise _Undo from error
    except Exception as error:
        if desk.driver.writes != before:
            raise _Undo from error
        if isinstance(error, Contended):
            turn.alone = True
            return
        turn.error = error  # raised in the thread that queued the work


def _close(desk: SignUpBatch) -> None:
    try:
        desk.close()
    except DRIVER_ERRORS as error:
        raise _Undo from error
