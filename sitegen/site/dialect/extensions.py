"""The Markdown that the company's pages and members' stories share: as people write it, not as 2004 had it."""

from __future__ import annotations

import string
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import SubstituteTagInlineProcessor
from markdown.treeprocessors import Treeprocessor

EXTENSIONS = (
    "sane_lists",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tilde",
    "pymdownx.magiclink",
    "pymdownx.saneheaders",
)
"""Python-Markdown's extensions by name, for pages and stories alike. Lists are laid out before (``lists``)."""

CONFIGS: dict[str, dict[str, Any]] = {
    "pymdownx.highlight": {"use_pygments": False},
    "pymdownx.tilde": {"subscript": False},
}

_BOXES = {"[ ] ": "\u2610 ", "[x] ": "\u2611 ", "[X] ": "\u2611 "}


class TaskBoxes(Extension):
    """Shows ``- [ ]`` and ``- [x]`` as boxes. They are characters: there is nothing to tick, and nothing to label."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        """Adds the boxes after inline Markdown."""
        md.treeprocessors.register(_TaskProcessor(md), "espalier-tasks", 15)


class Backslashes(Extension):
    """Reads a backslash as CommonMark does: at the end of a line it breaks the line, and before any sign of ASCII it
    takes the sign's meaning away."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        """Adds the signs that Python-Markdown leaves out, and the break."""
        md.ESCAPED_CHARS = list(string.punctuation)
        # After "escape" (180), which sees two backslashes first.
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "espalier-break", 179)


class _TaskProcessor(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter("li"):
            holder = (
                element[0] if len(element) and element[0].tag == "p" and not (element.text or "").strip() else element
            )
            text = holder.text or ""
            if box := _BOXES.get(text[:4]):
                holder.text = box + text[4:]
                element.set("class", "task")
