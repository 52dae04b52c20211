"""Lays out lists as Python-Markdown wants them, from lists as people write them.

People begin a list on the line after a sentence and nest it by two or three spaces, as CommonMark allows;
Python-Markdown wants an empty line before a list and four spaces for each level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sitegen.site.dialect.fences import plain
from sitegen.site.dialect.markdown_lines import (
    HEADING,
    MOST_QUOTED,
    begins_list,
    indent,
    is_rule,
    item,
    quotations,
    verbatim,
    with_spaces,
)

LEVEL = 4
"""The spaces by which Python-Markdown nests."""

_NESTED = 2
"""The least spaces by which people nest. CommonMark asks for three below ``1.``; two are meant so, too."""


def laid_out(text: str) -> str:
    """Returns Markdown with the same lists, in a form that Python-Markdown reads as they were meant."""
    return "\n".join(_laid_out([with_spaces(line) for line in text.split("\n")]))


def _laid_out(lines: Sequence[str], depth: int = 0) -> list[str]:
    done: list[str] = []
    for quoted, run in quotations(lines):
        if quoted and done and done[-1].strip():
            done.append("")  # or it would be a row of the table above
        if quoted and depth < MOST_QUOTED:
            inner = _laid_out([with_spaces(line) for line in run], depth + 1)
            done += [f"> {line}" if line else ">" for line in inner]
        elif quoted:
            done += [f"> {line}" for line in run]
        else:
            layout = _Layout()
            for line, kept in zip(run, verbatim(run), strict=True):
                layout.add(line, kept)
            done += layout.done
    return done


@dataclass(frozen=True, slots=True)
class _Open:
    """An item that further lines may belong to: the column of its marker, that of its text, and its kind of list."""

    column: int
    text: int
    ordered: bool


@dataclass(slots=True)
class _Layout:
    done: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    in_items: bool = False
    """Whether the lines since the last empty one began with an item; Python-Markdown finds no item after others."""
    block: int = 0
    """The number of the verbatim block that is being read; 0: none."""
    shift: int = 0
    """By how many columns its lines move."""

    def add(self, line: str, block: int) -> None:
        """Adds the next line. ``block``: the number of the fenced block or the like that it stands in, or 0."""
        if block and block == self.block:
            self.done.append(_moved(line, self.shift))
            return
        # A fenced block is no part of a paragraph.
        if max(block, self.block) > 0 and line.strip() and self._after_text:
            self.done.append("")
        self.block = block
        self._add(plain(line) if block > 0 else line)
        self.shift = indent(self.done[-1]) - indent(line) if block else 0

    def _add(self, line: str) -> None:
        found = item(line)
        if not self._after_text:
            self.in_items = False
        if not line.strip():
            self.done.append("")
        elif found and (self.open or begins_list(line, self._after_text)):
            self._item(len(found["indent"]), found["marker"], found["text"] or "")
        elif self.open:
            self._continued(line)
        else:
            # A heading ends a table, too.
            self.done += ["", line] if self._after_text and HEADING.match(line) else [line]

    @property
    def _after_text(self) -> bool:
        return bool(self.done) and bool(self.done[-1].strip())

    def _item(self, column: int, marker: str, text: str) -> None:
        ordered = marker[0].isdigit()
        sibling: _Open | None = None
        while self.open and column < self.open[-1].column + _NESTED:
            sibling = self.open.pop()
        changed = sibling is not None and sibling.ordered is not ordered
        begins = sibling is None and not self.open
        if self._after_text and (begins or changed or not self.in_items):
            self.done.append("")
        self.in_items = True
        marker = f"{marker[:-1]}." if ordered else marker
        gap = len(text) - len(text.lstrip(" "))
        self.open.append(_Open(column, column + len(marker) + 1 + gap, ordered))
        self.done.append(f"{' ' * LEVEL * (len(self.open) - 1)}{marker} {text.lstrip(' ')}")

    def _continued(self, line: str) -> None:
        """Adds a line that is no item while one is open: it goes on with that item, or ends the list."""
        column = indent(line)
        if self._after_text:
            if HEADING.match(line) or (is_rule(line) and column < _NESTED):
                self.open.clear()
                self.done += ["", line]
            else:  # the next line of a paragraph, which people do not always indent
                self.done.append(" " * LEVEL * (len(self.open) - 1) + line.lstrip(" "))
            return
        while self.open and column < self.open[-1].column + _NESTED:
            self.open.pop()
        if not self.open:
            self.done.append(line)
            return
        further = column - self.open[-1].text  # code within an item is indented by four more
        extra = further if further >= LEVEL else 0
        self.done.append(" " * (LEVEL * len(self.open) + extra) + line.lstrip(" "))


def _moved(line: str, shift: int) -> str:
    if not line.strip() or shift == 0:
        return line
    return " " * shift + line if shift > 0 else line[min(-shift, indent(line)) :]
