"""Reads from a company's site folder what the capture service needs: company, roster, pages, wordings and campaigns.

Only this room imports ``sitegen`` (errors excepted), so the rest of the service does not depend on its internals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from capture.company import roster
from capture.company.roster import KnownSlug, ReadRoster
from sitegen import time_zones
from sitegen.campaigns import campaign_file
from sitegen.model import Campaign, Company, Member
from sitegen.site import consent
from sitegen.site import site as sites
from sitegen.site.content import CAMPAIGN
from sitegen.site.site import Site

LOOK = ("accent", "accent_dark", "paper", "paper_dark", "ink", "ink_dark", "scheme", "corners")
"""The theme settings that the service's own pages use, if the theme has them."""


@dataclass(frozen=True, slots=True)
class PageAddress:
    """The path of one page, in one language, below the root of a site whose own language is ``home_locale``.

    ``replica``: True for members' sites, False for the company's own, which may offer more languages. ``key``: the
    page's name, the same in every language.
    """

    replica: bool
    home_locale: str
    locale: str
    key: str
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class SiteWording:
    """The sentence beside the consent box in one language, with placeholders for the names. ``has_member``: True for
    members' sites, False for the company's own. ``digest``: the SHA-256 of ``text`` in hexadecimal."""

    digest: str
    locale: str
    has_member: bool
    text: str

    @property
    def id(self) -> str:
        """The beginning of the wording's digest, which the signed page tokens in forms contain."""
        return consent.short_digest(self.text)


@dataclass(frozen=True, slots=True)
class Policies:
    """The company's rules for crediting sign-ups to members, and for how long data are kept: ``[attribution]`` and
    ``[retention]`` in ``site.toml``. Numbers are days."""

    touch_policy: str
    window_days: int
    correction_days: int
    unconfirmed_days: int
    withdrawn_days: int
    mails_days: int


class Directory:
    """A company's site folder, from which the capture service reads company, roster, pages, wordings and campaigns."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def company(self) -> Company:
        """The company that publishes the sites."""
        return self._site.company

    @property
    def url(self) -> str:
        """The root of the company's own site as an absolute address, ending in "/"."""
        return self._site.addresses.home

    @property
    def service_url(self) -> str:
        """The root of the capture service as an absolute address, ending in "/"."""
        return f"{self._site.settings.capture_url.rstrip('/')}/"

    @property
    def layout(self) -> str:
        """The layout of member addresses: "path" or "subdomain"."""
        return self._site.addresses.layout

    @property
    def default_locale(self) -> str:
        """The language of the company's own pages."""
        return self._site.settings.default_locale

    @property
    def policies(self) -> Policies:
        """The company's rules for crediting sign-ups to members, and for how long data are kept."""
        attribution, retention = self._site.settings.attribution, self._site.settings.retention
        return Policies(attribution.policy, attribution.window_days, attribution.correction_days, **dict(retention))

    @property
    def look(self) -> dict[str, str]:
        """The theme's colours (accent, accent_dark, paper, …), ``scheme`` and ``corners`` by name, as far as the theme
        has these settings."""
        chosen = self._site.theme.settings
        return {name: value for name in LOOK if isinstance(value := chosen.get(name), str)}

    def member_home(self, member: Member) -> str:
        """Returns the root of a member's site as an absolute address, ending in "/"."""
        return self._site.addresses.member_home(member.slug)

    @property
    def has_landing_pages(self) -> bool:
        """True if the site has, in every language, the page that campaigns' landing pages are made from."""
        return all(self._site.page(CAMPAIGN, locale) for locale in self._site.pages)

    def campaign_home(self, member: Member | None, code: str) -> str:
        """Returns the absolute address of a campaign's landing page, on a member's site or (None) the company's own."""
        return self._site.addresses.campaign_home(member.slug if member else None, code)

    def read_campaigns(self) -> Iterator[Campaign]:
        """Yields the campaigns of ``campaigns.csv`` in the file's order, without checking that their members exist.

        Raises RosterError at the end with every fault of the file.
        """
        return campaign_file.read(self._campaigns_path)

    def write_campaigns(self, found: Iterable[Campaign]) -> bool:
        """Writes campaigns to ``campaigns.csv`` in one step, ordered by code, in place of those that were in it.

        Returns False if the file had these campaigns already. Raises RosterError for a campaign that could not be read
        back, and OutputError if the file cannot be written.
        """
        return campaign_file.write(self._campaigns_path, found)

    @property
    def _campaigns_path(self) -> Path:
        return self._site.campaigns_path

    def roster(self, known: Iterable[KnownSlug] = (), *, strict: bool = False) -> AbstractContextManager[ReadRoster]:
        """Reads the roster, for a ``with`` block. ``known``: slugs from before the site had an address book.

        Raises RosterError for a roster that cannot be used and, if ``strict``, for every fault of a single row.
        """
        return roster.opened(self._site, known, strict=strict)

    def wordings(self) -> Iterator[SiteWording]:
        """Yields the current consent wordings in every language, for members' pages and the company's."""
        for locale in self._site.settings.locales:
            for has_member in (True, False):
                text = consent.template(self._site.texts[locale], has_member=has_member)
                yield SiteWording(consent.digest(text), locale, has_member, text)

    def pages(self) -> Iterator[PageAddress]:
        """Yields the pages of the company's site and of members' sites in every language. Members' pages come once for
        each language that a member's site can have as its own."""
        site = self._site
        for variant in (site.company_variant, *map(site.member_variant, site.settings.locales)):
            for locale in site.locales(variant):
                for page in site.standing(variant, locale.code):
                    path = site.path(page, variant.home_locale)
                    title = page.front.title
                    yield PageAddress(variant.replica, variant.home_locale, locale.code, page.key, path, title)


def load_directory(folder: Path, *, url: str | None = None, capture_url: str | None = None) -> Directory:
    """Reads a site folder. ``url`` and ``capture_url`` override those of ``site.toml``.

    Raises EspalierError with every fault of settings, pages or theme. The roster is read later, by ``roster``.
    """
    return Directory(sites.load(folder, url=url, capture_url=capture_url))


def member_timezone(member: Member) -> str | None:
    """Returns the time zone by which a member counts days, by its name in the tz database; None if the roster does not
    tell one.

    It is the one that the roster gives, or else the only one of the member's market or, without a market, of the
    country of the telephone number. Where a country has several, a number of a place within it may tell.
    """
    if member.timezone is not None:
        return member.timezone
    zones = time_zones.of_country(member.market) if member.market else ()
    if len(zones) != 1 and member.phone:
        zones = time_zones.of_phone(member.phone, member.market)
    return zones[0] if len(zones) == 1 else None
