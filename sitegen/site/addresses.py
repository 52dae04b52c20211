"""Where things stand: the addresses of the company's site, of a member's site, and of pages within them.

The same tree is written for both layouts; only the addresses differ::

    on disk                  path layout                       subdomain layout
    OUT/index.html           https://example.com/              https://example.com/
    OUT/ana/index.html       https://example.com/ana/          https://ana.example.com/
    OUT/ana/faq/index.html   https://example.com/ana/faq/      https://ana.example.com/faq/
    OUT/assets/…             https://example.com/assets/…      /assets/… on every host
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

ASSETS = "assets"
"""The folder of fingerprinted files below the root."""

CAMPAIGNS = "c"
"""The folder of campaigns' landing pages below the root of a site; the company's page for typing a code as well."""


CAMPAIGN_CODE = "[a-z]{2,12}[0-9]{0,6}"
"""What a campaign's code looks like: easily spoken, never a folder of anything else."""

_LANDING = re.compile(rf"{CAMPAIGNS}/({CAMPAIGN_CODE})(/?)\Z")


def campaign_in(path: str) -> tuple[str, bool]:
    """The code in the path of a landing page below the root of a site, and whether the path is whole, with its slash at
    the end; an empty code: no landing page can stand there."""
    found = _LANDING.match(path)
    return ("", False) if found is None else (found[1], bool(found[2]))


def campaign_path(code: str) -> str:
    """A campaign's landing page below the root of the site it belongs to."""
    return f"{CAMPAIGNS}/{code}/"


def campaign_page(code: str) -> str:
    """The name of a campaign's landing page in page tokens: ``c/radio7``."""
    return f"{CAMPAIGNS}/{code}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses under one company address. ``url`` has no slash at its end; it may hold a path."""

    url: str
    layout: Literal["path", "subdomain"]

    @property
    def root(self) -> str:
        """The company's site as seen from its own host: "/" or "/shops/"."""
        return f"{urlsplit(self.url).path}/"

    @property
    def home(self) -> str:
        """The company's site as an absolute address, ending in "/"."""
        return f"{self.url}/"

    def member_base(self, slug: str) -> str:
        """The root of a member's site as seen from its own host."""
        return f"{self.root}{slug}/" if self.layout == "path" else "/"

    def member_home(self, slug: str) -> str:
        """The root of a member's site as an absolute address, ending in "/"."""
        if self.layout == "path":
            return f"{self.url}/{slug}/"
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{slug}.{parts.netloc}/"

    def campaign_home(self, slug: str | None, code: str) -> str:
        """A campaign's landing page as an absolute address, on the site of a member or (None) the company's own."""
        return (self.member_home(slug) if slug else self.home) + campaign_path(code)

    def company_base(self, *, from_member: bool) -> str:
        """The root of the company's site as seen from a page: absolute where the host differs."""
        return self.home if from_member and self.layout == "subdomain" else self.root

    def asset(self, published: str) -> str:
        """The address of a fingerprinted file, the same on every host."""
        root = self.root if self.layout == "path" else "/"
        return f"{root}{ASSETS}/{published}"


def page_path(slug_path: str, locale: str, home_locale: str) -> str:
    """A page's address below the root of a site whose own language is ``home_locale``.

    Pages in that language stand at the root, those in others below their locale's code.
    """
    prefix = "" if locale == home_locale else f"{locale}/"
    return f"{prefix}{slug_path}/" if slug_path else prefix
