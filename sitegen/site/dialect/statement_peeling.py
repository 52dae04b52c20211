"""Separates a table's row or a list's item from statements on the same line: ``{% if x %}| a | b |{% endif %}``.

Python-Markdown would take the statements around a row for cells, and not see an item behind one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.site.dialect.jinja_pieces import MARK, Pieces
from sitegen.site.dialect.markdown_lines import indent, item


def peeled(line: str, pieces: Pieces) -> list[str]:
    """Returns the line as several: rows or items, and between them the statements that open, end or divide a block
    which is not whole within one of them. Returns any other line as it is."""
    parts = list(_parts(line, pieces))
    texts = [text for is_text, text in parts if is_text and text.strip()]
    if len(parts) < 2 or not texts or (not all(_is_row(text) for text in texts) and not all(map(item, texts))):
        return [line]
    spaces = " " * indent(line)
    return [spaces + text.strip(" ") for _, text in parts if text.strip()]


def _is_row(text: str) -> bool:
    text = text.strip()
    return len(text) > 1 and text[0] == text[-1] == "|"


def _parts(line: str, pieces: Pieces) -> Iterator[tuple[bool, str]]:
    """Yields the texts and the statements that lie between them, in order; with each, whether it is a text."""
    at = 0
    outer = _outer(line, pieces)
    for number, found in enumerate(MARK.finditer(line)):
        if number in outer:
            yield True, line[at : found.start()]
            yield False, found[0]
            at = found.end()
    yield True, line[at:]


def _outer(line: str, pieces: Pieces) -> set[int]:
    """Returns the numbers of the statements that are not part of a text: blocks that are not closed in this line, or
    that hold whole rows or items."""
    spans = [mark.span() for mark in MARK.finditer(line)]
    outer: set[int] = set()
    opened: list[list[int]] = []
    for number, piece in enumerate(pieces.of(line)):
        if piece.depth == 1:
            opened.append([number])
        elif not opened:
            outer.update({number} if piece.depth or piece.is_between else ())
        elif piece.depth or piece.is_between:
            opened[-1].append(number)
            if piece.depth == -1:
                block = opened.pop()
                begin, end = spans[block[0]], spans[number]
                if _is_whole(line[: begin[0]], line[begin[1] : end[0]]):
                    outer.update(block)
    return outer.union(*opened)


def _is_whole(before: str, inner: str) -> bool:
    """Whether a block holds rows or items, and no part of one: it begins at the line's beginning, or after a row."""
    before, inner = MARK.sub("", before).strip(), MARK.sub("", inner).strip()
    return (not before and item(inner) is not None) or ((not before or before[-1] == "|") and _is_row(inner))
