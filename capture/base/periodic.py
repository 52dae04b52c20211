"""Runs the rooms' regular jobs beside the requests, each in a thread of its own."""

from __future__ import annotations

import logging
import threading

from capture.base.feature import Job
from capture.base.unavailable import Unavailable

log = logging.getLogger("capture.regular")

LAST_SECONDS = 10.0
"""Seconds that a run has to finish when the process ends."""


class Periodic:
    """A job in its thread, from ``start`` to ``end``; an error in one run does not stop later runs."""

    def __init__(self, job: Job) -> None:
        self.name = job.name
        self._job = job
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=job.name, daemon=True)

    def start(self) -> None:
        """Starts the thread, and returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Asks a run that is under way to end early; may be called from a signal handler."""
        if self._job.stop is not None:
            self._job.stop()

    def end(self) -> None:
        """Ends the thread. A job with ``at_end`` runs once more; a run under way gets ``LAST_SECONDS`` to finish."""
        self._stop.set()
        if self._job.at_end:
            self._thread.join(LAST_SECONDS)
            self.once()

    def once(self) -> None:
        """Runs the job now, in the caller's thread; errors are logged."""
        try:
            self._job.run()
        except Unavailable as error:
            log.warning("%s: the database is not available, it will be tried again: %s", self.name, error)
        except Exception:  # a bug in one run must not end the runs after it
            log.exception("%s: a bug", self.name)

    def _run(self) -> None:
        if self._job.at_once:
            self.once()
        while not self._stop.wait(self._job.seconds):
            self.once()
