"""A company's site as it was read from its folder: settings, pages, theme, assets, and where each page stands.

Nothing here depends on a member, and nothing needs a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sitegen.errors import ContentError, EspalierError, Fault
from sitegen.model import Company, Locale, LocaleTexts
from sitegen.site import assets, config, content, theme
from sitegen.site.addresses import Addresses, page_path
from sitegen.site.assets import Assets
from sitegen.site.config import Settings
from sitegen.site.content import CAMPAIGN, CODE, Page
from sitegen.site.location import CAMPAIGNS_FILE
from sitegen.site.options import SiteOptions
from sitegen.site.theme import Theme


@dataclass(frozen=True, slots=True)
class Variant:
    """One way a site is laid out: which language stands at its root, and whether it is a member's site."""

    home_locale: str
    replica: bool


@dataclass(frozen=True)
class Site:
    """Everything that is the same for all members."""

    settings: Settings
    addresses: Addresses
    pages: Mapping[str, tuple[Page, ...]]
    """By language, in their order."""
    theme: Theme
    assets: Assets

    @property
    def folder(self) -> Path:
        """The folder that holds ``site.toml``."""
        return self.settings.folder

    @property
    def company(self) -> Company:
        """Who stands behind the site."""
        return self.settings.company

    @property
    def texts(self) -> Mapping[str, LocaleTexts]:
        """Consent wordings, status and notices by language."""
        return self.settings.texts

    @property
    def campaigns_path(self) -> Path:
        """The file of the campaigns, which need not be there."""
        return self.folder / CAMPAIGNS_FILE

    @property
    def company_variant(self) -> Variant:
        """How the company's own site is laid out."""
        return Variant(self.settings.default_locale, replica=False)

    def member_variant(self, locale: str) -> Variant:
        """How the site of a member with this language is laid out."""
        return Variant(locale, replica=True)

    def locales(self, variant: Variant) -> tuple[Locale, ...]:
        """The languages of a site, its own first."""
        only_own = variant.replica and self.settings.site.member_locales == "own"
        others = () if only_own else tuple(c for c in self.settings.locales if c != variant.home_locale)
        return tuple(self.settings.locales[code] for code in (variant.home_locale, *others))

    def path(self, page: Page, home_locale: str) -> str:
        """A page's address below the root of a site whose own language is ``home_locale``."""
        return page_path(page.path, page.locale, home_locale)

    def page(self, key: str, locale: str) -> Page | None:
        """A page by its key and language."""
        return next((page for page in self.pages[locale] if page.key == key), None)

    def standing(self, variant: Variant, locale: str) -> tuple[Page, ...]:
        """The pages of one language that have an address on such a site: of a campaign's there is one for each
        campaign, and codes are typed on the company's own site."""
        without = {CAMPAIGN, CODE} if variant.replica else {CAMPAIGN}
        return tuple(page for page in self.pages[locale] if page.key not in without)

    def reserved_slugs(self) -> frozenset[str]:
        """Slugs that would hide something of the company's own at the root."""
        tops = {
            self.path(page, self.settings.default_locale).split("/")[0]
            for pages in self.pages.values()
            for page in pages
            if page.key != CAMPAIGN
        }
        capture, own = urlsplit(self.settings.capture_url), urlsplit(self.addresses.url)
        if capture.netloc == own.netloc:
            tops.add(capture.path.removeprefix(own.path).strip("/").split("/")[0])
        return frozenset({*tops, *self.settings.locales, *self.settings.site.reserved_slugs} - {""})

    @property
    def roster_rules(self) -> str:
        """What of the settings decides how the roster is read; members read by other rules would not fit the site."""
        return repr((sorted(self.settings.locales), self.settings.default_locale, sorted(self.reserved_slugs())))


def load_by(options: SiteOptions) -> Site:
    """Reads the site that the options name. Raises EspalierError as ``load`` does."""
    return load(options.folder, url=options.url, capture_url=options.capture_url, theme_name=options.theme)


def load(
    folder: Path, *, url: str | None = None, capture_url: str | None = None, theme_name: str | None = None
) -> Site:
    """Reads a site folder. ``url``, ``capture_url`` and ``theme_name`` take the place of those in ``site.toml``.

    Raises EspalierError with the faults of config, pages and theme together.
    """
    settings = config.load(folder, url=url, capture_url=capture_url)
    addresses = Addresses(settings.site.url, settings.site.layout)
    faults: list[Fault] = []
    pages: dict[str, tuple[Page, ...]] = {}
    found: Theme | None = None
    try:
        pages = content.load(folder, settings.site.locales)
    except ContentError as error:
        faults += error.faults
    try:
        chosen = settings.site.theme
        found = theme.load(theme_name or chosen.name, folder, chosen.settings, settings.site.locales)
        files = assets.load(found, folder, addresses.asset)
    except EspalierError as error:
        faults += error.faults
    if faults or found is None:
        raise EspalierError(*faults)
    return Site(settings, addresses, pages, found, files)
