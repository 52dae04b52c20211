"""Makes a key for each file of a site; the key changes if anything that the file is made from changes, else never.

A build writes the files whose keys differ from the keys in the manifest; a server makes entity tags from keys. A
member's page is made from two things, so it has two keys: one of the page (the same for all members) and one of the
member (the same for all pages).

::

    page      build id (text, templates, assets, settings, version), sign-up form, signing key, addresses
    files     company, status, addresses, version: the address-book card and the QR code
    member    the row of the roster, what is shown of the sponsor, both photos
    landing   the campaign's code and channel, and the keys of the host and of the page
    sitemap   addresses, and the paths of each listed page in all languages; the digest of the roster is added
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
"""Picks, from a sponsor's row, the columns that a member's pages show of the sponsor."""


class Fingerprints:
    """Makes a key for each file of a site: a digest that changes if anything the file is made from changes.

    It holds for one state of the site's settings, pages and theme; when they change, a new object is made. A key of
    which there is one for each member or campaign is kept as 16 bytes, since there are millions of them; the few others
    are written as 32 hexadecimal digits.
    """

    def __init__(self, renderer: Renderer) -> None:
        site = renderer.site
        self._site = site
        self._shared = (site.addresses, site.settings.site.self_canonical_words)
        # A page's token holds its build id, and is signed: keys must tell signing keys apart as well.
        self._signed = renderer.member_token(None)

    def page(self, page: PlannedPage, *more: object) -> str:
        """Returns a key that changes if anything that a page is made from changes, apart from members and campaigns.

        ``more``: further values on which the page's files depend, such as how they are compressed.
        """
        return _digest(page.build_id, page.shared["signup"], self._signed, *self._shared, *more)

    def member_files(self, locale: str) -> str:
        """Returns a key that changes if anything in cards and QR codes of this language changes, apart from members."""
        return _digest(sitegen.version(), self._site.company, self._site.texts[locale].status, self._site.addresses)

    def landing(self, campaign: Campaign, of_host: bytes, of_page: str) -> bytes:
        """Returns the key of a campaign's landing page: 16 bytes that change if what it is made from changes.

        ``of_host``: the key of the member (or company) whose campaign it is. ``of_page``: the key of the page from
        which landing pages are made.
        """
        return _hash(campaign.code, campaign.channel.value, of_host, of_page).digest()[:16]

    def company(self, host: Host) -> bytes:
        """Returns the 16 bytes that replace a member's key for pages on the company's own site."""
        return _hash(host, self._site.addresses).digest()[:16]

    def sitemap(self, plans: Sequence[Sequence[PlannedPage]]) -> str:
        """Returns a key that changes if anything in the sitemap or robots.txt changes, apart from the roster."""
        listed = [(each.view.key, each.view.path, each.view.translations) for plan in plans for each in plan]
        return _digest(*self._shared, listed)


def of_member(
    row: Sequence[Any], sponsor: Sequence[Any] | None, photo: Photo | None = None, sponsors_photo: Photo | None = None
) -> bytes:
    """Returns 16 bytes that change if any value in the roster from which a member's site is made changes.

    The rows have the columns of ``roster.table.FIELDS``. Photos are compared by their addresses, which change when
    the bytes of the photos do.
    """
    above = None if sponsor is None else _of_sponsor(sponsor)
    shown = (photo and photo.src, sponsors_photo and sponsors_photo.src)
    return _hash(tuple(row), above, *shown).digest()[:16]


def _digest(*parts: object) -> str:
    return _hash(*parts).hexdigest()[:32]


def _hash(*parts: object) -> hashlib._Hash:
    return hashlib.sha256(repr(parts).encode())
