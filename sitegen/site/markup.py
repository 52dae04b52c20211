"""Turns a page's Markdown into a Jinja template: Markdown is converted once, the Jinja in it runs for every member.

``{{ … }}``, ``{% … %}`` and ``{# … #}`` are put aside before Markdown is converted and put back afterwards.
``page:`` and ``picture:`` addresses become Jinja expressions for the page's or the picture's real address.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: no text of a person holds them
_KEPT = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_ALONE = re.compile(f"<p>\\s*((?:{_OPEN}\\d+{_CLOSE}\\s*)+)</p>")
_STATEMENT_LINE = re.compile(f"^((?:{_OPEN}\\d+{_CLOSE}[ \\t]*)+)$", re.MULTILINE)
_EXTENSIONS = ["tables", "attr_list", "def_list", "md_in_html", "sane_lists", "toc"]

_Keep = Callable[[str, int], str]
"""A function that puts a piece of Jinja aside, with its line (0: none), and returns the mark to leave in its place."""


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
        at = bisect_right(self.lines, (template_line, 1 << 60)) - 1
        return self.lines[max(at, 0)][1] if self.lines else None


def convert(text: str, *, first_line: int = 1) -> Body:
    """Turns Markdown into a Jinja template. ``first_line``: the line of the file on which ``text`` begins."""
    kept: list[tuple[str, int]] = []

    def keep(source: str, line: int) -> str:
        kept.append((source, line))
        return f"{_OPEN}{len(kept) - 1}{_CLOSE}"

    def put_aside(found: re.Match[str]) -> str:
        return keep(found[0], first_line + text.count("\n", 0, found.start()))

    protected = _JINJA.sub(put_aside, text)
    protected = _STATEMENT_LINE.sub(lambda found: _stand_alone(found, kept), protected)
    html = Markdown(extensions=[*_EXTENSIONS, _Addresses(keep)], output_format="html").convert(protected)
    html = _ALONE.sub(lambda found: _unwrap(found, kept), html)
    lines = tuple(_line_pairs(html, kept))
    template = _KEPT.sub(lambda found: kept[int(found[1])][0], html)
    return Body(template, tuple(_references(text, first_line)), lines)


def _only_statements(found: re.Match[str], kept: list[tuple[str, int]]) -> bool:
    return all(kept[int(number)][0].startswith(("{%", "{#")) for number in _KEPT.findall(found[1]))


def _stand_alone(found: re.Match[str], kept: list[tuple[str, int]]) -> str:
    # A statement on a line of its own ends the paragraph before it and begins a new one after it.
    return f"\n{found[1]}\n" if _only_statements(found, kept) else found[0]


def _unwrap(found: re.Match[str], kept: list[tuple[str, int]]) -> str:
    # … and stands between paragraphs, not in one.
    return found[1] if _only_statements(found, kept) else found[0]


def _line_pairs(html: str, kept: list[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    added = 0  # lines that multi-line Jinja adds when it is put back
    for found in _KEPT.finditer(html):
        source, line = kept[int(found[1])]
        if line:
            yield html.count("\n", 0, found.start()) + 1 + added, line
        added += source.count("\n")


def _references(text: str, first_line: int) -> Iterator[Reference]:
    for found in re.finditer(r"\](?:\(|:\s*)(page|picture):([^)\s#]*)", text):
        yield Reference(found[1], found[2], first_line + text.count("\n", 0, found.start()))


class _AddressProcessor(Treeprocessor):
    def __init__(self, markdown: Markdown, keep: _Keep) -> None:
        super().__init__(markdown)
        self._keep = keep

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in {"td", "th"} and (style := element.attrib.pop("style", "")):
                # A strict Content-Security-Policy drops style attributes; a theme's style sheet knows the class.
                element.set("class", f"align-{style.removeprefix('text-align:').strip(' ;')}")
            elif element.tag == "a" and element.get("href", "").startswith("page:"):
                key, hash_, fragment = element.get("href", "")[5:].partition("#")
                path = self._keep(f'{{{{ base }}}}{{{{ pages["{key}"].path }}}}{{{{ link_query }}}}', 0)
                element.set("href", path + hash_ + fragment)
            elif element.tag == "a" and element.get("href", "").lower().startswith(("http:", "https:", "//")):
                # Where pages tell the capture service their whole address, other sites still learn only whose it is.
                element.attrib.setdefault("referrerpolicy", "strict-origin")
            elif element.tag == "img" and element.get("src", "").startswith("picture:"):
                name = element.get("src", "")[8:]
                element.set("src", self._keep(f'{{{{ asset("pictures/{name}") }}}}', 0))
                element.set("loading", "lazy")


class _Addresses(Extension):
    def __init__(self, keep: _Keep) -> None:
        super().__init__()
        self._keep = keep

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        md.treeprocessors.register(_AddressProcessor(md, self._keep), "espalier-addresses", 0)
