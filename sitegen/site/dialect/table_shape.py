"""Finds tables whose rows do not fit their header: Markdown would leave cells out, or show the bars as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sitegen.site.dialect.markdown_lines import ITEM, is_delimiter

_CODE = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)")
_ESCAPED = re.compile(r"\\.")


def cells(line: str) -> int:
    """Returns how many cells a row has. Bars within code and behind a backslash divide none."""
    found = ITEM.match(line)
    row = (found["text"] or "") if found else line
    row = _ESCAPED.sub("", _CODE.sub("", row)).strip()
    return row.removeprefix("|").removesuffix("|").count("|") + 1


def misfits(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yields the index of a line of a table that does not fit, and why not. ``lines``: the lines of one table, from its
    header on, or a lone delimiter."""
    if is_delimiter(lines[0]) or len(lines) < 2:
        yield 0, "a line such as |---|---| stands below a table's header, and there is none above this"
        return
    columns = cells(lines[0])
    if (marked := cells(lines[1])) != columns:
        yield 1, f"the header above has {_cells(columns)}, this line {_cells(marked)}"
        return
    for at, line in enumerate(lines[2:], 2):
        if (found := cells(line)) > columns:
            yield at, f"this row has {_cells(found)}, its table's header {_cells(columns)}"


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"
