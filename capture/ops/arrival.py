"""Tells when a request has arrived whole, so that no thread waits for a sender.

Bytes are only counted here: gunicorn's own parser reads the request afterwards, and refuses what is malformed. Where
the two disagree, the parser decides, and its thread waits as long as ``connections.REQUEST_SECONDS`` allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from capture.web.service import LARGEST_BODY

LARGEST_HEAD = 64 * 1024
"""The most bytes that a request's line and headers may have together. Browsers and proxies send far fewer."""

LONGEST_LINE = 4096
"""The most bytes that a chunk's size and its extensions may have."""

_END = b"\r\n\r\n"
_CONTINUE = b"100-continue"


class State(Enum):
    """How far a request has arrived."""

    WAITING = auto()
    """More bytes must come."""
    READY = auto()
    """A thread can serve it at once: it is whole, or it is refused without reading the rest."""
    TOO_LARGE = auto()
    """Its head is larger than ``LARGEST_HEAD``, or a chunk's line is longer than ``LONGEST_LINE``."""
    ENDED = auto()
    """Its sender closed the connection before it had arrived."""


class Arrival:
    """The bytes of one request that have arrived from a connection, and possibly the beginning of the next one."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._seen = 0
        self._body = 0
        """Where the body begins; 0 until the head is whole."""
        self._length: int | None = None
        """How many bytes the body has, as Content-Length says; None for chunks."""
        self._chunk = 0
        """Where the next chunk's size stands."""
        self.is_whole = False
        """True if nothing of the request is still to come."""
        self.expects_continue = False
        """True if the sender waits for "100 Continue" before it sends the body."""

    def add(self, data: bytes) -> State:
        """Adds bytes, and returns how far the request has arrived."""
        self.data += data
        if not self._body:
            end = self.data.find(_END, max(0, self._seen - len(_END)))
            self._seen = len(self.data)
            if end > LARGEST_HEAD or (end < 0 and len(self.data) > LARGEST_HEAD):
                return State.TOO_LARGE
            if end < 0:
                return State.WAITING
            self._body = self._chunk = end + len(_END)
            if not self._read_head(bytes(self.data[:end])):
                return State.READY
        if self._length is None:
            return self._read_chunks()
        self.is_whole = len(self.data) - self._body >= self._length
        return State.READY if self.is_whole else State.WAITING

    def _read_head(self, head: bytes) -> bool:
        """Finds out how the body ends. Returns False if that cannot be told or need not be: the server then refuses the
        request by its head alone."""
        lengths = list(_values(head, b"content-length"))
        codings = list(_values(head, b"transfer-encoding"))
        self.expects_continue = _CONTINUE in _values(head, b"expect")
        if codings:
            return codings == [b"chunked"] and not lengths
        if len(lengths) > 1 or not all(each.isdigit() and len(each) < 12 for each in lengths):
            return False
        self._length = int(lengths[0]) if lengths else 0
        # A larger body is refused unread, or it is a list that somebody who is signed in uploads.
        return self._length <= LARGEST_BODY

    def _read_chunks(self) -> State:
        while (end := self.data.find(b"\r\n", self._chunk)) >= 0:
            if end - self._chunk > LONGEST_LINE:
                return State.TOO_LARGE
            try:
                size = int(self.data[self._chunk : end].partition(b";")[0], 16)
            except ValueError:
                return State.READY
            self.is_whole = size == 0 and self.data.find(_END, end) >= 0
            if size < 0 or self.is_whole:
                return State.READY
            following = end + 2 + size + 2
            if size == 0 or following > len(self.data):
                break
            self._chunk = following
        if len(self.data) - self._body > LARGEST_BODY:
            return State.READY
        return State.WAITING


def _values(head: bytes, name: bytes) -> Iterator[bytes]:
    """Yields the values of a header, in lower case, in the order of a request's head."""
    for line in head.split(b"\r\n")[1:]:
        found, _, value = line.partition(b":")
        if found.strip().lower() == name:
            yield value.strip().lower()
