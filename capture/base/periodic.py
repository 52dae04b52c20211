"""Runs the rooms' regular jobs beside the requests, each in a thread of its own."""

from __future__ import annotations

import logging
import threading

from capture.base.feature import Job
from capture.base.unavailable import Unavailable

log = logging.getLogger("capture.regular")

LAST_SECONDS = 10.0
"""How many seconds a job's run has to finish when the process ends."""


class Periodic:
    """Runs one regular job in a thread of its own, from ``start`` to ``end``; an error in one run does not stop later
    runs."""

    def __init__(self, job: Job) -> None:
        self.name = job.name
        self._job = job
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=job.name, daemon=True)

    def start(self) -> None:
        """Starts the job's thread, and returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the job to end its present run early; may be called from a signal handler."""
        if self._job.stop is not None:
            self._job.stop()

    def end(self) -> None:
        """Ends the job's thread. A job with ``at_end`` runs once more, after a run that is under way got
        ``LAST_SECONDS`` to finish."""
        self._stop.set()
        if self._job.at_end:
            self._thread.join(LAST_SECONDS)
            self.once()

    def once(self) -> None:
        """Runs the job now, in the caller's thread; errors are logged."""
        try:
            self._job.run()
        except Unavailable as error:
            log.warning("the job %s will run again later, the database is not available: %s", self.name, error)
        except Exception:  # a bug in one run must not end the runs after it
            log.exception("a bug ended this run of the job %s", self.name)

    def _run(self) -> None:
        if self._job.at_once:
            self.once()
        while not self._stop.wait(self._job.seconds):
            self.once()
