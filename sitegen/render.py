"""From a site and a member to the bytes of that member's pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sitegen import __version__, consent, templates
from sitegen.cards import person_json_ld
from sitegen.consent import wording
from sitegen.content import Page
from sitegen.context import BuildView, MemberView, PageView, SignupView, SiteView
from sitegen.editions import Editions
from sitegen.errors import Fault, ThemeError
from sitegen.hosts import Host
from sitegen.site import Site, Variant
from sitegen.token import PageSeen, TokenSigner


@dataclass(frozen=True)
class PlannedPage:
    """A page of a variant with all of its context that is the same for every member."""

    page: Page
    view: PageView
    shared: Mapping[str, object]
    build_id: str

    @property
    def file(self) -> str:
        """Where it is written, relative to the folder of the site it belongs to."""
        return f"{self.view.path}index.html"


class Renderer:
    """Renders any page of any member. One for each state of the site's files."""

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
        self._editions = Editions(self.environment, site.assets)
        self._plans: dict[Variant, tuple[PlannedPage, ...]] = {}

    def plan(self, variant: Variant) -> tuple[PlannedPage, ...]:
        """The pages of a site laid out like this, in every language it speaks."""
        if variant not in self._plans:
            self._plans[variant] = tuple(self._planned(variant))
        return self._plans[variant]

    def render(self, planned: PlannedPage, host: Host) -> bytes:
        """A page's bytes. Raises ThemeError naming template, line and what was wrong."""
        try:
            template = self.environment.get_template(f"{planned.view.template}.html")
            return template.render(
                planned.shared, member=host.member, sponsor=host.sponsor, base=host.base, home=host.home
            ).encode()
        except Exception as error:
            fault = self.fault(error)
            if fault is None:  # not the template's doing: ours, with its traceback
                raise
            raise ThemeError(self._named(fault, planned)) from error

    def fault(self, error: Exception) -> Fault | None:
        """Where in a template or page an exception arose; None when no template had a part in it."""
        return templates.fault(error, self.site.pages)

    def fault_at(self, where: str, line: int, message: str, hint: str | None) -> Fault:
        """A fault at a line of a template, told at the line of the Markdown file where it is a page's body."""
        return templates.at(where, line, message, hint, self.site.pages)

    def _named(self, fault: Fault, planned: PlannedPage) -> Fault:
        page = planned.page
        return fault if fault.where else replace(fault, where=page.file, line=page.line_of.get("template"))

    def member_token(self, member: MemberView | None) -> str:
        """The signed value that credits a sign-up to the member; None: to the company."""
        return self._signer.member_token(member.id if member else None)

    def _planned(self, variant: Variant) -> Iterator[PlannedPage]:
        site = self.site
        for locale in site.locales(variant):
            pages = site.page_views(variant, locale.code)
            common: dict[str, Any] = {
                "site": site.site_view(variant, locale.code),
                "pages": pages,
                "theme": site.theme_view,
                "t": dict(site.theme.strings[locale.code]),
            }
            for page in site.pages[locale.code]:
                view = pages[page.key]
                shared = {**common, "page": view}
                action = f"{site.settings.capture_url}/signup"
                build_id = self._editions.build_id(view, {**shared, "action": action})
                shared["build"] = BuildView(build_id, __version__)
                shared["signup"] = SignupView(action, self._page_token(page, variant, build_id))
                yield PlannedPage(page, view, shared, build_id)

    def _page_token(self, page: Page, variant: Variant, build_id: str) -> str:
        text = consent.template(self.site.texts[page.locale], has_member=variant.replica)
        return self._signer.page_token(PageSeen(page.key, page.locale, build_id, consent.short_digest(text)))


def _consent_wording(site: SiteView, member: MemberView | None) -> str:
    return wording(site.texts, site.company, member.name if member else None)
