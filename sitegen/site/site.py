"""Reads a company's site from its folder: settings, pages, theme, assets, and the address of each page.

Nothing here depends on a member, and nothing needs a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sitegen.errors import ContentError, EspalierError, Fault
from sitegen.model import Company, Locale, LocaleTexts
from sitegen.site import assets, config, content, page_places, theme
from sitegen.site.addresses import ASSETS, CAMPAIGNS, Addresses, page_path
from sitegen.site.assets import Assets
from sitegen.site.config import Settings
from sitegen.site.content import CAMPAIGN, CODE, Page
from sitegen.site.location import ADDRESSES_FILE, CAMPAIGNS_FILE, SITE_FILE
from sitegen.site.options import SiteOptions
from sitegen.site.page_places import capture_folder
from sitegen.site.theme import Theme


@dataclass(frozen=True, slots=True)
class Variant:
    """One kind of site: which language is at its root, and whether it is a member's site or the company's own."""

    home_locale: str
    replica: bool


@dataclass(frozen=True)
class Site:
    """A company's site as read from its folder: everything that is the same for all members."""

    settings: Settings
    addresses: Addresses
    pages: Mapping[str, tuple[Page, ...]]
    """The pages by language, in their order."""
    theme: Theme
    assets: Assets

    @property
    def folder(self) -> Path:
        """The site folder, which has ``site.toml`` in it."""
        return self.settings.folder

    @property
    def company(self) -> Company:
        """The company whose site this is."""
        return self.settings.company

    @property
    def texts(self) -> Mapping[str, LocaleTexts]:
        """The company's consent wordings, name for members and notices, by language."""
        return self.settings.texts

    @property
    def campaigns_path(self) -> Path:
        """The path of the file of campaigns, which need not exist."""
        return self.folder / CAMPAIGNS_FILE

    @property
    def addresses_path(self) -> Path:
        """The path of the address book, the file that remembers every member's address; it need not exist."""
        return self.folder / ADDRESSES_FILE

    @property
    def company_variant(self) -> Variant:
        """The kind of the company's own site: the company's language at its root."""
        return Variant(self.settings.default_locale, replica=False)

    def member_variant(self, locale: str) -> Variant:
        """Returns the kind of a member's site with this language at its root."""
        return Variant(locale, replica=True)

    def locales(self, variant: Variant) -> tuple[Locale, ...]:
        """Returns the languages of a site of this kind, the one at its root first."""
        only_own = variant.replica and self.settings.site.member_locales == "own"
        others = () if only_own else tuple(c for c in self.settings.locales if c != variant.home_locale)
        return tuple(self.settings.locales[code] for code in (variant.home_locale, *others))

    def path(self, page: Page, home_locale: str) -> str:
        """Returns a page's path, relative to the root of a site whose own language is ``home_locale``."""
        return page_path(page.path, page.locale, home_locale)

    def page(self, key: str, locale: str) -> Page | None:
        """Returns the page with this key and language, or None if there is none."""
        return next((page for page in self.pages[locale] if page.key == key), None)

    def standing(self, variant: Variant, locale: str) -> tuple[Page, ...]:
        """Returns the pages of one language that have an address on a site of this kind.

        Left out are the page that landing pages of campaigns are made from and, on members' sites, the page for typing
        a campaign's code.
        """
        without = {CAMPAIGN, CODE} if variant.replica else {CAMPAIGN}
        return tuple(page for page in self.pages[locale] if page.key not in without)

    def reserved_slugs(self) -> frozenset[str]:
        """Returns the slugs that no member may have: their sites would hide something of the company's own."""
        return frozenset(self.top_owners())

    def top_owners(self) -> dict[str, tuple[Path, str]]:
        """Returns who owns each first part of a path that is the company's: the file that says so, and in words what
        has the path. No member's site may be there."""
        config = self.folder / SITE_FILE
        owned = {ASSETS: (config, "the folder of pictures and style sheets"), CAMPAIGNS: (config, "campaigns")}
        for each in self.settings.site.reserved_slugs:
            owned[each.lower()] = (config, "a word of reserved_slugs")
        if top := capture_folder(self.settings.capture_url, self.addresses.url):
            owned[top] = (config, "the capture service")
        for code in self.settings.locales:
            owned[code] = (config, f"the company's pages in {code}")
        for pages in self.pages.values():
            for page in pages:
                if page.key != CAMPAIGN:
                    owned[self.path(page, self.settings.default_locale).split("/")[0]] = (page.file, "this page")
        owned.pop("", None)
        return owned

    @property
    def roster_rules(self) -> str:
        """The settings by which the roster is checked, as one text to compare with those of an earlier check."""
        settings = self.settings
        rules = (sorted(settings.locales), settings.default_locale, sorted(self.reserved_slugs()))
        return repr((*rules, settings.roster_mapping))


def load_by(options: SiteOptions) -> Site:
    """Reads the site that a command's options name. Raises EspalierError with the faults of config, pages and theme."""
    return load(options.folder, url=options.url, capture_url=options.capture_url, theme_name=options.theme)


def load(
    folder: Path, *, url: str | None = None, capture_url: str | None = None, theme_name: str | None = None
) -> Site:
    """Reads a site folder. ``url``, ``capture_url`` and ``theme_name``, if given, replace those in ``site.toml``.

    Raises EspalierError with the faults of config, pages and theme together.
    """
    settings = config.load(folder, url=url, capture_url=capture_url)
    addresses = Addresses(settings.site.url, settings.site.layout)
    faults: list[Fault] = []
    pages: dict[str, tuple[Page, ...]] = {}
    found: Theme | None = None
    theme_ids: frozenset[str] = frozenset()
    try:
        chosen = settings.site.theme
        found = theme.load(theme_name or chosen.name, folder, chosen.settings, settings.site.locales)
        theme_ids = found.ids()
        files = assets.load(found, folder, addresses.asset)
    except EspalierError as error:
        faults += error.faults
    try:
        pages = content.load(folder, settings.site.locales, theme_ids)
        faults = [*page_places.taken(pages, capture_folder(settings.capture_url, addresses.url)), *faults]
    except ContentError as error:
        faults = [*error.faults, *faults]
    if faults or found is None:
        raise EspalierError(*faults)
    return Site(settings, addresses, pages, found, files)
