"""Checks that two pages are the same to a browser: elements, attributes and text, white space aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import zip_longest

Event = tuple[str, str, object]


class DifferenceError(Exception):
    """Two pages that should be the same are not, or one is missing; the message says where they differ."""


def same(ours: str, theirs: str, where: str) -> None:
    """Raises DifferenceError if two pages differ; ``where`` is the page's name in the message."""
    pairs = zip_longest(events(ours), events(theirs))
    for number, (a, b) in enumerate(pairs):
        if a != b:
            raise DifferenceError(f"{where}, event {number}: {a} against {b}")


def events(html: str) -> Iterator[Event]:
    """Yields the parts of a page to compare: ``start`` with attributes, ``end``, ``text`` with single spaces, etc.

    The text of a ``script`` element is read as JSON, so that only its values are compared.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.found()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._events: list[Event] = []
        self._text: list[str] = []
        self._data = False

    def found(self) -> list[Event]:
        self._end_text()
        return self._events

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        self._data = tag == "script"
        self._events.append(("start", tag, tuple(sorted((name, value or "") for name, value in attrs))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        self._events.append(("end", tag, None))

    def handle_decl(self, decl: str) -> None:
        self._events.append(("declaration", decl.lower(), None))

    def handle_comment(self, data: str) -> None:
        self._events.append(("comment", data, None))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def _end_text(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text and self._data:
            self._events.append(("json", "", json.loads(text)))
        elif text:
            self._events.append(("text", text, None))
        self._data = False
