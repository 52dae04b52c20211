"""Checks the internal links of rendered pages: each must lead to a page, a file or an anchor that exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from sitegen.check.nesting import Nesting

_NOBODY = re.compile(r"(?:mailto|tel):(?:None)?(?:\?.*)?\Z", re.IGNORECASE)
"""A link to write to or ring somebody who has no address or telephone."""
_SCHEMES = {
    *("http", "https", "mailto", "tel", "sms", "data", "blob", "geo", "maps", "comgooglemaps", "webcal"),
    *("facetime", "facetime-audio", "sip", "sips", "xmpp", "whatsapp", "viber", "tg", "skype", "line", "fb-messenger"),
    *("weixin", "signal", "sgnl", "threema", "kakaotalk", "zalo", "imo"),
}
"""What an address may begin with: what browsers follow, and messengers that people are found on."""
_ADDRESS_ATTRIBUTES = {"href", "src", "action", "poster"}


@dataclass
class LinkedPage(HTMLParser):
    """The links on a rendered page, and the ids that a link with ``#`` can lead to."""

    links: list[str] = field(default_factory=list)
    anchors: Counter[str] = field(default_factory=Counter)
    """How often each id stands on the page."""
    nesting: Nesting = field(default_factory=Nesting)
    is_whole: bool = False
    """Whether it has the element ``<html>``, which a part of a page lacks."""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects the addresses and the id among an element's attributes."""
        self.nesting.opened(tag, self.get_starttag_text() or "")
        self.is_whole |= tag == "html"
        for name, value in attrs:
            if value is None:
                continue
            if name in _ADDRESS_ATTRIBUTES:
                self.links.append(value)
            elif name == "srcset":
                self.links += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
            elif name == "id":
                self.anchors[value] += 1

    def handle_endtag(self, tag: str) -> None:
        """Follows the nesting of elements."""
        self.nesting.closed(tag)

    @property
    def doubled(self) -> list[str]:
        """The ids that more than one element has; a link leads to the first of them, whichever is meant."""
        return [name for name, number in self.anchors.items() if number > 1]


def read(html: bytes) -> LinkedPage:
    """Returns the links and anchors of a rendered page."""
    page = LinkedPage()
    page.feed(html.decode())
    page.close()
    page.nesting.ended()
    return page


def broken(pages: Mapping[str, LinkedPage], files: set[str], root: str, foreign: set[str]) -> Iterator[tuple[str, str]]:
    """Yields the address of a page and a link on that page, for each internal link that leads nowhere.

    ``pages``: rendered pages by their absolute address. ``files``: absolute addresses of everything else.
    ``root``: the address below which a link is internal. ``foreign``: addresses known to exist though
    they were not rendered, such as other members' sites. A query in a link makes no difference.
    """
    for address, page in pages.items():
        for link in page.links:
            if _NOBODY.match(link) or not is_address(link):
                yield address, link
                continue
            whole, fragment = urldefrag(urljoin(address, link))
            target = whole.partition("?")[0]
            if not _inside(target, root) or target in files or target in foreign:
                continue
            found = pages.get(unquote(target))
            if found is None or (fragment and not {fragment, unquote(fragment)} & found.anchors.keys()):
                yield address, link


def is_address(link: str) -> bool:
    """Returns whether a browser can make anything of a link: a slip such as ``htp:`` leads nowhere."""
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme in {"http", "https"}:
        return bool(parts.hostname) and not re.search(r"\s", parts.netloc)
    return not parts.scheme or parts.scheme in _SCHEMES


def _inside(target: str, root: str) -> bool:
    # A link to the capture service has the company's host only where both share it; its path is then outside the site.
    return urlsplit(target).scheme in {"http", "https"} and target.startswith(root)
