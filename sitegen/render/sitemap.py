"""``sitemap.xml`` and ``robots.txt``: the canonical pages, for search engines.

Replicas name the company's page as canonical and stay out of the sitemap; members who are their own canonical
address stand in it. A sitemap holds at most 50,000 addresses and 50 MB (sitemaps.org protocol); beyond that
``sitemap.xml`` becomes an index of ``sitemap-1.xml``, ``sitemap-2.xml`` …
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from sitegen.model import Member
from sitegen.render.renderer import Renderer
from sitegen.site.content import UNLISTED
from sitegen.site.site import Site

NAMES = re.compile(r"(?:sitemap(?:-[1-9][0-9]{0,5})?\.xml|robots\.txt)\Z")
"""What these files may be called."""

LARGEST = 50_000
"""Addresses in one file. With six languages each entry takes under 1,000 bytes, so 50 MB is never reached."""

_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
_CLOSE = b"</urlset>\n"
_CLOSED = _OPEN.encode() + _CLOSE


class Storytellers(Protocol):
    """What a sitemap asks of a roster."""

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """The active members whose story has at least so many words."""


def files(site: Site, renderer: Renderer, members: Storytellers) -> Iterator[tuple[str, bytes]]:
    """The files at the root of the output: name and content."""
    home = site.addresses.home
    entries = _entries(site, renderer, members)
    first, second = _part(entries), _part(entries)
    if second is None:
        yield "sitemap.xml", first or _CLOSED
    else:
        names: list[str] = []
        for part in chain((first, second), iter(lambda: _part(entries), None)):
            assert part is not None
            names.append(f"sitemap-{len(names) + 1}.xml")
            yield names[-1], part
        yield "sitemap.xml", _index(home, names)
    yield "robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {home}sitemap.xml\n".encode()


def _entries(site: Site, renderer: Renderer, members: Storytellers) -> Iterator[str]:
    for planned in renderer.plan(site.company_variant):
        if planned.view.key not in UNLISTED:
            alternates = [(other.locale.code, other.canonical) for other in planned.view.translations]
            yield _entry(planned.view.canonical, alternates)
    words = site.settings.site.self_canonical_words
    if words is None:
        return
    for member in members.storytellers(words):
        home = site.addresses.member_home(member.slug)
        for planned in renderer.plan(site.member_variant(member.locale)):
            if planned.view.key not in UNLISTED:
                alternates = [(other.locale.code, home + other.path) for other in planned.view.translations]
                yield _entry(home + planned.view.path, alternates)


def _entry(address: str, alternates: list[tuple[str, str]]) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang={quoteattr(code)} href={quoteattr(other)}/>'
        for code, other in (alternates if len(alternates) > 1 else [])
    )
    return f"<url><loc>{escape(address)}</loc>{links}</url>\n"


def _part(entries: Iterator[str]) -> bytes | None:
    """The next file; None where nothing is left. It grows as bytes: as text, entry by entry, it would take four times
    the memory."""
    body = bytearray()
    for entry in islice(entries, LARGEST):
        body += entry.encode()
    return _OPEN.encode() + body + _CLOSE if body else None


def _index(home: str, names: list[str]) -> bytes:
    body = "".join(f"<sitemap><loc>{escape(home + name)}</loc></sitemap>\n" for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}</sitemapindex>\n'
    ).encode()
