"""``sitemap.xml`` and ``robots.txt``: the canonical pages, for search engines.

Members' pages normally name the company's page as canonical, and stay out of the sitemap; members whose own pages are
canonical are listed as well. A sitemap holds at most 50,000 addresses and 50 MB (sitemaps.org protocol); beyond that
``sitemap.xml`` becomes an index of ``sitemap-1.xml``, ``sitemap-2.xml`` …
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import chain, islice
from typing import Protocol

from sitegen.model import Member
from sitegen.render.renderer import Renderer
from sitegen.site.content import UNLISTED
from sitegen.site.site import Site

NAMES = re.compile(r"(?:sitemap(?:-[1-9][0-9]{0,5})?\.xml|robots\.txt)\Z")
"""Matches the names of the sitemap's files and ``robots.txt``."""

LARGEST = 50_000
"""How many addresses a sitemap file may have. With six languages each entry takes under 1,000 bytes, so 50 MB is
never reached."""

_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
_CLOSE = b"</urlset>\n"
_CLOSED = _OPEN.encode() + _CLOSE


class Storytellers(Protocol):
    """The method of a roster that the sitemap needs."""

    def storytellers(self, least_words: int) -> Iterator[Member]:
        """Yields the active members whose story has at least ``least_words`` words."""


def files(site: Site, renderer: Renderer, members: Storytellers) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of each sitemap file and of ``robots.txt``, all for the root of the company's site."""
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
        f'<xhtml:link rel="alternate" hreflang="{escape(code)}" href="{escape(other)}"/>'
        for code, other in (alternates if len(alternates) > 1 else [])
    )
    return f"<url><loc>{escape(address)}</loc>{links}</url>\n"


def _part(entries: Iterator[str]) -> bytes | None:
    """Returns the next sitemap file, made of up to ``LARGEST`` entries; None if no entry is left.

    The file grows as bytes, because text would take four times the memory.
    """
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
