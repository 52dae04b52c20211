"""Checks the internal links of rendered pages: each must lead to a page, a file or an anchor that exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

_NOBODY = re.compile(r"(?:mailto|tel):(?:None)?(?:\?.*)?\Z", re.IGNORECASE)
"""A link to write to or ring somebody who has no address or telephone."""
_WANTED = {"href", "src", "action", "poster", "srcset", "id"}
_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z) | <([a-zA-Z][^\s/>]*+) ((?: [^>"']++ | "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) )*+) (>|\Z)""",
    re.DOTALL | re.VERBOSE,
)
"""Matches a comment, or a start tag: its name, its attributes and its end. What the page never ends, ends with it."""
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++) (\s*+ = \s*+ (?: "([^"]*+)" | '([^']*+)' | ([^\s"'>]++) ) )?+""", re.VERBOSE
)
"""Matches an attribute: its name, all after the name, and the value in either kind of quotes or in none."""
_TEXT_ALONE = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
"""By the names of elements whose content is no markup: what ends the content."""


@dataclass
class LinkedPage:
    """The links on a rendered page, and the ids that a link with ``#`` can lead to."""

    links: list[str] = field(default_factory=list)
    anchors: Counter[str] = field(default_factory=Counter)
    """How often each id stands on the page."""

    @property
    def doubled(self) -> list[str]:
        """The ids that more than one element has; a link leads to the first of them, whichever is meant."""
        return [name for name, number in self.anchors.items() if number > 1]


def read(html: bytes) -> LinkedPage:
    """Returns the links and anchors of a rendered page."""
    page = LinkedPage()
    for attributes in _start_tags(html.decode()):
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
    return page


def _start_tags(html: str) -> Iterator[str]:
    """Yields the attributes of each start tag, as they are written."""
    at = 0
    while found := _TAG.search(html, at):
        at = found.end()
        name, attributes, end_of_tag = found.groups()
        if attributes and end_of_tag:
            yield attributes
        if name and (ends := _TEXT_ALONE.get(name.lower())):
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
