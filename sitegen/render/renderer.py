"""Renders the pages of a site for each member.

``render`` uses plain Jinja, and so defines the bytes of a page. ``stamp`` returns the same bytes many times faster: it
fills a member's values into a page on which all else is already rendered (see ``sitegen.stamping``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import sitegen
from sitegen.errors import Fault, ThemeError
from sitegen.model import Campaign
from sitegen.render import site_views, templates
from sitegen.render.build_ids import Editions
from sitegen.render.cards import person_json_ld
from sitegen.render.context import BuildView, CampaignView, MemberView, PageView, SignupView, SiteView, Translation
from sitegen.render.hosts import Host, Landing
from sitegen.site import consent
from sitegen.site.addresses import CAMPAIGN_FIELD, campaign_page, campaign_path
from sitegen.site.consent import wording
from sitegen.site.content import CAMPAIGN, Page
from sitegen.site.site import Site, Variant
from sitegen.stamping import Press, Program, Sheet
from sitegen.token import PageSeen, TokenSigner

ROOTS = {name: attrgetter(name) for name in ("member", "sponsor", "base", "home")}
"""Names of a template's context that depend on the member, each with a function that reads the value from a Host."""

LANDING_ROOTS = {name: attrgetter(f"host.{name}") for name in ROOTS} | {
    name: attrgetter(name) for name in ("campaign", "link_query", "page", "signup")
}
"""The same for a landing page: names that depend on member or campaign, with functions that read a Landing."""


@dataclass(frozen=True, eq=False)
class PlannedPage:
    """A page of the company's site or of all members' sites, with the part of its context that all members share."""

    page: Page
    view: PageView
    shared: Mapping[str, object]
    seen: PageSeen
    """The content of the page's token: page, language, build id and consent wording."""

    @property
    def build_id(self) -> str:
        """Returns the build id, which changes if anything the page is made from changes, apart from members."""
        return self.seen.build_id

    @property
    def template(self) -> str:
        """Returns the name of the template that renders the page."""
        return f"{self.view.template}.html"

    @property
    def file(self) -> str:
        """Returns the path of the page's file, relative to the folder of its site."""
        return f"{self.view.path}index.html"


class Renderer:
    """Renders any page of the company or of any member. When the site's files change, a new Renderer is made."""

    def __init__(self, site: Site, signer: TokenSigner) -> None:
        self.site = site
        self._signer = signer
        self.environment = templates.environment(site.theme, site.pages)
        self.environment.globals = {
            "asset": site.assets.address,
            "member_token": self.member_token,
            "consent_wording": _consent_wording,
            "person_json_ld": person_json_ld,
        }
        pure: list[Callable[..., Any]] = [site.assets.address, self.member_token, _consent_wording, person_json_ld]
        self.press = Press(self.environment, roots=ROOTS, pure=pure)
        self._landings = Press(self.environment, roots=LANDING_ROOTS, pure=pure)
        self._theme_view = site_views.theme_view(site)
        self.programs: dict[PlannedPage, Program] = {}
        self._editions = Editions(self.environment, site.assets)
        self._plans: dict[Variant, tuple[PlannedPage, ...]] = {}
        self._landing_pages: dict[Variant, PlannedPage | None] = {}

    def plan(self, variant: Variant) -> tuple[PlannedPage, ...]:
        """Returns the pages of a site of this variant, in all languages of the site.

        ``variant``: whether it is the company's or a member's site, and which language is at the site's root.
        """
        if variant not in self._plans:
            self._plans[variant] = tuple(self._planned(variant))
        return self._plans[variant]

    def landing_page(self, variant: Variant) -> PlannedPage | None:
        """Returns the page from which campaigns' landing pages are made, in the site's home language; None if none is.

        ``variant``: whether it is the company's or a member's site, and which language is at the site's root.
        """
        if variant not in self._landing_pages:
            self._landing_pages[variant] = self._planned_landing(variant)
        return self._landing_pages[variant]

    def landing(self, planned: PlannedPage, host: Host, campaign: Campaign) -> Landing:
        """Returns the context of a campaign's landing page on the site of its host.

        ``planned``: the page that ``landing_page`` returned.
        """
        path = campaign_path(campaign.code)
        address = host.home + path
        itself = Translation(self.site.settings.locales[planned.page.locale], path, address)
        view = replace(planned.view, path=path, canonical=address, translations=(itself,))
        token = self._signer.page_token(replace(planned.seen, page=campaign_page(campaign.code)))
        shared: SignupView = planned.shared["signup"]  # type: ignore[assignment]
        shown = CampaignView(campaign.code, campaign.channel.value)
        return Landing(host, shown, f"?{CAMPAIGN_FIELD}={campaign.code}", view, replace(shared, page_token=token))

    def render(self, planned: PlannedPage, whose: Host | Landing) -> bytes:
        """Returns the bytes of a page, rendered by plain Jinja.

        Raises ThemeError, with template, line and cause, if the template fails.
        """
        with self._told(planned):
            template = self.environment.get_template(planned.template)
            known = LANDING_ROOTS if isinstance(whose, Landing) else ROOTS
            roots = {name: root_of(whose) for name, root_of in known.items()}
            return template.render({**planned.shared, **roots}).encode()

    def sheet(self, whose: Host | Landing) -> Sheet:
        """Returns the sheet for stamping: the computed values of one member, which all the member's pages share.

        A landing page needs a sheet of its own, made from its Landing.
        """
        return (self._landings if isinstance(whose, Landing) else self.press).sheet(whose)

    def stamp(self, planned: PlannedPage, sheet: Sheet) -> bytes:
        """Returns the same bytes as ``render``, but faster. Raises what ``render`` raises."""
        program = self.programs.get(planned)
        if program is None:
            press = self._landings if planned.page.key == CAMPAIGN else self.press
            program = self.programs[planned] = press.program(planned.template, planned.shared)
        with self._told(planned):
            return program.stamp(sheet)

    def verify(self, planned: PlannedPage, whose: Host | Landing, stamped: bytes) -> None:
        """Renders a page by plain Jinja and compares it with the stamped page. Raises ThemeError if they differ."""
        if self.render(planned, whose) != stamped:
            host = whose.host if isinstance(whose, Landing) else whose
            who = host.member.slug if host.member else "the company"
            message = f"the stamped page of {who} differs from the plain one; this is a fault of Espalier's"
            raise ThemeError(Fault(message, where=planned.page.file, hint="build with --plain and report it"))

    @contextmanager
    def _told(self, planned: PlannedPage) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            fault = self.fault(error)
            if fault is None:  # not the template's doing but a bug, which keeps its traceback
                error.add_note(f"while rendering {planned.page.file}")
                raise
            raise ThemeError(self._named(fault, planned)) from error

    def fault(self, error: Exception) -> Fault | None:
        """Returns a Fault with the file and line of the template or page that raised the error.

        Returns None if no template was involved.
        """
        return templates.fault(error, self.site.pages)

    def fault_at(self, where: str, line: int, message: str, hint: str | None) -> Fault:
        """Returns a Fault for a line of a template; for the body of a page, at the line of the page's Markdown file."""
        return templates.at(where, line, message, hint, self.site.pages)

    def _named(self, fault: Fault, planned: PlannedPage) -> Fault:
        page = planned.page
        return fault if fault.where else replace(fault, where=page.file, line=page.line_of.get("template"))

    def member_token(self, member: MemberView | None) -> str:
        """Returns the signed token that credits a sign-up to the member, or to the company if ``member`` is None."""
        return self._signer.member_token(member.id if member else None)

    def _planned(self, variant: Variant) -> Iterator[PlannedPage]:
        for locale in self.site.locales(variant):
            common = self._common(variant, locale.code)
            for page in self.site.standing(variant, locale.code):
                yield self._planned_page(page, common["pages"][page.key], variant, common)

    def _planned_landing(self, variant: Variant) -> PlannedPage | None:
        page = self.site.page(CAMPAIGN, variant.home_locale)
        if page is None:
            return None
        view = replace(site_views.page_view(self.site, page, variant), translations=())  # each landing has its own
        return self._planned_page(page, view, variant, self._common(variant, variant.home_locale))

    def _common(self, variant: Variant, locale: str) -> dict[str, Any]:
        site = self.site
        return {
            "site": site_views.site_view(site, variant, locale),
            "pages": site_views.page_views(site, variant, locale),
            "theme": self._theme_view,
            "t": dict(site.theme.strings[locale]),
            "capture": site_views.capture_view(site, variant),
            "campaign": None,
            "link_query": "",
        }

    def _planned_page(self, page: Page, view: PageView, variant: Variant, common: Mapping[str, object]) -> PlannedPage:
        site = self.site
        shared = {**common, "page": view}
        action = f"{site.settings.capture_url}/signup"
        asks = site.settings.attribution.ask_introducer
        build_id = self._editions.build_id(view, {**shared, "action": action, "asks_introducer": asks})
        wording_seen = consent.template(site.texts[page.locale], has_member=variant.replica)
        seen = PageSeen(page.key, page.locale, build_id, consent.short_digest(wording_seen))
        shared["build"] = BuildView(build_id, sitegen.version())
        shared["signup"] = SignupView(action, self._signer.page_token(seen), asks)
        return PlannedPage(page, view, shared, seen)


def _consent_wording(site: SiteView, member: MemberView | None) -> str:
    return wording(site.texts, site.company, member.name if member else None)
