"""Checks that the blocks of Jinja on a page begin and end within the same element, so that no tag is left open.

Python-Markdown may put ``{% if %}`` into one item or cell and ``{% endif %}`` into another. Only elements that Markdown
made are looked at: what authors write in HTML is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown import Markdown
from markdown.postprocessors import Postprocessor

from sitegen.errors import ContentError, Fault
from sitegen.site.dialect.jinja_pieces import CLOSE, MARK, OPEN, Piece, Pieces
from sitegen.site.dialect.statement_lines import BETWEEN

_FLOWING = {"p", "em", "strong", "del", "code", "a", "sup", "blockquote", *(f"h{level}" for level in range(1, 7))}
"""Elements that a block may end and begin again, since every branch leaves them as it found them."""

_FIXED = {"ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "dl", "dt", "dd", "pre"}
_FENCED = ("<pre", '<div class="highlight"')
_TOKEN = re.compile(rf"{MARK.pattern}|<(?P<slash>/?)(?P<tag>[a-z][a-z0-9]*)\b[^>]*>|(?P<aside>\x02wzxhzdk:\d+\x03)")
_ALONE = re.compile(f"<p>\\s*((?:{OPEN}\\d+{CLOSE}\\s*)+)</p>")
_PUT_ASIDE = re.compile(r"<p>(\x02wzxhzdk:\d+\x03)</p>")
_HINT = "let it begin and end in one item, cell or paragraph, each on a line of its own; or write this part in HTML"


@dataclass(slots=True)
class _Branch:
    """What a branch of a block does to the elements around it: those that it closes, and those that it leaves open."""

    closed: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        changes = {*self.closed, *self.opened}
        return not changes & _FIXED and self.closed == self.opened[::-1]


def lost(html: str, pieces: Pieces) -> Iterator[Fault]:
    """Yields faults for statements that Markdown left out, as it does with cells beyond a table's header, and for those
    between items or rows that it has put into one.

    ``html``: the converted page, with all that Python-Markdown had put aside.
    """
    for found in re.finditer(f"{BETWEEN}{MARK.pattern}", html):
        piece = pieces.pieces[int(found[1])]
        message = f'what follows "{piece.source}" belongs to no item or row'
        yield Fault(message, line=piece.line, hint="do not indent it, and leave a line empty before it")
    there = {int(number) for number in MARK.findall(html)}
    for number, piece in enumerate(pieces.pieces):
        if number not in there and (piece.depth or piece.is_between):
            hint = "a row has as many cells as the header; write a statement on a line of its own, or within a cell"
            yield Fault(f'"{piece.source}" has no place here', line=piece.line, hint=hint)


class StructureCheck(Postprocessor):
    """Raises ContentError, with lines but without the file, for blocks that are not whole in the converted page."""

    def __init__(self, markdown: Markdown, pieces: Pieces) -> None:
        super().__init__(markdown)
        self._pieces = pieces

    def run(self, text: str) -> str:
        """Returns the converted page with statements between paragraphs, where they had paragraphs of their own."""
        text = _ALONE.sub(self._unwrapped, text)
        # Python-Markdown takes the paragraph from around such HTML when it puts it back.
        faults = list(self._faults(_PUT_ASIDE.sub(r"\1", text)))
        if faults:
            raise ContentError(*faults)
        return text

    def _unwrapped(self, found: re.Match[str]) -> str:
        return found[1] if all(piece.is_statement for piece in self._pieces.of(found[1])) else found[0]

    def _faults(self, text: str) -> Iterator[Fault]:
        blocks: list[tuple[Piece, list[_Branch]]] = []
        for token in self._tokens(text):
            if isinstance(token, Piece):
                if token.depth == 1:
                    blocks.append((token, [_Branch()]))
                elif blocks and token.is_between:
                    blocks[-1][1].append(_Branch())
                elif blocks and token.depth == -1:
                    opener, branches = blocks.pop()
                    if not all(branch.is_whole for branch in branches):
                        message = f'the block of "{opener.source}" begins and ends in different places of the page'
                        yield Fault(message, line=opener.line, hint=_HINT)
            elif blocks:
                _count(blocks[-1][1][-1], *token)

    def _tokens(self, text: str) -> Iterator[Piece | tuple[bool, str]]:
        for found in _TOKEN.finditer(text):
            if found["aside"]:
                yield from self._tokens_aside(self._aside(found["aside"]))
            elif found["tag"]:
                if found["tag"] in _FLOWING or found["tag"] in _FIXED:
                    yield bool(found["slash"]), found["tag"]
            else:
                yield self._pieces.pieces[int(found[1])]

    def _tokens_aside(self, html: str) -> Iterator[Piece | tuple[bool, str]]:
        if not html.startswith(_FENCED):
            yield from self._pieces.of(html)
            return
        yield False, "pre"
        yield from self._pieces.of(html)
        yield True, "pre"

    def _aside(self, placeholder: str) -> str:
        """Returns HTML that Python-Markdown has put aside, such as that which authors write."""
        stash = self.md.htmlStash
        number = int(placeholder.strip("\x02\x03").partition(":")[2])
        return str(stash.rawHtmlBlocks[number]) if number < len(stash.rawHtmlBlocks) else ""


def _count(branch: _Branch, closes: bool, tag: str) -> None:
    if not closes:
        branch.opened.append(tag)
    elif branch.opened and branch.opened[-1] == tag:
        branch.opened.pop()
    else:
        branch.closed.append(tag)
