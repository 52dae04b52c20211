"""Finds the faults that only show when a page is made: unknown names in templates, links that lead nowhere.

For this, every page of the company's site is rendered, and every page of a few members who differ as much as possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

import jinja2
from jinja2 import nodes

from sitegen.check import links, page_faults, places
from sitegen.check.links import LinkedPage
from sitegen.errors import EspalierError, Fault, did_you_mean
from sitegen.model import Campaign, Channel, Member
from sitegen.render import hosts, learning, site_views
from sitegen.render.hosts import Host, Landing
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.render.templates import SiteLoader
from sitegen.site.addresses import ASSETS
from sitegen.site.site import Site, Variant


class Sampled(Protocol):
    """Any roster whose members can be sampled for a check."""

    def active_with_sponsors(self) -> Iterator[tuple[Member, Member | None]]:
        """Yields the active members, each with the nearest active member above in the sponsors' tree, or None."""


class Pages:
    """The pages of a site that are rendered to find faults: those of the company when this is made, since they need no
    roster, and those of sample members by ``check``.

    ``learns``: whether the renderer is to learn from members' pages how to stamp them, which takes as long again.
    """

    def __init__(self, site: Site, renderer: Renderer, *, learns: bool = False) -> None:
        self._site = site
        self._renderer = renderer
        self._learns = learns
        self._rendered: dict[str, LinkedPage] = {}
        self._page_of: dict[str, tuple[str, PlannedPage]] = {}
        self._files = _files(site)
        self._foreign = {f"{site.settings.capture_url}/signup"}
        self._faults: list[Fault] = []
        self._error: EspalierError | None = None
        try:
            self._faults += _templates(site, renderer)
            self._can_render = not self._faults
            if self._can_render:
                self._add_company()
        except EspalierError as error:
            self._error = error  # raised by ``check``

    def check(self, members: Sampled, unusual: Iterable[Member] = ()) -> None:
        """Renders the pages of sample members too, and checks all. ``unusual``: active members to be among them, such
        as one without an e-mail address.

        Raises EspalierError with every fault found.
        """
        if self._error is not None:
            raise self._error
        if self._can_render:
            for number, (member, sponsor) in enumerate(_with(unusual, samples(members))):
                self._add_member(member, sponsor, list(Channel)[number % len(Channel)])
            if not self._faults:
                home = self._site.addresses.home
                self._faults += page_faults.of(self._rendered, self._page_of, self._files, home, self._foreign)
        if self._faults:
            raise EspalierError(*_distinct(self._faults))

    def _add_company(self) -> None:
        site = self._site
        capture = site_views.capture_view(site, site.company_variant)
        self._foreign |= {capture.codes, capture.pixel or ""}
        self._add(hosts.of_company(site), site.company_variant, Channel)

    def _add_member(self, member: Member, sponsor: Member | None, channel: Channel) -> None:
        # Checking need not scale pictures; the roster has seen that the files are there.
        host = hosts.of_member(self._site, member, sponsor, learning.stand_in)
        self._files |= {host.home + "contact.vcf", host.home + "qr.svg"}
        self._foreign |= {host.sponsor.url} if host.sponsor else set()
        self._add(host, self._site.member_variant(member.locale), [channel])

    def _add(self, host: Host, variant: Variant, channels: Iterable[Channel]) -> None:
        for address, planned, whose in _shown(self._renderer, host, variant, channels):
            try:
                html = self._html(planned, whose)
            except EspalierError as error:
                self._faults += map(_located, error.faults)
                continue
            self._rendered[address] = links.read(html)
            self._page_of[address] = (host.base, planned)

    def _html(self, planned: PlannedPage, whose: Host | Landing) -> bytes:
        if self._learns and isinstance(whose, Host) and whose.member:
            return self._renderer.stamp(planned, self._renderer.sheet(whose))
        return self._renderer.render(planned, whose)


def check(
    site: Site, renderer: Renderer, members: Sampled, unusual: Iterable[Member] = (), *, learns: bool = False
) -> None:
    """Renders every page for the company and for a few sample members, and checks the links on all of them.

    The parameters, and what is raised, are those of ``Pages``.
    """
    Pages(site, renderer, learns=learns).check(members, unusual)


def _templates(site: Site, renderer: Renderer) -> Iterator[Fault]:
    """Yields faults of templates: wrong syntax, and names of templates and assets that do not exist."""
    environment = renderer.environment
    loader = environment.loader
    assert isinstance(loader, SiteLoader)
    for name in loader.list_templates():
        source, filename, _ = loader.get_source(environment, name)
        try:
            tree = environment.parse(source, name, filename)
        except jinja2.TemplateSyntaxError as error:
            yield renderer.fault_at(filename or name, error.lineno, error.message or "", None)
            continue
        except RecursionError:
            yield Fault("nested too deep to be read", where=filename or name)
            continue
        for line, message, hint in _missing_names(tree, site, loader):
            yield renderer.fault_at(filename or name, line, message, hint)
    for in_locale in site.pages.values():
        for page in in_locale:
            if loader.find(f"{page.front.template}.html") is None:
                known = [each.removesuffix(".html") for each in loader.list_templates() if each.endswith(".html")]
                line = page.line_of.get("template", 1)
                message = f'the theme "{site.theme.name}" has no template "{page.front.template}"'
                yield Fault(message, where=page.file, line=line, hint=did_you_mean(page.front.template, known))


def _missing_names(tree: nodes.Template, site: Site, loader: SiteLoader) -> Iterator[tuple[int, str, str | None]]:
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        target = node.template  # type: ignore[attr-defined]
        optional = isinstance(node, nodes.Include) and node.ignore_missing
        if isinstance(target, nodes.Const) and not optional and loader.find(target.value) is None:
            known = [name for name in loader.list_templates() if not name.startswith("content:")]
            yield node.lineno, f'there is no template "{target.value}"', did_you_mean(target.value, known)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "asset" and call.args:
            named = call.args[0]
            if isinstance(named, nodes.Const) and named.value not in site.assets.files:
                hint = did_you_mean(str(named.value), site.assets.files)
                yield call.lineno, f'there is no asset "{named.value}"', hint


def _located(fault: Fault) -> Fault:
    """Returns a fault of a page's own text with its line: links to pages become Jinja that has none."""
    quoted = re.search('"([^"]+)"', fault.message)
    if fault.line is not None or quoted is None or not str(fault.where).endswith(".md"):
        return fault
    name = quoted[1].removeprefix("pictures/")
    return replace(fault, line=places.line_of(Path(str(fault.where)), f"page:{name}", f"picture:{name}"))


def _shown(
    renderer: Renderer, host: Host, variant: Variant, channels: Iterable[Channel]
) -> Iterator[tuple[str, PlannedPage, Host | Landing]]:
    """Yields the address of every page of a site, the page, and the host to render it for.

    For each of ``channels`` there is a landing page too, whether or not there are campaigns.
    """
    for planned in renderer.plan(variant):
        yield host.home + planned.view.path, planned, host
    page = renderer.landing_page(variant)
    for channel in channels if page else ():
        assert page is not None
        landing = renderer.landing(page, host, Campaign(channel.value, None, channel))
        yield landing.page.canonical, page, landing


def _with(
    unusual: Iterable[Member], usual: Iterable[tuple[Member, Member | None]]
) -> Iterator[tuple[Member, Member | None]]:
    seen = set()
    for member, sponsor in usual:
        seen.add(member.id)
        yield member, sponsor
    yield from ((member, None) for member in unusual if member.id not in seen)


def samples(members: Sampled) -> Iterator[tuple[Member, Member | None]]:
    """Yields a few active members who differ, with their sponsors.

    For each language among the first 500 members: the member with most fields filled in, and the one with least.
    """
    best: dict[tuple[str, bool], tuple[int, Member, Member | None]] = {}
    for number, (member, sponsor) in enumerate(members.active_with_sponsors()):
        if number >= 500:  # enough to meet every kind; the rest is met while building
            break
        filled = sum(
            bool(each)
            for each in (member.phone, member.photo, member.place, member.tagline, member.story, member.links, sponsor)
        )
        for most in (True, False):
            key = (member.locale, most)
            score = filled if most else -filled
            if key not in best or score > best[key][0]:
                best[key] = (score, member, sponsor)
    yield from {member.id: (member, sponsor) for _, member, sponsor in best.values()}.values()


def _files(site: Site) -> set[str]:
    home = site.addresses.home
    root_files = ["sitemap.xml", "robots.txt"]
    return {
        *(urljoin(home, site.addresses.asset(asset.published)) for asset in site.assets.files.values()),
        *(home + name for name in root_files),
        home + ASSETS,
    }


def _distinct(faults: list[Fault]) -> list[Fault]:
    # The same template fault shows on every page that uses it.
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.order)
