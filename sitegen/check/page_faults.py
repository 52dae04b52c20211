"""Finds what is wrong with rendered pages: doubled ids, elements that do not fit together, links that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sitegen.check import links, places
from sitegen.check.links import LinkedPage
from sitegen.errors import Fault
from sitegen.render.renderer import PlannedPage

Rendered = Mapping[str, LinkedPage]
"""Rendered pages by their addresses."""

PageOf = Mapping[str, tuple[str, PlannedPage]]
"""By a page's address: the beginning of all addresses of its site, and the page of the company's it is made from."""


def of(rendered: Rendered, page_of: PageOf, files: set[str], home: str, foreign: set[str]) -> Iterator[Fault]:
    """Yields the faults of rendered pages.

    ``files``, ``home`` and ``foreign`` are those of ``links.broken``.
    """
    yield from _doubled_ids(rendered, page_of)
    yield from _misnested(rendered, page_of)
    yield from _parts_of_pages(rendered, page_of)
    yield from _broken_links(rendered, page_of, files, home, foreign)


def _doubled_ids(rendered: Rendered, page_of: PageOf) -> Iterator[Fault]:
    """Yields a fault for each id that two elements of a page have, on the first page where they do."""
    found: dict[str, list[Path]] = {}
    for address, page in rendered.items():
        for name in page.doubled:
            found.setdefault(name, []).append(page_of[address][1].page.file)
    for name, pages in found.items():
        another = f'give one of them another id, as in "## Heading {{#{name}-2}}"'
        hint = _with_others(another, pages, "{} more pages have it twice as well")
        line = places.line_of(pages[0], f"{{#{name}}}", f"#{name} ", f'id="{name}"')
        yield Fault(f'the id "{name}" stands on this page twice', where=pages[0], line=line, hint=hint)


def _misnested(rendered: Rendered, page_of: PageOf) -> Iterator[Fault]:
    """Yields a fault for each tag that does not fit on some pages: elements that are not closed, or closed twice."""
    found: dict[str, list[Path]] = {}
    for address, page in rendered.items():
        if page.nesting.misfit:
            found.setdefault(page.nesting.misfit, []).append(page_of[address][1].page.file)
    for tag, pages in found.items():
        message = f'the elements of this page do not fit together, beginning with "{tag}"'
        hint = _with_others("close each element once, the last opened first", pages, "{} more pages have it as well")
        yield Fault(message, where=pages[0], line=places.line_of(pages[0], tag), hint=hint)


def _parts_of_pages(rendered: Rendered, page_of: PageOf) -> Iterator[Fault]:
    """Yields a fault for each page whose template is meant to be included in others."""
    parts = (page_of[address][1].page for address, page in rendered.items() if not page.is_whole)
    for page in {each.file: each for each in parts}.values():
        message = f'the template "{page.front.template}" makes a part of a page, without <html>'
        hint = "choose another, such as page, or leave the line out"
        yield Fault(message, where=page.file, line=page.line_of.get("template", 1), hint=hint)


def _broken_links(
    rendered: Rendered, page_of: PageOf, files: set[str], home: str, foreign: set[str]
) -> Iterator[Fault]:
    # A link of the theme's stands on every page, and at another address on every member's.
    found: dict[str, list[Path]] = {}
    for address, link in links.broken(rendered, files, home, foreign):
        base, planned = page_of[address]
        found.setdefault(link.removeprefix(base), []).append(planned.page.file)
    for link, pages in found.items():
        message = f'a link on this page leads nowhere: "{link}"'
        hint = None if links.is_address(link) else _OTHER_LINKS
        hint = _with_others(hint, pages, "the link is on {} more pages as well")
        yield Fault(message, where=pages[0], line=places.line_of_link(pages[0], link), hint=hint)


_OTHER_LINKS = "write https://… for another site, page:… or picture:… for this one"


def _with_others(hint: str | None, pages: Sequence[Path], also: str) -> str | None:
    """Returns a hint that tells on how many more pages a fault is, if on any. ``also``: how, with a place for them."""
    others = len(set(pages)) - 1
    return "; ".join(filter(None, (hint, also.format(others) if others else None))) or None
