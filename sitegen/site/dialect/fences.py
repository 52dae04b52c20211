"""Reads the lines that open fenced code as people write them, and finds what is opened and never closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sitegen.site.dialect.markdown_lines import FENCE, verbatim

_LANGUAGE = re.compile(r"\{?\s*\.?([A-Za-z][\w+#.-]*)")
_OPENING = re.compile(r"`{3,}|~{3,}|<!--|<\w+")


def plain(line: str) -> str:
    """Returns a line that opens fenced code with the language alone behind the fence; any other line as it is.

    CommonMark allows any text there, such as a title; Python-Markdown would not see the fence then.
    """
    found = FENCE.match(line)
    if found is None:
        return line
    language = _LANGUAGE.match(line[found.end() :].strip())
    return found[0] + (language[1] if language else "")


def unclosed(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yields the index of a line whose block is not closed up to the last line, and what opens it: ```` ``` ````,
    ``<!--`` or ``<pre``."""
    numbers = verbatim(lines)
    if not numbers or not numbers[-1]:
        return
    first = numbers.index(numbers[-1])
    if numbers[-1] and not verbatim([*lines, ""])[-1]:
        return
    opening = _OPENING.search(lines[first])
    assert opening is not None  # or no block would begin there
    yield first, opening[0]
