"""What a file depends on: keys that change with everything it is made from, and with nothing else.

A build writes what has another key than in the manifest; a server makes entity tags of them. A member's page is made
from two things, so it has two keys: that of the page (the same for all members) and that of the member (the same for
all pages).

::

    page      build id (text, templates, assets, settings, version), sign-up form, signing key, addresses
    files     company, status, addresses, version: the address-book card and the QR code
    member    the row of the roster, what is shown of the sponsor, both photos
    landing   the campaign's code and channel, and the keys of the host and of the page
    sitemap   addresses, and where each listed page stands in which language; the roster comes on top
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import sitegen
from sitegen.model import Campaign
from sitegen.render.context import Photo
from sitegen.render.hosts import Host
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.roster.table import FIELDS

_of_sponsor = itemgetter(*(FIELDS.index(each) for each in ("id", "slug", "name", "first_name", "photo", "place")))
"""What a member's pages show of the sponsor."""


class Fingerprints:
    """Gives the keys. One for each state of a site's files; a key of what is made per member or campaign
    is 16 bytes, since there are millions; the others are 32 hexadecimal digits."""

    def __init__(self, renderer: Renderer) -> None:
        site = renderer.site
        self._site = site
        self._shared = (site.addresses, site.settings.site.self_canonical_words)
        # A page's token holds its build id, and is signed: keys must tell signing keys apart as well.
        self._signed = renderer.member_token(None)

    def page(self, page: PlannedPage, *more: object) -> str:
        """What a page is made from, members and campaigns aside. ``more``: what else its files depend on."""
        return _digest(page.build_id, page.shared["signup"], self._signed, *self._shared, *more)

    def member_files(self, locale: str) -> str:
        """What the two files that are no pages are made from, members aside."""
        return _digest(sitegen.version(), self._site.company, self._site.texts[locale].status, self._site.addresses)

    def landing(self, campaign: Campaign, of_host: bytes, of_page: str) -> bytes:
        """What a campaign's landing page is made from."""
        return _hash(campaign.code, campaign.channel.value, of_host, of_page).digest()[:16]

    def company(self, host: Host) -> bytes:
        """What of the company's own site takes the place of a member."""
        return _hash(host, self._site.addresses).digest()[:16]

    def sitemap(self, plans: Sequence[Sequence[PlannedPage]]) -> str:
        """What sitemap and robots.txt are made from, the roster aside."""
        listed = [(each.view.key, each.view.path, each.view.translations) for plan in plans for each in plan]
        return _digest(*self._shared, listed)


def of_member(
    row: Sequence[Any], sponsor: Sequence[Any] | None, photo: Photo | None = None, sponsors_photo: Photo | None = None
) -> bytes:
    """What of the roster a member's site is made from. The rows have the columns of ``roster.table``; photos are told
    apart by their addresses, which name their bytes."""
    above = None if sponsor is None else _of_sponsor(sponsor)
    shown = (photo and photo.src, sponsors_photo and sponsors_photo.src)
    return _hash(tuple(row), above, *shown).digest()[:16]


def _digest(*parts: object) -> str:
    return _hash(*parts).hexdigest()[:32]


def _hash(*parts: object) -> hashlib._Hash:
    return hashlib.sha256(repr(parts).encode())
