"""Finds the place of Jinja statements that stand on lines of their own, such as ``{% for … %}`` above a table's row.

Between the rows of a table, the items of a list or the lines of a quotation, a statement becomes a row, an item or a
line that holds nothing but a sign and the statement; ``between`` takes it out of the converted page again. Anywhere
else it stands between paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sitegen.errors import ContentError, Fault
from sitegen.site.dialect.fences import unclosed
from sitegen.site.dialect.jinja_pieces import MARK, Pieces
from sitegen.site.dialect.markdown_lines import (
    HEADING,
    MOST_QUOTED,
    QUOTE,
    begins_list,
    indent,
    is_delimiter,
    item,
    quotations,
    verbatim,
    with_spaces,
)
from sitegen.site.dialect.statement_groups import Group, groups
from sitegen.site.dialect.statement_peeling import peeled
from sitegen.site.dialect.table_shape import misfits

BETWEEN = "\ufdd2"
"""The sign before statements that stand between rows or items."""


class Kind(Enum):
    """What a line is, as far as it matters for a statement beside it."""

    BLANK = "blank"
    STATEMENT = "statement"
    ITEM = "item"
    HEADER = "header"
    ROW = "row"
    QUOTE = "quote"
    STRAY = "row outside a table"
    TEXT = "text"


_NOT_COUNTED = {Kind.BLANK, Kind.STATEMENT}
_STRAY = re.compile(r" {0,3}\|[^|]+\|(?:[^|]+\|)+\s*\Z")
_IN_HTML = "or write the table in HTML"


class Place(Enum):
    """Where a statement goes."""

    ALONE = "between paragraphs"
    LIST = "between items"
    TABLE = "between rows"
    QUOTE = "in a quotation"
    INLINE = "in the text of an item"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of Markdown, and its number in the file."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Sequence[Line]
    kinds: Sequence[Kind]
    in_list: Sequence[bool]
    """For each line whether it belongs to a list."""

    def before(self, at: int) -> int | None:
        """Returns the nearest line above that is neither empty nor a statement."""
        return next((each for each in range(at - 1, -1, -1) if self._counts(each)), None)

    def after(self, at: int, end: int | None = None) -> int | None:
        """Returns the nearest such line below, before the line ``end``."""
        return next((each for each in range(at + 1, end or len(self.lines)) if self._counts(each)), None)

    def kind(self, at: int | None) -> Kind | None:
        return None if at is None else self.kinds[at]

    def _counts(self, at: int) -> bool:
        return self.kinds[at] not in _NOT_COUNTED


def placed(text: str, pieces: Pieces, first_line: int) -> str:
    """Returns Markdown whose statement lines stand where they do not disturb what is around them.

    Raises ContentError, with lines but without the file, for rows that would stand outside of their table.
    """
    lines = [Line(number, with_spaces(line)) for number, line in enumerate(text.split("\n"), first_line)]
    return "\n".join(line.text for line in _placed(lines, pieces))


def _placed(lines: Sequence[Line], pieces: Pieces, depth: int = 0) -> list[Line]:
    separated = _separated(lines, pieces)
    if faults := [*_unclosed(separated)]:
        raise ContentError(*faults)
    page = _read(separated, pieces)
    strays = [page.lines[at] for at, kind in enumerate(page.kinds) if kind is Kind.STRAY]
    if strays:
        message = "a row outside a table: it needs a header, a line |---|---| below, and no empty line before it"
        raise ContentError(*(Fault(message, line=line.number, hint=_IN_HTML) for line in strays))
    if faults := [*_misfits(page)]:
        raise ContentError(*faults)
    alone = {at for at, kind in enumerate(page.kinds) if kind is Kind.STATEMENT}
    places: dict[int, tuple[Place, Group]] = {}
    for group in groups({at: found for at, line in enumerate(page.lines) if (found := pieces.of(line.text))}, alone):
        place = _place(page, group)
        places.update(dict.fromkeys(group.lines, (place, group)))
    written = list(_written(page, places))
    return list(_with_quotations(written, pieces, depth)) if depth < MOST_QUOTED else written


def _unclosed(lines: Sequence[Line]) -> Iterator[Fault]:
    for at, opening in unclosed([line.text for line in lines]):
        closing = {"<!--": "-->"}.get(opening, f"</{opening[1:]}>" if opening[0] == "<" else opening)
        message = f'"{opening}" is never closed, so all that follows would belong to it'
        yield Fault(message, line=lines[at].number, hint=f"write {closing} on a line of its own where it ends")


def _misfits(page: _Page) -> Iterator[Fault]:
    hint = "as many cells in each line; write \\| for a bar that is to be seen"
    tables: list[list[int]] = []
    for at, kind in enumerate(page.kinds):
        if kind is Kind.ROW or (kind is Kind.HEADER and at and page.kinds[at - 1] is Kind.HEADER and tables):
            tables[-1].append(at)
        elif kind is Kind.HEADER:
            tables.append([at])
    for table in tables:
        for number, message in misfits([page.lines[at].text for at in table]):
            yield Fault(message, line=page.lines[table[number]].number, hint=hint)


def _separated(lines: Sequence[Line], pieces: Pieces) -> list[Line]:
    kept = verbatim([line.text for line in lines])
    return [
        Line(line.number, each)
        for line, is_kept in zip(lines, kept, strict=True)
        for each in ([line.text] if is_kept else peeled(line.text, pieces))
    ]


def _with_quotations(lines: Sequence[Line], pieces: Pieces, depth: int) -> Iterator[Line]:
    """Yields the lines, those of each quotation placed like a text of its own."""
    at = 0
    for quoted, run in quotations([line.text for line in lines]):
        numbers = [line.number for line in lines[at : at + len(run)]]
        at += len(run)
        found = [Line(number, with_spaces(text)) for number, text in zip(numbers, run, strict=True)]
        if quoted:
            yield from (Line(line.number, f"> {line.text}") for line in _placed(found, pieces, depth + 1))
        else:
            yield from found


def _read(lines: Sequence[Line], pieces: Pieces) -> _Page:
    texts = [line.text for line in lines]
    kinds: list[Kind] = []
    in_list: list[bool] = []
    listed = False
    table: Kind | None = None  # the kind of the last line that counts, as long as a row may follow
    for at, (text, kept) in enumerate(zip(texts, verbatim(texts), strict=True)):
        kind = Kind.TEXT if kept else _kind(texts, at, table is not None, pieces)
        if kind is Kind.ITEM and not listed and not begins_list(text, kinds[-1:] == [Kind.TEXT]):
            kind = Kind.TEXT
        if kind is Kind.ITEM:
            listed = True
        elif kind is Kind.QUOTE or (kind not in _NOT_COUNTED and _ends_list(text, texts[at - 1] if at else "")):
            listed = False
        if kind is Kind.BLANK:
            following = next((each for each in texts[at + 1 :] if each.strip()), "")
            beside = kinds[-1:] == [Kind.STATEMENT] or _is_statement(following, pieces)
            table = table if beside else None
        elif kind is not Kind.STATEMENT:
            table = kind if kind in {Kind.ROW, Kind.HEADER} else None
        kinds.append(kind)
        in_list.append(listed)
    return _Page(lines, kinds, in_list)


def _ends_list(text: str, above: str) -> bool:
    return HEADING.match(text) is not None or (indent(text) < 2 and not above.strip())


def _is_statement(line: str, pieces: Pieces) -> bool:
    found = pieces.of(line)
    return bool(found) and not MARK.sub("", line).strip() and all(piece.is_statement for piece in found)


def _kind(lines: Sequence[str], at: int, in_table: bool, pieces: Pieces) -> Kind:
    line = lines[at]
    if not line.strip():
        return Kind.BLANK
    if _is_statement(line, pieces):
        return Kind.STATEMENT
    if QUOTE.match(line):
        return Kind.QUOTE
    if is_delimiter(line) or (at + 1 < len(lines) and is_delimiter(lines[at + 1]) and "|" in line):
        return Kind.HEADER
    if in_table and "|" in line:
        return Kind.ROW
    if item(line):
        return Kind.ITEM
    return Kind.STRAY if _STRAY.match(line) else Kind.TEXT


def _place(page: _Page, group: Group) -> Place:
    first, last = group.lines[0], group.lines[-1]
    within = [at for at in range(first, last) if page.kinds[at] not in _NOT_COUNTED]
    kinds = {page.kinds[at] for at in within}
    before, after = page.before(first), page.after(last)
    beside = {page.kind(before), page.kind(after)}
    if page.kind(before) in {Kind.HEADER, Kind.ROW} and (kinds == {Kind.ROW} or (not kinds and Kind.ROW in beside)):
        return Place.TABLE
    if _is_in_list(page, group, within):
        return Place.LIST
    if kinds == {Kind.QUOTE} and _touches_quotation(page, first, last):
        return Place.QUOTE
    return Place.INLINE if _is_inline(page, group, within) else Place.ALONE


def _is_in_list(page: _Page, group: Group, within: Sequence[int]) -> bool:
    if not within:
        before, after = page.before(group.lines[0]), page.after(group.lines[-1])
        return before is not None and page.in_list[before] and page.kind(after) is Kind.ITEM
    branches = [page.after(at, group.lines[-1]) for at in group.lines[:-1]]
    return (
        _is_one_list(page, within)
        and all(page.kind(at) in {None, Kind.ITEM} for at in branches)
        and all(page.in_list[at] for at in within)
    )


def _is_one_list(page: _Page, within: Sequence[int]) -> bool:
    """Whether the outermost items among some lines are all numbered, or none is."""
    items = [found for at in within if page.kinds[at] is Kind.ITEM and (found := item(page.lines[at].text))]
    least = min((len(found["indent"]) for found in items), default=0)
    return len({found["marker"][0].isdigit() for found in items if len(found["indent"]) < least + 2}) == 1


def _touches_quotation(page: _Page, first: int, last: int) -> bool:
    """Whether a quotation goes on above or below some lines that belong to one, without an empty line."""
    beside = (first - 1, last + 1)
    whole = all(page.kinds[at] is not Kind.BLANK for at in range(first, last))
    return whole and any(0 <= at < len(page.lines) and page.kinds[at] is Kind.QUOTE for at in beside)


def _is_inline(page: _Page, group: Group, within: Sequence[int]) -> bool:
    """Whether statements go on with the paragraph above: they are indented like its lines, or stand around such."""
    first = group.lines[0]
    if first == 0 or page.kinds[first - 1] not in {Kind.TEXT, Kind.ITEM}:
        return False
    if any(not page.lines[at - 1].text.strip() or page.kinds[at] is not Kind.TEXT for at in within):
        return False
    around = page.in_list[first] and bool(within) and all(indent(page.lines[at].text) >= 2 for at in within)
    return around or all(indent(page.lines[at].text) >= 2 for at in group.lines)


def _written(page: _Page, places: dict[int, tuple[Place, Group]]) -> Iterator[Line]:
    waiting: list[Line] = []  # empty lines, of which a table can have none
    previous: Place | None = None
    for at, line in enumerate(page.lines):
        if page.kinds[at] is Kind.BLANK:
            waiting.append(line)
            continue
        place, group = places.get(at, (None, None))
        if place is Place.TABLE or (previous is Place.TABLE and page.kinds[at] is Kind.ROW):
            waiting.clear()
        elif not waiting and _needs_blank(page, at, place, previous):
            waiting.append(Line(line.number, ""))
        yield from waiting
        waiting.clear()
        yield line if group is None or place is None else Line(line.number, _statement(page, at, place, group))
        previous = place
    yield from waiting


def _needs_blank(page: _Page, at: int, place: Place | None, previous: Place | None) -> bool:
    if at == 0:
        return False
    if place is Place.ALONE or previous is Place.ALONE:
        return True
    if page.kinds[at] is Kind.HEADER and page.kinds[at - 1] is not Kind.HEADER:
        return True  # people begin a table right below a line of text, too
    if place is Place.LIST:
        return not page.in_list[at - 1] and previous is not Place.LIST
    if previous is Place.LIST:
        return page.kinds[at] is not Kind.ITEM
    return previous is Place.TABLE


def _statement(page: _Page, at: int, place: Place, group: Group) -> str:
    line = page.lines[at].text
    marks = line.strip()
    match place:
        case Place.LIST:
            return f"{_marker(page, at, group)} {BETWEEN}{marks}"
        case Place.TABLE:
            before = page.before(at)
            assert before is not None  # or it would not be in a table
            return f"{' ' * indent(page.lines[before].text)}| {BETWEEN}{marks} |"
        case Place.QUOTE:
            return f"> {marks}"
        case Place.INLINE:
            return f"{' ' * max(indent(line), 2)}{marks}"
        case Place.ALONE:
            return marks


def _marker(page: _Page, at: int, group: Group) -> str:
    """Returns the indentation and marker of the item that a statement stands beside, on the same level."""
    ahead = page.after(at) if at in group.forward else None
    if ahead is not None and page.kinds[ahead] is Kind.ITEM:
        beside = ahead
    else:
        within = [each for each in range(group.lines[0], group.lines[-1]) if page.kinds[each] is Kind.ITEM]
        above = within or [each for each in range(at) if page.kinds[each] is Kind.ITEM][-1:]
        beside = min(above, key=lambda each: indent(page.lines[each].text))
    found = item(page.lines[beside].text)
    assert found is not None
    return found["indent"] + found["marker"]
