"""A company's site as it was read from its folder: settings, pages, theme, assets, and where each page stands.

Nothing here depends on a member, and nothing needs a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from sitegen.build.options import CAMPAIGNS_FILE
from sitegen.errors import ContentError, EspalierError, Fault
from sitegen.model import Company, Locale, LocaleTexts
from sitegen.render.context import CaptureView, Pages, PageView, Picture, SiteView, ThemeView, Translation
from sitegen.site import assets, config, content, theme
from sitegen.site.addresses import Addresses, page_path
from sitegen.site.assets import PICTURES, Assets
from sitegen.site.config import Settings
from sitegen.site.content import CAMPAIGN, CODE, Page
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

    @cached_property
    def theme_view(self) -> ThemeView:
        """The theme as templates see it."""
        return ThemeView(self.theme.name, self.theme.settings)

    @cached_property
    def capture_view(self) -> CaptureView:
        """The capture service as templates see it."""
        service = self.settings.capture_url
        return CaptureView(f"{service}/go", f"{service}/visit.gif" if self.settings.visits.pixel else None)

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

    def site_view(self, variant: Variant, locale: str) -> SiteView:
        """The site as templates see it from a page in ``locale``."""
        return SiteView(
            company=self.company,
            url=self.addresses.url,
            base=self.addresses.company_base(from_member=variant.replica),
            layout=self.addresses.layout,
            locale=self.settings.locales[locale],
            locales=self.locales(variant),
            texts=self.texts[locale],
        )

    def page_views(self, variant: Variant, locale: str) -> Pages:
        """All pages of one language as templates see them."""
        return Pages(tuple(self.page_view(page, variant) for page in self.standing(variant, locale)))

    def page_view(self, page: Page, variant: Variant) -> PageView:
        """One page as templates see it."""
        front = page.front
        return PageView(
            key=page.key,
            path=self.path(page, variant.home_locale),
            title=front.title,
            description=page.description,
            template=front.template,
            nav=front.nav,
            kicker=front.kicker,
            summary=front.summary,
            picture=self._picture(page),
            price=page.price(),
            facts=tuple(front.facts.items()),
            body=page.source_name,
            canonical=self._canonical(page),
            translations=tuple(self._translations(page, variant)),
        )

    def _canonical(self, page: Page) -> str:
        return self.addresses.home + self.path(page, self.settings.default_locale)

    def _translations(self, page: Page, variant: Variant) -> list[Translation]:
        found = [(locale, self.page(page.key, locale.code)) for locale in self.locales(variant)]
        return [
            Translation(locale, self.path(other, variant.home_locale), self._canonical(other))
            for locale, other in found
            if other is not None
        ]

    def _picture(self, page: Page) -> Picture | None:
        name = page.front.picture
        if name is None:
            return None
        width, height = assets.picture_size(self.folder / PICTURES / name)
        return Picture(self.assets.address(f"{PICTURES}/{name}"), page.front.picture_alt, width, height)

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
        view = ThemeView(found.name, found.settings)
        files = assets.load(found, folder, addresses.asset, view)
    except EspalierError as error:
        faults += error.faults
    if faults or found is None:
        raise EspalierError(*faults)
    return Site(settings, addresses, pages, found, files)
