"""What stands at an address: one answer for building, for the preview and for production.

A build asks what stands on a site and writes it; a server asks what stands at a path. Paths are relative to the root of
their site, without a slash in front. Whose site a path belongs to is not asked here: that takes a roster
(see ``sitegen.serving.snapshot``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sitegen.model import Campaign
from sitegen.render import photos, sitemap
from sitegen.render.member_files import QR_CODE, VCARD
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.site.addresses import ASSETS, campaign_in, campaign_path
from sitegen.site.assets import Asset
from sitegen.site.site import Variant

CampaignOf = Callable[[str], Campaign | None]
"""Gives the campaign with a code."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page; with ``campaign`` its landing page, made from the planned one."""

    path: str
    planned: PlannedPage
    campaign: Campaign | None = None

    @property
    def file(self) -> str:
        """Where a build writes it."""
        return f"{self.path}index.html"


@dataclass(frozen=True, slots=True)
class CardFile:
    """One of the two files of a member's site that are no pages."""

    path: str

    @property
    def file(self) -> str:
        """Where a build writes it."""
        return self.path


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A static file of the theme or the site."""

    asset: Asset

    @property
    def path(self) -> str:
        """The same on every host."""
        return f"{ASSETS}/{self.asset.published}"


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """A picture made from a member's photo; whether there is such a photo is not known here."""

    name: str
    """Below the assets folder."""


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """``robots.txt``, the sitemap, or a part of it; which parts there are is only known when they are made."""

    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """It stands at another address, from now on."""

    location: str


SharedFile = AssetFile | RenditionFile
MemberFile = PageFile | CardFile
CompanyFile = PageFile | SharedFile | SitemapFile


class Resolver:
    """Knows every address of a site's files. One for each state of them."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._site = renderer.site
        files = (AssetFile(asset) for asset in self._site.assets.files.values())
        self.assets: Mapping[str, AssetFile] = {each.path: each for each in files}
        self._contents: dict[Variant, Mapping[str, MemberFile]] = {}

    def contents(self, variant: Variant) -> Mapping[str, MemberFile]:
        """What stands on every site laid out like this, by path; landing pages of campaigns come on top."""
        if variant not in self._contents:
            files: list[MemberFile] = [PageFile(each.view.path, each) for each in self.renderer.plan(variant)]
            if variant.replica:
                files += [CardFile(VCARD), CardFile(QR_CODE)]
            self._contents[variant] = {each.path: each for each in files}
        return self._contents[variant]

    def landing(self, variant: Variant, campaign: Campaign) -> PageFile | None:
        """A campaign's landing page on a site laid out like this; None: the site has no page to make it from."""
        planned = self.renderer.landing_page(variant)
        return None if planned is None else PageFile(campaign_path(campaign.code), planned, campaign)

    def on_every_host(self, path: str) -> SharedFile | None:
        """What stands at a path of the company's site, and in the subdomain layout of every member's."""
        if not path.startswith(f"{ASSETS}/"):
            return None
        name = path.removeprefix(f"{ASSETS}/")
        return self.assets.get(path) or (RenditionFile(name) if photos.RENDITION.match(name) else None)

    def on_company_site(self, path: str, campaign_of: CampaignOf) -> CompanyFile | Moved | None:
        """What of the company's stands at a path; None: nothing, or a member's site begins here."""
        variant = self._site.company_variant
        here = self.on_every_host(path) or self._on_site(variant, path, None, campaign_of)
        if here is None and sitemap.NAMES.match(path):
            return SitemapFile(path)
        assert not isinstance(here, CardFile)  # they are members' alone
        return here

    def on_member_site(
        self, locale: str, member_id: str, path: str, campaign_of: CampaignOf
    ) -> MemberFile | Moved | None:
        """What stands at a path of the site of a member with this language."""
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
