"""Turns a page's Markdown into a Jinja template: Markdown is converted once, the Jinja in it runs for every member.

``{{ … }}``, ``{% … %}`` and ``{# … #}`` are put aside before Markdown is converted and put back afterwards.
``page:`` and ``picture:`` addresses become Jinja expressions for the page's or the picture's real address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from sitegen.site.jinja_pieces import CLOSE, OPEN, Pieces, nearest_line

_ALONE = re.compile(f"<p>\\s*((?:{OPEN}\\d+{CLOSE}\\s*)+)</p>")
_STATEMENT_LINE = re.compile(f"^((?:{OPEN}\\d+{CLOSE}[ \\t]*)+)$", re.MULTILINE)
_EXTENSIONS = ["tables", "attr_list", "def_list", "md_in_html", "sane_lists", "toc"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A ``page:`` or ``picture:`` address in a Markdown file, with its line number."""

    kind: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Body:
    """A page's text, converted from Markdown to the source of a Jinja template."""

    template: str
    references: tuple[Reference, ...]
    lines: tuple[tuple[int, int], ...]
    """For each piece of Jinja, in order: its line in the template, and its line in the Markdown file."""

    def markdown_line(self, template_line: int) -> int | None:
        """Returns the line of the Markdown file that a line of the template came from, for messages.

        Returns None if the page has no Jinja.
        """
        return nearest_line(self.lines, template_line)


def convert(text: str, *, first_line: int = 1) -> Body:
    """Turns Markdown into a Jinja template. ``first_line``: the line of the file on which ``text`` begins.

    Raises ContentError, with lines but without the file, for Jinja that is not closed.
    """
    pieces = Pieces()
    protected = pieces.take_from(text, first_line)
    protected = _STATEMENT_LINE.sub(lambda found: _stand_alone(found, pieces), protected)
    html = Markdown(extensions=[*_EXTENSIONS, _Addresses(pieces)], output_format="html").convert(protected)
    html = _ALONE.sub(lambda found: _unwrap(found, pieces), html)
    return Body(pieces.put_back(html), tuple(_references(text, first_line)), tuple(pieces.lines(html)))


def _only_statements(found: re.Match[str], pieces: Pieces) -> bool:
    return all(piece.is_statement for piece in pieces.of(found[1]))


def _stand_alone(found: re.Match[str], pieces: Pieces) -> str:
    # A statement on a line of its own ends the paragraph before it and begins a new one after it.
    return f"\n{found[1]}\n" if _only_statements(found, pieces) else found[0]


def _unwrap(found: re.Match[str], pieces: Pieces) -> str:
    # … and stands between paragraphs, not in one.
    return found[1] if _only_statements(found, pieces) else found[0]


def _references(text: str, first_line: int) -> Iterator[Reference]:
    for found in re.finditer(r"\](?:\(|:\s*)(page|picture):([^)\s#]*)", text):
        yield Reference(found[1], found[2], first_line + text.count("\n", 0, found.start()))


class _AddressProcessor(Treeprocessor):
    def __init__(self, markdown: Markdown, pieces: Pieces) -> None:
        super().__init__(markdown)
        self._keep = pieces.keep

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in {"td", "th"} and (style := element.attrib.pop("style", "")):
                # A strict Content-Security-Policy drops style attributes; a theme's style sheet knows the class.
                element.set("class", f"align-{style.removeprefix('text-align:').strip(' ;')}")
            elif element.tag == "a" and element.get("href", "").startswith("page:"):
                key, hash_, fragment = element.get("href", "")[5:].partition("#")
                path = self._keep(f'{{{{ base }}}}{{{{ pages["{key}"].path }}}}{{{{ link_query }}}}')
                element.set("href", path + hash_ + fragment)
            elif element.tag == "a" and element.get("href", "").lower().startswith(("http:", "https:", "//")):
                # Where pages tell the capture service their whole address, other sites still learn only whose it is.
                element.attrib.setdefault("referrerpolicy", "strict-origin")
            elif element.tag == "img" and element.get("src", "").startswith("picture:"):
                name = element.get("src", "")[8:]
                element.set("src", self._keep(f'{{{{ asset("pictures/{name}") }}}}'))
                element.set("loading", "lazy")


class _Addresses(Extension):
    def __init__(self, pieces: Pieces) -> None:
        super().__init__()
        self._pieces = pieces

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.treeprocessors.register(_AddressProcessor(md, self._pieces), "espalier-addresses", 0)
