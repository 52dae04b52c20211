"""Gives headings ids that links can lead to: made of the heading's own letters, and kept when others are added."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from itertools import count
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from sitegen.site.dialect.jinja_pieces import MARK

_HEADING = re.compile(r"h[1-6]\Z")
_ASIDE = re.compile("\x02[^\x03]*\x03")
_NAMELESS = "section"
_TAKEN = "text"
"""What an id begins with that the theme has already for an element of its own."""


def slug(text: str) -> str:
    """Returns the id for a heading's text: its letters, marks and digits in small letters, with hyphens for the rest.

    Jinja is left out, since it says something else on every page.
    """
    plain = unicodedata.normalize("NFC", MARK.sub(" ", text)).lower()
    kept = "".join(each if unicodedata.category(each)[0] in "LMN" else " " if _divides(each) else "" for each in plain)
    return "-".join(kept.split()) or _NAMELESS


def _divides(character: str) -> bool:
    # An apostrophe or a point within a word does not divide it; dashes, slashes and spaces do.
    return character.isspace() or unicodedata.category(character) in {"Pd", "Pc"} or character in "/&+|"


class HeadingIds(Treeprocessor):
    """Gives an id to each heading that its author gave none, and that no other element of the page has.

    ``theme``: ids that the theme has for elements of its own.
    """

    def __init__(self, markdown: Markdown, theme: Iterable[str]) -> None:
        super().__init__(markdown)
        self._theme = frozenset(theme)

    def run(self, root: Element) -> None:
        """Changes the converted page in place."""
        taken = {found for element in root.iter() if (found := element.get("id"))} | self._theme
        above: list[tuple[int, str]] = []
        for element in root.iter():
            if not _HEADING.match(str(element.tag)):
                continue
            level = int(element.tag[1])
            above = [each for each in above if each[0] < level]
            own = element.get("id")
            if own is None:
                name = slug(_text(element))
                parent = above[-1][1] if above else None
                own = next(each for each in _candidates(name, parent, self._theme) if each not in taken)
                element.set("id", own)
                taken.add(own)
            above.append((level, own))


def _text(element: Element) -> str:
    """Returns the text of a heading without footnotes' numbers and what Python-Markdown has put aside."""
    parts = [element.text or ""]
    for child in element:
        if not child.get("id", "").startswith("fnref"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return _ASIDE.sub("", "".join(parts))


def _candidates(name: str, parent: str | None, theme: Set[str]) -> Iterator[str]:
    """Yields ids in the order in which they are tried. A heading that repeats another is named after the one above it,
    and not numbered, so that it keeps its id when a third is added."""
    yield name
    if name in theme:
        yield f"{_TAKEN}-{name}"
    if parent is not None:
        yield f"{parent}-{name}"
    yield from (f"{name}-{number}" for number in count(2))
