"""What is done again and again beside the requests, each in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from capture.db import Unavailable

log = logging.getLogger("capture.regular")

LAST_SECONDS = 10.0
"""How long what is being done may take when the process ends."""


class Regular:
    """Calls ``act`` every so many seconds until it is ended; no trouble stops it.

    ``at_once``: the first time when it is started; ``at_end``: once more when it is ended.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        act: Callable[[], object],
        *,
        at_once: bool = False,
        at_end: bool = False,
    ) -> None:
        self.name = name
        self._seconds = seconds
        self._act = act
        self._at_once = at_once
        self._at_end = at_end
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def end(self) -> None:
        """Ends it; what has to be done at the end is waited for a while, what can be done anew is left."""
        self._stop.set()
        if self._at_end:
            self._thread.join(LAST_SECONDS)
            self.once()

    def once(self) -> None:
        """Does it now."""
        try:
            self._act()
        except Unavailable as error:
            log.warning("%s: the database is not available, it will be tried again: %s", self.name, error)
        except Exception:  # a fault now must not end what works again later
            log.exception("%s: a fault", self.name)

    def _run(self) -> None:
        if self._at_once:
            self.once()
        while not self._stop.wait(self._seconds):
            self.once()
