"""Checks the internal links of rendered pages: each must lead to a page, a file or an anchor that exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

_NOBODY = re.compile(r"(?:mailto|tel):(?:None)?(?:\?.*)?\Z", re.IGNORECASE)
"""A link to write to or ring somebody who has no address or telephone."""
_ADDRESS_ATTRIBUTES = {"href", "src", "action", "poster"}


@dataclass
class LinkedPage(HTMLParser):
    """The links on a rendered page, and the ids that a link with ``#`` can lead to."""

    links: list[str] = field(default_factory=list)
    anchors: Counter[str] = field(default_factory=Counter)
    """How often each id stands on the page."""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects the addresses and the id among an element's attributes."""
        for name, value in attrs:
            if value is None:
                continue
            if name in _ADDRESS_ATTRIBUTES:
                self.links.append(value)
            elif name == "srcset":
                self.links += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
            elif name == "id":
                self.anchors[value] += 1

    @property
    def doubled(self) -> list[str]:
        """The ids that more than one element has; a link leads to the first of them, whichever is meant."""
        return [name for name, number in self.anchors.items() if number > 1]


def read(html: bytes) -> LinkedPage:
    """Returns the links and anchors of a rendered page."""
    page = LinkedPage()
    page.feed(html.decode())
    page.close()
    return page


def broken(pages: Mapping[str, LinkedPage], files: set[str], root: str, foreign: set[str]) -> Iterator[tuple[str, str]]:
    """Yields the address of a page and a link on that page, for each internal link that leads nowhere.

    ``pages``: rendered pages by their absolute address. ``files``: absolute addresses of everything else.
    ``root``: the address below which a link is internal. ``foreign``: addresses known to exist though
    they were not rendered, such as other members' sites. A query in a link makes no difference.
    """
    for address, page in pages.items():
        for link in page.links:
            if _NOBODY.match(link):
                yield address, link
                continue
            whole, fragment = urldefrag(urljoin(address, link))
            target = whole.partition("?")[0]
            if not _inside(target, root) or target in files or target in foreign:
                continue
            found = pages.get(unquote(target))
            if found is None or (fragment and not {fragment, unquote(fragment)} & found.anchors.keys()):
                yield address, link


def _inside(target: str, root: str) -> bool:
    # A link to the capture service has the company's host only where both share it; its path is then outside the site.
    return urlsplit(target).scheme in {"http", "https"} and target.startswith(root)
