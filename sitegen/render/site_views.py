"""Makes the values that templates see of the company's site and of its pages (the types are in context.py)."""

from __future__ import annotations

from urllib.parse import urlsplit

from sitegen.render.context import CaptureView, Pages, PageView, Picture, Price, SiteView, ThemeView, Translation
from sitegen.site import pictures
from sitegen.site.assets import PICTURES
from sitegen.site.content import Page
from sitegen.site.prices import amount_and_currency, price_text
from sitegen.site.site import Site, Variant


def theme_view(site: Site) -> ThemeView:
    """Returns what templates see of the theme: its name, and the site's values for the theme's settings."""
    return ThemeView(site.theme.name, site.theme.settings)


def capture_view(site: Site, variant: Variant) -> CaptureView:
    """Returns the addresses at which the capture service accepts typed campaign codes and counts visits.

    ``variant``: whether the page is on the company's or a member's site.
    """
    service = site.settings.capture_url
    own_host = variant.replica and site.addresses.layout == "subdomain"
    return CaptureView(
        f"{service}/go",
        f"{service}/visit.gif" if site.settings.visits.pixel else None,
        same_origin=not own_host and _origin(service) == _origin(site.addresses.url),
    )


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def site_view(site: Site, variant: Variant, locale: str) -> SiteView:
    """Returns what templates see of the site on a page in the language ``locale``.

    ``variant``: whether the page is on the company's or a member's site, and which language is at the site's root.
    """
    return SiteView(
        company=site.company,
        url=site.addresses.url,
        base=site.addresses.company_base(from_member=variant.replica),
        layout=site.addresses.layout,
        locale=site.settings.locales[locale],
        locales=site.locales(variant),
        texts=site.texts[locale],
    )


def page_views(site: Site, variant: Variant, locale: str) -> Pages:
    """Returns what templates see of all pages of one language that have a fixed address on a site.

    ``variant``: whether it is the company's or a member's site, and which language is at the site's root.
    """
    return Pages(tuple(page_view(site, page, variant) for page in site.standing(variant, locale)))


def page_view(site: Site, page: Page, variant: Variant) -> PageView:
    """Returns what templates see of one page: the content of its front matter, and its address on a site.

    ``variant``: whether it is the company's or a member's site, and which language is at the site's root.
    """
    front = page.front
    return PageView(
        key=page.key,
        path=site.path(page, variant.home_locale),
        title=front.title,
        description=page.description,
        template=front.template,
        nav=front.nav,
        kicker=front.kicker,
        summary=front.summary,
        picture=_picture(site, page),
        price=_price(page),
        facts=tuple(front.facts.items()),
        body=page.source_name,
        canonical=_canonical(site, page),
        translations=tuple(_translations(site, page, variant)),
    )


def _canonical(site: Site, page: Page) -> str:
    return site.addresses.home + site.path(page, site.settings.default_locale)


def _translations(site: Site, page: Page, variant: Variant) -> list[Translation]:
    found = [(locale, site.page(page.key, locale.code)) for locale in site.locales(variant)]
    return [
        Translation(locale, site.path(other, variant.home_locale), _canonical(site, other))
        for locale, other in found
        if other is not None
    ]


def _picture(site: Site, page: Page) -> Picture | None:
    name = page.front.picture
    if name is None:
        return None
    width, height = pictures.size(site.folder / PICTURES / name)
    return Picture(site.assets.address(f"{PICTURES}/{name}"), page.front.picture_alt, width, height)


def _price(page: Page) -> Price | None:
    if page.front.price is None:
        return None
    amount, currency = amount_and_currency(page.front.price)
    return Price(amount, currency, price_text(amount, currency, page.locale))
