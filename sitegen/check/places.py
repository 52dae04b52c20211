"""Finds where an author wrote what turns up on a rendered page, so that a fault about the page names a line."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from sitegen.site.input_files import text_of


def line_of_link(file: Path, link: str) -> int | None:
    """Returns the line of a page's file on which a link of the rendered page is written; None if it is not there,
    since the theme has it.

    ``link``: the address as it was rendered, which for a page of the site differs from what was written.
    """
    return line_of(file, *_written(link))


def line_of(file: Path, *texts: str) -> int | None:
    """Returns the first line of a file that holds one of some texts, tried in order; None if none does."""
    lines = text_of(file).split("\n")
    found = (number for text in texts for number, line in enumerate(lines, 1) if text and text in line)
    return next(found, None)


def _written(link: str) -> Iterator[str]:
    for each in (link, unquote(link)):
        yield from (f"({each})", f'"{each}"', f"({each} ", f"<{each}>", f"]: {each}")
    path, sign, fragment = link.partition("#")
    if sign:
        page = path.strip("/")
        yield from (f"page:{page}#{name}" for name in (fragment, unquote(fragment)))
        yield from (f"#{name})" for name in (fragment, unquote(fragment)))
    if link != html.escape(link):
        yield html.escape(link)
