"""Takes statements between rows or items out of the rows and items that ``statement_lines`` made for them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from sitegen.site.dialect.jinja_pieces import MARK, Pieces
from sitegen.site.dialect.statement_lines import BETWEEN

_LISTS = {"ul", "ol"}


class BetweenProcessor(Treeprocessor):
    """Puts statements between ``<tr>`` or ``<li>`` elements; a condition on all of a list goes around the list."""

    def __init__(self, markdown: Markdown, pieces: Pieces) -> None:
        super().__init__(markdown)
        self._pieces = pieces

    def run(self, root: Element) -> None:
        """Changes the converted page in place."""
        for parent in [each for each in root.iter() if each.tag in {*_LISTS, "tbody"}]:
            for child in list(parent):
                if marks := _marks(child):
                    _replace(parent, child, marks)
        # From the inside out, so that a list is whole when the one around it is looked at.
        around = {child: parent for parent in root.iter() for child in parent}
        for element in reversed([each for each in root.iter() if each.tag in _LISTS]):
            while self._is_condition(element):
                _around(around[element], element)

    def _is_condition(self, element: Element) -> bool:
        """Whether the first and the last statement of a list open and end one ``if`` without other branches."""
        marks = [(at, int(mark)) for at, text in _texts(element) for mark in MARK.findall(text)]
        if len(marks) < 2 or marks[0][0] != 0 or marks[-1][0] != len(element):
            return False
        found = [self._pieces.pieces[number] for _, number in marks]
        depth = 0
        for number, piece in enumerate(found):
            if depth == 1 and piece.is_between:
                return False
            depth += piece.depth
            if depth == 0:
                return found[0].tag == "if" and number == len(found) - 1
        return False


def _marks(element: Element) -> str:
    """Returns the statements of a row or an item that was made for them; empty for any other.

    Where Markdown added something to such a row or item, it stays as it is, and ``structure`` refuses it.
    """
    text = "".join(element.itertext()).strip() if element.tag in {"li", "tr"} else ""
    marks = text.removeprefix(BETWEEN)
    return marks if text.startswith(BETWEEN) and not MARK.sub("", marks).strip() else ""


def _replace(parent: Element, child: Element, marks: str) -> None:
    text = f"{marks}{child.tail or ''}"
    at = list(parent).index(child)
    parent.remove(child)
    _append(parent, at, text)


def _append(parent: Element, at: int, text: str) -> None:
    """Puts text before the child number ``at``, after what stands there."""
    if at == 0:
        parent.text = f"{parent.text or ''}{text}"
    else:
        parent[at - 1].tail = f"{parent[at - 1].tail or ''}{text}"


def _texts(element: Element) -> Iterator[tuple[int, str]]:
    """Yields the texts between the children of an element, with the number of the child that follows."""
    yield 0, element.text or ""
    for number, child in enumerate(element, 1):
        yield number, child.tail or ""


def _around(parent: Element, element: Element) -> None:
    """Moves the first statement of a list before it, and the last behind it."""
    first = next(iter(MARK.finditer(element.text or "")))
    last = list(MARK.finditer(element[-1].tail or ""))[-1]
    text, tail = element.text or "", element[-1].tail or ""
    element.text = text[: first.start()] + text[first.end() :]
    element[-1].tail = tail[: last.start()] + tail[last.end() :]
    _append(parent, list(parent).index(element), first[0])
    element.tail = f"{last[0]}{element.tail or ''}"
