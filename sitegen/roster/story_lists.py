"""Lays out the lists of members' stories as CommonMark wants them, and tells how deep a story is nested.

People indent an item of an inner list by two or three spaces, or a tab, whatever the outer item's mark is. CommonMark
wants the inner item below the outer one's text: by three spaces under ``1.``, by four under ``10.``
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ITEM = re.compile(r"([-*+]|[0-9]{1,9}[.)])[ \t]+(?=\S)")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*\Z")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_CONTAINERS = re.compile(r"(?:(?:>|(?:[-*+]|[0-9]{1,9}[.)])(?=[ \t]))[ \t]*)*")
_BEGINNING = re.compile(r"\n[ \t]*(?:>|(?:[-*+]|[0-9]{1,9}[.)])[ \t])")
"""A line with which a list or a quotation may begin, which few stories have."""
_MARK = re.compile(r">|[-*+]|[0-9]+[.)]")


@dataclass(slots=True)
class _Layout:
    lines: list[str] = field(default_factory=list)
    levels: list[tuple[int, int]] = field(default_factory=list)
    """The open items, the outermost first: the column at which each was typed, and that at which its text begins."""
    depth: int = 0
    blank: bool = False
    fence: str = ""

    def add(self, line: str) -> None:
        line = line.expandtabs(4)
        text = line.lstrip(" ")
        column = len(line) - len(text)
        if self.fence:
            self._add_below(column, text)
            if text.startswith(self.fence) and not text.strip(self.fence[0] + " "):
                self.fence = ""
        elif not text:
            self.lines.append("")
        elif (item := _ITEM.match(text)) and not _RULE.match(text):
            self._add_item(column, item[1], text[item.end() :])
        else:
            self._add_text(column, text)
        self.blank = not text

    def _add_item(self, column: int, mark: str, text: str) -> None:
        while self.levels and column < self.levels[-1][0] + 2:
            self.levels.pop()
        begin = self.levels[-1][1] if self.levels else 0
        self.levels.append((column, begin + len(mark) + 1))
        self._count(text)
        self.lines.append(f"{' ' * begin}{mark} {text}")

    def _add_text(self, column: int, text: str) -> None:
        while self.blank and self.levels and column <= self.levels[-1][0]:
            self.levels.pop()
        self._count(text)
        if opened := _FENCE.match(text):
            self.fence = opened[1]
        self._add_below(column, text)

    def _add_below(self, column: int, text: str) -> None:
        typed, begin = self.levels[-1] if self.levels else (0, 0)
        # Text that is not indented goes on with the paragraph of an item; what is indented stands below its text.
        moved = max(begin, column + begin - typed - 2) if self.levels and column > typed else column
        self.lines.append(" " * moved + text)

    def _count(self, text: str) -> None:
        containers = _CONTAINERS.match(text)
        within = len(_MARK.findall(containers[0])) if containers and not _RULE.match(text) else 0
        self.depth = max(self.depth, len(self.levels) + within)


def laid_out(story: str) -> str:
    """Returns the story with its lists indented as CommonMark wants them."""
    return "\n".join(_layout(story).lines)


def depth(story: str) -> int:
    """Returns how many lists and quotations lie within each other where the story is nested deepest, at most.

    Its time grows with the length of the story alone.
    """
    return _layout(story).depth if _BEGINNING.search(f"\n{story}") else 0


def _layout(story: str) -> _Layout:
    layout = _Layout()
    for line in story.split("\n"):
        layout.add(line)
    return layout
