"""From a site and a member to the bytes of that member's pages.

``render`` is plain Jinja and says what a page is. ``stamp`` gives the same bytes from a page that was specialised
on everything but the member (see ``sitegen.stamping``), many times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import attrgetter
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
from sitegen.stamping import Press, Program, Sheet
from sitegen.token import PageSeen, TokenSigner

ROOTS = {name: attrgetter(name) for name in ("member", "sponsor", "base", "home")}
"""The names of a template's context that depend on the member, and where a host has them."""


@dataclass(frozen=True, eq=False)
class PlannedPage:
    """A page of a variant with all of its context that is the same for every member."""

    page: Page
    view: PageView
    shared: Mapping[str, object]
    build_id: str

    @property
    def template(self) -> str:
        """The template that renders it."""
        return f"{self.view.template}.html"

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
        pure: list[Callable[..., Any]] = [site.assets.address, self.member_token, _consent_wording, person_json_ld]
        self.press = Press(self.environment, roots=ROOTS, pure=pure)
        self.programs: dict[PlannedPage, Program] = {}
        self._editions = Editions(self.environment, site.assets)
        self._plans: dict[Variant, tuple[PlannedPage, ...]] = {}

    def plan(self, variant: Variant) -> tuple[PlannedPage, ...]:
        """The pages of a site laid out like this, in every language it speaks."""
        if variant not in self._plans:
            self._plans[variant] = tuple(self._planned(variant))
        return self._plans[variant]

    def render(self, planned: PlannedPage, host: Host) -> bytes:
        """A page's bytes by plain Jinja. Raises ThemeError naming template, line and what was wrong."""
        with self._told(planned):
            template = self.environment.get_template(planned.template)
            roots = {name: of_host(host) for name, of_host in ROOTS.items()}
            return template.render(planned.shared, **roots).encode()

    def sheet(self, host: Host) -> Sheet:
        """What the pages of one member share while they are stamped."""
        return self.press.sheet(host)

    def stamp(self, planned: PlannedPage, sheet: Sheet) -> bytes:
        """The same bytes as ``render``, sooner. Raises what ``render`` raises."""
        program = self.programs.get(planned)
        if program is None:
            program = self.programs[planned] = self.press.program(planned.template, planned.shared)
        with self._told(planned):
            return program.stamp(sheet)

    def verify(self, planned: PlannedPage, host: Host, stamped: bytes) -> None:
        """Compares a stamped page with plain Jinja's. Raises ThemeError where they differ."""
        if self.render(planned, host) != stamped:
            who = host.member.slug if host.member else "the company"
            message = f"the stamped page of {who} differs from the plain one; this is a fault of Espalier's"
            raise ThemeError(Fault(message, where=planned.page.file, hint="build with --plain and report it"))

    @contextmanager
    def _told(self, planned: PlannedPage) -> Iterator[None]:
        try:
            yield
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
                asks = site.settings.attribution.ask_introducer
                build_id = self._editions.build_id(view, {**shared, "action": action, "asks_introducer": asks})
                shared["build"] = BuildView(build_id, __version__)
                shared["signup"] = SignupView(action, self._page_token(page, variant, build_id), asks)
                yield PlannedPage(page, view, shared, build_id)

    def _page_token(self, page: Page, variant: Variant, build_id: str) -> str:
        text = consent.template(self.site.texts[page.locale], has_member=variant.replica)
        return self._signer.page_token(PageSeen(page.key, page.locale, build_id, consent.short_digest(text)))


def _consent_wording(site: SiteView, member: MemberView | None) -> str:
    return wording(site.texts, site.company, member.name if member else None)
