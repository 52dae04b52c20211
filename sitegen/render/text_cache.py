"""Keeps what was made of texts, within a limit of memory."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable

from markupsafe import Markup


class TextCache:
    """Keeps the HTML made of each text. The one that was not asked for longest goes first; threads may share it.

    ``most_bytes``: how much memory texts and HTML may take together.
    """

    def __init__(self, make: Callable[[str], Markup], most_bytes: int) -> None:
        self._make = make
        self._most = most_bytes
        self._kept: OrderedDict[str, Markup] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0
        """How many bytes the texts and their HTML take now."""

    def get(self, text: str) -> Markup:
        """Returns the HTML of a text: the kept one, or a new one, which is kept unless it is larger than the cache."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
        made = self._make(text)
        with self._lock:
            self._keep(text, made)
        return made

    def _keep(self, text: str, made: Markup) -> None:
        if text in self._kept:  # another thread was faster
            return
        self._kept[text] = made
        self.size += _bytes(text, made)
        while self.size > self._most:
            self.size -= _bytes(*self._kept.popitem(last=False))


def _bytes(text: str, made: Markup) -> int:
    return sys.getsizeof(text) + sys.getsizeof(made)
