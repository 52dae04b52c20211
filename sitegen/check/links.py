"""Checks the internal links of rendered pages: each must lead to a page, a file or an anchor that exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple
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
_WANTED = {"href", "src", "action", "poster", "srcset", "id"}
_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)
    | <(/?) ([a-zA-Z][^\s/>]*+) ((?: [^>"']++ | "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) )*+) (>|\Z)""",
    re.DOTALL | re.VERBOSE,
)
"""Matches a comment, or a tag: what makes it an end tag, its name, its attributes and its end.

What is never ended, ends with the page."""
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++) (\s*+ = \s*+ (?: "([^"]*+)" | '([^']*+)' | ([^\s"'>]++) ) )?+""", re.VERBOSE
)
"""Matches an attribute: its name, all after the name, and the value in either kind of quotes or in none."""
_TEXT_ALONE = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
"""By the names of elements whose content is no markup: what ends the content."""


@dataclass
class LinkedPage:
    """What a page links to, and what can be linked to on it."""

    links: list[str] = field(default_factory=list)
    anchors: Counter[str] = field(default_factory=Counter)
    """How often each id stands on the page."""
    nesting: Nesting = field(default_factory=Nesting)
    is_whole: bool = False
    """Whether it has the element ``<html>``, which a part of a page lacks."""

    @property
    def doubled(self) -> list[str]:
        """The ids that more than one element has; a link leads to the first of them, whichever is meant."""
        return [name for name, number in self.anchors.items() if number > 1]


class _Tag(NamedTuple):
    """A tag as it stands on a page: ``<a href="/">``, ``</a>``, or ``<use href="#x"/>``, which is both."""

    name: str
    attributes: str
    is_start: bool
    is_end: bool
    written: str


def read(html: bytes) -> LinkedPage:
    """Returns the links and anchors of a rendered page, and what does not fit among its tags."""
    page = LinkedPage()
    for tag in _tags(html.decode()):
        if tag.is_start:
            page.nesting.opened(tag.name, tag.written)
            page.is_whole |= tag.name == "html"
            if tag.attributes:
                _collect(page, tag.attributes)
        if tag.is_end:
            page.nesting.closed(tag.name)
    page.nesting.ended()
    return page


def _collect(page: LinkedPage, attributes: str) -> None:
    for name, given, *values in _ATTRIBUTE.findall(attributes):
        kind = name.lower()
        if not given or kind not in _WANTED:
            continue
        value = unescape("".join(values))
        if kind == "id":
            page.anchors[value] += 1
        elif kind == "srcset":
            page.links += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
        else:
            page.links.append(value)


def _tags(html: str) -> Iterator[_Tag]:
    """Yields the tags of a page in order, but for those within a comment, a script or a style."""
    at = 0
    while found := _TAG.search(html, at):
        at = found.end()
        slash, name, attributes, end_of_tag = found.groups()
        if not name or not end_of_tag:
            continue
        name = name.lower()
        closes_itself = attributes.endswith("/")
        yield _Tag(name, attributes, not slash, bool(slash) or closes_itself, found[0])
        if not slash and (ends := _TEXT_ALONE.get(name)):
            end = ends.search(html, at)
            at = end.start() if end else len(html)


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
