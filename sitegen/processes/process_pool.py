"""Shares long work among processes, which are forked so that all of them have the data prepared before.

The work is cut into numbered pieces; each process works on the next piece that is left and sends the result to the
parent. A process ends when all pieces are done, or when its parent is gone: after ``kill -9`` of the parent
no process goes on writing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

T = TypeVar("T")
_FORK = multiprocessing.get_context("fork")


class PoolError(Exception):
    """A process that shared the work died early; its standard error says why."""


def shared_out(pieces: int, jobs: int, work: Callable[[int], T]) -> Iterator[T]:
    """Calls ``work`` with each number below ``pieces`` in ``jobs`` processes; yields the results in any order.

    With one job, or one piece, nothing is forked. An exception of ``work`` is raised here too; closing
    the iterator early ends the processes. Raises PoolError if a process dies.
    """
    if jobs <= 1 or pieces <= 1:
        yield from map(work, range(pieces))
        return
    with at_work(pieces, jobs, work) as results:
        yield from results


@contextmanager
def at_work(pieces: int, jobs: int, work: Callable[[int], T]) -> Iterator[Iterator[T]]:
    """Starts ``jobs`` processes that call ``work`` with each number below ``pieces``, and ends them after the block.

    Yields an iterator over the results, in any order, which raises what ``shared_out`` raises. Meanwhile the caller may
    do something else.
    """
    taken = _FORK.Value("l", 0)
    pool: dict[Connection, ForkProcess] = {}
    try:
        for _ in range(min(jobs, pieces)):
            receiver, sender = _FORK.Pipe(duplex=False)
            others = list(pool)
            process = _FORK.Process(target=_run, args=(pieces, taken, work, sender, [receiver, *others]), daemon=True)
            process.start()
            sender.close()
            pool[receiver] = process
        yield _results(pool)
    finally:
        for receiver, process in pool.items():
            process.terminate()
            receiver.close()
        for process in pool.values():
            process.join()


def _results(pool: dict[Connection, ForkProcess]) -> Iterator[Any]:
    working = set(pool)
    while working:
        for each in wait(list(working)):
            assert isinstance(each, Connection)
            try:
                kind, value = each.recv()
            except EOFError as error:
                process = pool[each]
                process.join()
                raise PoolError(f"a process ended early (exit status {process.exitcode})") from error
            if kind == "done":
                working.remove(each)
            elif kind == "raised":
                raise value
            else:
                yield value


def _run(pieces: int, taken: Any, work: Callable[[int], Any], sender: Connection, not_mine: list[Connection]) -> None:
    # Ctrl-C reaches the whole group; the parent decides, and ends us with SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = os.getppid()
    for each in not_mine:
        each.close()  # else a writer would not notice that its reader is gone
    with suppress(BrokenPipeError):  # the parent is gone
        while os.getppid() == parent:
            with taken.get_lock():
                piece = taken.value
                taken.value += 1
            if piece >= pieces:
                sender.send(("done", None))
                return
            try:
                made = work(piece)
            except Exception as error:  # noqa: BLE001 - raised again by the parent
                error.add_note("".join(traceback.format_exception(error)))  # a traceback does not travel
                sender.send(("raised", error))
                return
            sender.send(("made", made))
