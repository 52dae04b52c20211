"""Tells which file is at a path of a site, in the same way for builds, for the preview and for production.

A build asks for all files of a site and writes them; a server asks for the file at one path. Paths are relative to the
root of their site, without a slash in front. This module does not know which member a site belongs to, because that
needs the roster (see ``sitegen.serving.snapshot``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sitegen.model import Campaign
from sitegen.render import photos, sitemap
from sitegen.render.member_files import QR_CODE, VCARD
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.site.addresses import ASSETS, campaign_in, campaign_path
from sitegen.site.assets import Asset
from sitegen.site.content import NOT_FOUND
from sitegen.site.site import Variant

NOT_FOUND_FILE = f"{NOT_FOUND}.html"
"""The path, on the company's site, of the copy of the page that is shown if there is none at an address."""

CampaignOf = Callable[[str], Campaign | None]
"""A function that returns the campaign with a code, or None if there is none."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page of a site; if ``campaign`` is not None, the landing page of this campaign, made from ``planned``.

    ``path`` is "" or ends in "/", but for ``NOT_FOUND_FILE``.
    """

    path: str
    planned: PlannedPage
    campaign: Campaign | None = None

    @property
    def file(self) -> str:
        """Returns the path of the file that a build writes for this page, within the folder of the site."""
        return self.path if self.is_copy else f"{self.path}index.html"

    @property
    def is_copy(self) -> bool:
        """Returns whether this is the copy of the page with the key "404", where static hosts look for it."""
        return self.path == NOT_FOUND_FILE


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file of a member's site that is not a page: the address-book card or the QR code."""

    path: str

    @property
    def file(self) -> str:
        """Returns the path of the file that a build writes, within the folder of the site."""
        return self.path


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A static file of the theme or the site."""

    asset: Asset

    @property
    def path(self) -> str:
        """Returns the path of the file below the root of a site; it is the same on every host."""
        return f"{ASSETS}/{self.asset.published}"


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """A picture made from a member's photo. The name only looks right: whether the photo exists is not checked."""

    name: str
    """The picture's path below the assets folder."""


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """``robots.txt``, the sitemap, or a part of the sitemap. Which parts exist is known only when they are made."""

    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The answer that the page asked for has moved for good to another address, ``location``."""

    location: str


SharedFile = AssetFile | RenditionFile
MemberFile = PageFile | CardFile
CompanyFile = PageFile | SharedFile | SitemapFile


class Resolver:
    """Tells which file is at a path of a site. When the site's files change, a new Resolver is made."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._site = renderer.site
        files = (AssetFile(asset) for asset in self._site.assets.files.values())
        self.assets: Mapping[str, AssetFile] = {each.path: each for each in files}
        self._contents: dict[Variant, Mapping[str, MemberFile]] = {}

    def contents(self, variant: Variant) -> Mapping[str, MemberFile]:
        """Returns the files that every site of this variant has, by path; landing pages of campaigns are not included.

        ``variant``: whether it is the company's or a member's site, and which language is at the site's root.
        """
        if variant not in self._contents:
            files: list[MemberFile] = [PageFile(each.view.path, each) for each in self.renderer.plan(variant)]
            if variant.replica:
                files += [CardFile(VCARD), CardFile(QR_CODE)]
            else:
                files += self._not_found(variant)
            self._contents[variant] = {each.path: each for each in files}
        return self._contents[variant]

    def _not_found(self, variant: Variant) -> Iterator[PageFile]:
        for each in self.renderer.plan(variant):
            if each.page.key == NOT_FOUND and each.page.locale == variant.home_locale:
                yield PageFile(NOT_FOUND_FILE, each)

    def landing(self, variant: Variant, campaign: Campaign) -> PageFile | None:
        """Returns a campaign's landing page; None if the site has no page from which to make it.

        ``variant``: whether it is the company's or a member's site, and which language is at the site's root.
        """
        planned = self.renderer.landing_page(variant)
        return None if planned is None else PageFile(campaign_path(campaign.code), planned, campaign)

    def on_every_host(self, path: str) -> SharedFile | None:
        """Returns the asset, or the picture made from a photo, at a path; None for any other path.

        These files are at the same path on every host: on the company's, and in the subdomain layout also on each
        member's.
        """
        if not path.startswith(f"{ASSETS}/"):
            return None
        name = path.removeprefix(f"{ASSETS}/")
        return self.assets.get(path) or (RenditionFile(name) if photos.RENDITION.match(name) else None)

    def on_company_site(self, path: str, campaign_of: CampaignOf) -> CompanyFile | Moved | None:
        """Returns the company's own file at a path; None if there is none, or if the path is on a member's site.

        Returns Moved for a page whose path lacks the slash at the end.
        """
        variant = self._site.company_variant
        here = self.on_every_host(path) or self._on_site(variant, path, None, campaign_of)
        if here is None and sitemap.NAMES.match(path):
            return SitemapFile(path)
        assert not isinstance(here, CardFile)  # they are members' alone
        return here

    def on_member_site(
        self, locale: str, member_id: str, path: str, campaign_of: CampaignOf
    ) -> MemberFile | Moved | None:
        """Returns the file at a path of a member's site; None if there is none. ``locale``: the member's language.

        Returns Moved for a page whose path lacks the slash at the end.
        """
        return self._on_site(self._site.member_variant(locale), path, member_id, campaign_of)

    def _on_site(
        self, variant: Variant, path: str, member_id: str | None, campaign_of: CampaignOf
    ) -> MemberFile | Moved | None:
        contents = self.contents(variant)
        if (here := contents.get(path)) is not None:
            return here
        if path and f"{path}/" in contents:
            return Moved(f"{path}/")
        code, is_whole = campaign_in(path)
        campaign = campaign_of(code) if code else None
        if campaign is None or campaign.member != member_id:
            return None
        here = self.landing(variant, campaign)
        return here if here is None or is_whole else Moved(here.path)
