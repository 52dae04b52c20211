"""Works out addresses: of the company's site, of a member's site, and of the pages within them.

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
from urllib.parse import quote, urlsplit

ASSETS = "assets"
"""The folder, below the root of the company's site, of static files whose names contain digests."""

CAMPAIGNS = "c"
"""The folder of campaigns' landing pages in a site, and the address of the company's page for typing a code."""


CAMPAIGN_FIELD = "c"
"""The name under which the query of a link, and then the sign-up form, carries a campaign's code: ``?c=radio7``."""

CAMPAIGN_CODE = "[a-z]{2,12}[0-9]{0,6}"
"""The pattern of a campaign's code: easily spoken, such as ``radio7``."""

_LANDING = re.compile(rf"{CAMPAIGNS}/({CAMPAIGN_CODE})(/?)\Z")


def campaign_in(path: str) -> tuple[str, bool]:
    """Returns the campaign's code in the path of a landing page, and whether the path ends in a slash as it should.

    ``path`` is relative to the root of a site. If it cannot be a landing page's, the code is empty.
    """
    found = _LANDING.match(path)
    return ("", False) if found is None else (found[1], bool(found[2]))


def campaign_path(code: str) -> str:
    """Returns the path of a campaign's landing page, relative to the root of the site that has the page."""
    return f"{CAMPAIGNS}/{code}/"


def campaign_page(code: str) -> str:
    """Returns the name of a campaign's landing page in page tokens, such as ``c/radio7``."""
    return f"{CAMPAIGNS}/{code}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a company's site and its members' sites.

    ``url``: the company's address, without a slash at its end, perhaps with a path. ``layout``: whether members' sites
    are folders of the company's or have subdomains.
    """

    url: str
    layout: Literal["path", "subdomain"]

    @property
    def root(self) -> str:
        """The path of the company's site on its own host: "/" or, for example, "/shops/"."""
        return f"{urlsplit(self.url).path}/"

    @property
    def home(self) -> str:
        """The absolute address of the company's site, ending in "/"."""
        return f"{self.url}/"

    def member_base(self, slug: str) -> str:
        """Returns the path of a member's site on its own host: "/ana/" in the path layout, else "/"."""
        return f"{self.root}{slug}/" if self.layout == "path" else "/"

    def member_home(self, slug: str) -> str:
        """Returns the absolute address of a member's site, ending in "/"."""
        if self.layout == "path":
            return f"{self.url}/{slug}/"
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{slug}.{parts.netloc}/"

    def campaign_home(self, slug: str | None, code: str) -> str:
        """Returns the absolute address of a campaign's landing page; ``slug`` None: one on the company's own site."""
        return (self.member_home(slug) if slug else self.home) + campaign_path(code)

    def company_base(self, *, from_member: bool) -> str:
        """Returns the address of the company's site for links on a page: absolute if the page is on another host."""
        return self.home if from_member and self.layout == "subdomain" else self.root

    def asset(self, published: str) -> str:
        """Returns the address of a static file by its published name, which contains a digest; same on every host.

        Signs of the name that mean something in addresses, such as a space or ``#``, are encoded.
        """
        root = self.root if self.layout == "path" else "/"
        return f"{root}{ASSETS}/{quote(published)}"


def page_path(slug_path: str, locale: str, home_locale: str) -> str:
    """Returns a page's path, relative to the root of a site whose own language is ``home_locale``.

    Pages in that language are at the root, pages in another language below its code, such as ``es/``.
    """
    prefix = "" if locale == home_locale else f"{locale}/"
    return f"{prefix}{slug_path}/" if slug_path else prefix
