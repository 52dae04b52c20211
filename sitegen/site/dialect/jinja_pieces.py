"""Puts the Jinja in a page's Markdown aside while Markdown is converted, and puts it back afterwards."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from sitegen.errors import ContentError, Fault

OPEN, CLOSE = "\ufdd0", "\ufdd1"  # no characters, by Unicode: no text of a person holds them
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
"""The mark that stands in the place of a piece of Jinja."""

_STRINGS = r"""(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'"""
_JINJA = re.compile(
    rf"\{{\{{{_STRINGS}|[^\"'}}]|\}}(?!\}}))*+\}}\}}"
    rf"|\{{%{_STRINGS}|[^\"'%]|%(?!\}}))*+%\}}"
    # {#costs} is the id of a heading; a comment has its sign at both ends.
    r"|\{#(?![\w:.-]+[^#{}\n]*\})(?:[^#]|#(?!\}))*+#\}",
    re.DOTALL,
)
_UNCLOSED = re.compile(r"\{\{|\{%|\{#(?![\w:.-]+[^#{}\n]*\})")
_LITERAL = re.compile(r"\{([{%#])")
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")
_TAG = re.compile(r"\{%[-+]?\s*(\w+)")
_BLOCKS = {"if", "for", "filter", "macro", "call", "with", "block", "autoescape", "raw", "trans"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of Jinja, and its line in the Markdown file; 0 where we added it ourselves."""

    source: str
    line: int

    @property
    def is_statement(self) -> bool:
        """Whether the piece prints nothing: a statement or a comment."""
        return self.source.startswith(("{%", "{#"))

    @property
    def tag(self) -> str:
        """The word that a statement begins with, such as ``for`` or ``endfor``; empty for anything else."""
        found = _TAG.match(self.source)
        return found[1] if found else ""

    @property
    def depth(self) -> int:
        """1 for a statement that opens a block, -1 for one that ends it, else 0."""
        if self.tag.startswith("end"):
            return -1
        is_block = self.tag in _BLOCKS or (self.tag == "set" and "=" not in self.source)
        return 1 if is_block else 0

    @property
    def is_between(self) -> bool:
        """Whether the piece begins another branch of the block that it stands in."""
        return self.tag in {"else", "elif"}


@dataclass(slots=True)
class Pieces:
    """The pieces of Jinja of one page, by the number in their marks."""

    pieces: list[Piece] = field(default_factory=list)

    def keep(self, source: str, line: int = 0) -> str:
        """Puts a piece aside and returns the mark to leave in its place."""
        self.pieces.append(Piece(source, line))
        return f"{OPEN}{len(self.pieces) - 1}{CLOSE}"

    def of(self, text: str) -> list[Piece]:
        """Returns the pieces whose marks stand in a text, in order."""
        return [self.pieces[int(number)] for number in MARK.findall(text)]

    def take_from(self, text: str, first_line: int) -> str:
        """Returns the text with marks in the place of its Jinja. ``first_line``: the line of the file it begins on.

        Raises ContentError, without the file, for Jinja that is not closed.
        """
        text = text.replace(OPEN, "").replace(CLOSE, "")

        def aside(found: re.Match[str]) -> str:
            if found[0].startswith("{{") and _ESCAPED.search(text, 0, found.start()):
                line = first_line + text.count("\n", 0, found.start())
                hint = "for braces that are to be seen write &#123;&#123;, or {% raw %} around them"
                raise ContentError(Fault("a backslash does not keep Jinja from being read", line=line, hint=hint))
            return self.keep(found[0], first_line + text.count("\n", 0, found.start()))

        protected = _JINJA.sub(aside, text)
        for found in _UNCLOSED.finditer(protected):
            before = MARK.sub(lambda mark: self.pieces[int(mark[1])].source, protected[: found.start()])
            closing = {"{{": "}}", "{%": "%}", "{#": "#}"}[found[0]]
            message = f'"{found[0]}" without "{closing}" after it'
            hint = "close it, or write &#123; for a brace that is to be seen"
            raise ContentError(Fault(message, line=first_line + before.count("\n"), hint=hint))
        return protected

    def put_back(self, html: str) -> str:
        """Returns the text with the pieces in the place of their marks. Braces of the text itself stay braces."""
        literal = _LITERAL.sub(lambda found: f"&#123;{'&#123;' if found[1] == '{' else found[1]}", html)
        return MARK.sub(lambda mark: self.pieces[int(mark[1])].source, literal)

    def lines(self, html: str) -> Iterator[tuple[int, int]]:
        """Yields, for each piece that came from the file: its line in the text with all put back, and in the file."""
        added = 0  # lines that multi-line Jinja adds when it is put back
        for found in MARK.finditer(html):
            piece = self.pieces[int(found[1])]
            if piece.line:
                yield html.count("\n", 0, found.start()) + 1 + added, piece.line
            added += piece.source.count("\n")


def nearest_line(lines: tuple[tuple[int, int], ...], template_line: int) -> int | None:
    """Returns the line of the file for a line of the template: that of the nearest piece before it."""
    at = bisect_right(lines, (template_line, 1 << 60)) - 1
    return lines[max(at, 0)][1] if lines else None
