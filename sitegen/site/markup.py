"""Turns a page's Markdown into a Jinja template: Markdown is converted once, the Jinja in it runs for every member.

``{{ … }}``, ``{% … %}`` and ``{# … #}`` are put aside before Markdown is converted and put back afterwards.
``page:`` and ``picture:`` addresses become Jinja expressions for the page's or the picture's real address.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from sitegen.errors import ContentError
from sitegen.site.dialect import leftovers
from sitegen.site.dialect.between import BetweenProcessor
from sitegen.site.dialect.extensions import CONFIGS, EXTENSIONS, Backslashes, TaskBoxes
from sitegen.site.dialect.heading_ids import HeadingIds
from sitegen.site.dialect.jinja_pieces import Pieces, nearest_line
from sitegen.site.dialect.lists import laid_out
from sitegen.site.dialect.named_addresses import Reference, references, resolved, resolved_in_html
from sitegen.site.dialect.statement_lines import placed
from sitegen.site.dialect.structure import StructureCheck, lost

_EXTENSIONS = (*EXTENSIONS, "tables", "attr_list", "def_list", "md_in_html", "footnotes", "abbr", "toc")


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


def convert(text: str, *, first_line: int = 1, theme_ids: Set[str] = frozenset()) -> Body:
    """Turns Markdown into a Jinja template.

    ``first_line``: the line of the file on which ``text`` begins. ``theme_ids``: ids that headings must not get, since
    the theme has elements with these. Raises ContentError, with lines but without the file, for Jinja that is not
    closed, or that begins and ends in different elements.
    """
    pieces = Pieces()
    taken = pieces.take_from(text, first_line)
    if faults := list(leftovers.in_page(taken, first_line)):
        raise ContentError(*faults)
    protected = placed(taken, pieces, first_line)
    ours = _Espalier(pieces, theme_ids)
    markdown = Markdown(
        extensions=[*_EXTENSIONS, TaskBoxes(), Backslashes(), ours], extension_configs=CONFIGS, output_format="html"
    )
    html = markdown.convert(laid_out(protected))
    if faults := list(lost(html, pieces)):
        raise ContentError(*faults)
    html = resolved_in_html(html, pieces)
    return Body(pieces.put_back(html), tuple(references(text, first_line)), tuple(pieces.lines(html)))


class _AddressProcessor(Treeprocessor):
    def __init__(self, markdown: Markdown, pieces: Pieces) -> None:
        super().__init__(markdown)
        self._pieces = pieces

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in {"td", "th"}:
                _show_bars(element)
            if element.tag in {"td", "th"} and (style := element.attrib.pop("style", "")):
                # A strict Content-Security-Policy drops style attributes; a theme's style sheet knows the class.
                element.set("class", f"align-{style.removeprefix('text-align:').strip(' ;')}")
            elif element.tag == "a":
                self._link(element)
            elif element.tag == "img" and (picture := resolved(element.get("src", ""), self._pieces)):
                element.set("src", picture)
                element.set("loading", "lazy")
            if (own := element.get("id", "")).startswith("fn") and element.tag in {"li", "sup"}:
                element.set("id", "-".join(own.split()))  # a footnote's name may have spaces, an id may not

    def _link(self, element: Element) -> None:
        address = element.get("href", "")
        if named := resolved(address, self._pieces):
            element.set("href", named)
        elif address.lower().startswith(("http:", "https:", "//")):
            # Where pages tell the capture service their whole address, other sites still learn only whose it is.
            element.attrib.setdefault("referrerpolicy", "strict-origin")
        elif element.get("class") in {"footnote-ref", "footnote-backref"}:
            element.set("href", "-".join(address.split()))
            element.attrib.pop("title", None)  # in English, whatever the page's language


def _show_bars(cell: Element) -> None:
    # A bar in a cell is written with a backslash, in code as well; Python-Markdown leaves that in code.
    for code in cell.iter("code"):
        code.text = AtomicString((code.text or "").replace("\\|", "|"))


class _Espalier(Extension):
    """What pages have besides the dialect: statements of Jinja, ids of headings, and addresses by name."""

    def __init__(self, pieces: Pieces, theme_ids: Set[str]) -> None:
        super().__init__()
        self._pieces = pieces
        self._theme_ids = theme_ids

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        # Ids come after those of attr_list (8) and before the table of contents (5).
        md.treeprocessors.register(HeadingIds(md, self._theme_ids), "espalier-ids", 6)
        md.treeprocessors.register(BetweenProcessor(md, self._pieces), "espalier-between", 4)
        md.treeprocessors.register(_AddressProcessor(md, self._pieces), "espalier-addresses", 0)
        # Before the HTML that authors wrote is put back.
        md.postprocessors.register(StructureCheck(md, self._pieces), "espalier-structure", 40)
