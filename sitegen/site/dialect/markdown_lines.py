"""What a line of Markdown is: an item of a list, a row of a table, part of a quotation or of a fenced block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

ITEM = re.compile(r"(?P<indent>[ ]*)(?P<marker>[-*+]|[0-9]{1,9}[.)])(?:[ ]+(?P<text>.*)|[ ]*)\Z")
"""A line that begins an item of a list: its indentation, its marker and its text (None if it has none)."""

MOST_QUOTED = 20
"""The most quotations within each other that are looked into; deeper ones would end Python's stack."""

QUOTE = re.compile(r" ?> ?")
"""The beginning of a quotation's line; one that is indented further may belong to an item of a list."""

HEADING = re.compile(r"#{1,6}(?: |\Z)")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
FENCE = re.compile(r"(?P<indent>[ ]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ ]+)?)(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})")
_RAW = re.compile(r" {0,3}<(?P<tag>pre|script|style|textarea)\b|(?P<comment> {0,3}<!--)", re.IGNORECASE)
_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*\Z")


def is_rule(line: str) -> bool:
    """Returns whether a line is a rule across the page, such as ``---`` or ``* * *``."""
    return _RULE.match(line) is not None


def begins_list(line: str, after_text: bool) -> bool:
    """Returns whether a line begins a list where none is open. ``after_text``: whether a line of text is right above.

    As in CommonMark, four spaces make it code or a line of the text above, and of numbers only 1 begins a list there,
    so that a year at the beginning of a line does not.
    """
    found = item(line)
    if found is None or len(found["indent"]) >= 4:
        return False
    return not after_text or (bool(found["text"]) and found["marker"] in {"-", "*", "+", "1.", "1)"})


def item(line: str) -> re.Match[str] | None:
    """Returns the parts of a line that begins an item of a list; None for any other, a rule such as ``- - -`` too."""
    return None if is_rule(line) else ITEM.match(line)


def is_delimiter(line: str) -> bool:
    """Returns whether a line can stand below the header of a table: ``|---|:-:|``."""
    return "|" in line and _DELIMITER.match(line) is not None


def indent(line: str) -> int:
    """Returns the number of spaces at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))


def with_spaces(line: str) -> str:
    """Returns a line whose indentation has spaces in the place of tabs (of four columns)."""
    text = line.lstrip(" \t")
    return line[: len(line) - len(text)].expandtabs(4) + text


def verbatim(lines: Sequence[str]) -> list[int]:
    """Returns for each line the number of the fenced block that it stands in, its fences included; a negative number in
    HTML that is no Markdown; 0 elsewhere."""
    found: list[int] = []
    blocks = 0
    number = 0
    ends: Callable[[str], bool] | None = None
    for line in lines:
        begins = ends is None
        if ends is None:
            ends = _beginning(line)
            blocks += ends is not None
            number = 0 if ends is None else -blocks if _RAW.match(line) else blocks
        found.append(number)
        if ends is not None and (not begins or number < 0) and ends(line):
            ends = None
    return found


def _beginning(line: str) -> Callable[[str], bool] | None:
    """Returns the test for the last line of the block that a line begins; None if it begins none."""
    if fence := FENCE.match(line):
        sign = fence["fence"]
        return lambda each: each.strip(" ").startswith(sign) and not each.strip(" ").strip(sign[0])
    if raw := _RAW.match(line):
        end = "-->" if raw["comment"] else f"</{raw['tag'].lower()}"
        return lambda each: end in each.lower()
    return None


def quotations(lines: Sequence[str]) -> Iterator[tuple[bool, list[str]]]:
    """Yields runs of lines in order: whether they are a quotation, and the lines, without ``>`` if they are."""
    run: list[str] = []
    quoted = False
    for line, kept in zip(lines, verbatim(lines), strict=True):
        found = None if kept else QUOTE.match(line)
        if (found is not None) is not quoted:
            if run:
                yield quoted, run
            run, quoted = [], found is not None
        run.append(line[found.end() :] if found else line)
    if run:
        yield quoted, run
