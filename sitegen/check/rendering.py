"""Finds the faults that only show when a page is made: unknown names in templates, links that lead nowhere.

For this, every page of the company's site is rendered, and every page of a few members who differ as much as possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

import jinja2
from jinja2 import nodes

from sitegen.check import links, places
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


def check(
    site: Site, renderer: Renderer, members: Sampled, unusual: Iterable[Member] = (), *, learns: bool = False
) -> None:
    """Renders every page for the company and for a few sample members, and checks the links on all of them.

    ``unusual``: active members to be among them, such as one without an e-mail address. ``learns``: whether the
    renderer is to learn from them how to stamp members' pages, which takes as long again.

    Raises EspalierError with every fault found.
    """
    faults = list(_templates(site, renderer))
    if not faults:
        faults = list(_pages(site, renderer, members, unusual, learns))
    if faults:
        raise EspalierError(*_distinct(faults))


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


def _pages(
    site: Site, renderer: Renderer, members: Sampled, unusual: Iterable[Member], learns: bool
) -> Iterator[Fault]:
    rendered: dict[str, links.LinkedPage] = {}
    page_of: dict[str, tuple[str, PlannedPage]] = {}
    files = _files(site)
    company = hosts.of_company(site)
    shown = [*_shown(renderer, company, site.company_variant, Channel)]
    capture = site_views.capture_view(site, site.company_variant)
    foreign = {f"{site.settings.capture_url}/signup", capture.codes, capture.pixel or ""}
    for number, (member, sponsor) in enumerate(_with(unusual, samples(members))):
        # Checking need not scale pictures; the roster has seen that the files are there.
        host = hosts.of_member(site, member, sponsor, learning.stand_in)
        channel = list(Channel)[number % len(Channel)]
        shown += _shown(renderer, host, site.member_variant(member.locale), [channel])
        files |= {host.home + "contact.vcf", host.home + "qr.svg"}
        foreign |= {host.sponsor.url} if host.sponsor else set()
    for address, planned, whose in shown:
        try:
            html = _rendered(renderer, planned, whose, learns)
        except EspalierError as error:
            yield from (_located(each) for each in error.faults)
            continue
        rendered[address] = links.read(html)
        page_of[address] = ((whose.host if isinstance(whose, Landing) else whose).base, planned)
    if len(rendered) < len(shown):
        return
    yield from _doubled_ids(rendered, page_of)
    yield from _misnested(rendered, page_of)
    yield from _parts_of_pages(rendered, page_of)
    # A link of the theme's stands on every page, and at another address on every member's.
    found: dict[str, list[Path]] = {}
    for address, link in links.broken(rendered, files, site.addresses.home, foreign):
        base, planned = page_of[address]
        found.setdefault(link.removeprefix(base), []).append(planned.page.file)
    for link, pages in found.items():
        message = f'a link on this page leads nowhere: "{link}"'
        hint = None if links.is_address(link) else _OTHER_LINKS
        hint = _with_others(hint, pages, "the link is on {} more pages as well")
        yield Fault(message, where=pages[0], line=places.line_of_link(pages[0], link), hint=hint)


_OTHER_LINKS = "write https://… for another site, page:… or picture:… for this one"


def _with_others(hint: str | None, pages: Sequence[Path], also: str) -> str | None:
    """Returns a hint that tells on how many more pages a fault is, if on any. ``also``: how, with a place for them."""
    others = len(set(pages)) - 1
    return "; ".join(filter(None, (hint, also.format(others) if others else None))) or None


def _located(fault: Fault) -> Fault:
    """Returns a fault of a page's own text with its line: links to pages become Jinja that has none."""
    quoted = re.search('"([^"]+)"', fault.message)
    if fault.line is not None or quoted is None or not str(fault.where).endswith(".md"):
        return fault
    name = quoted[1].removeprefix("pictures/")
    return replace(fault, line=places.line_of(Path(str(fault.where)), f"page:{name}", f"picture:{name}"))


def _misnested(
    rendered: Mapping[str, links.LinkedPage], page_of: Mapping[str, tuple[str, PlannedPage]]
) -> Iterator[Fault]:
    """Yields a fault for each tag that does not fit on some pages: elements that are not closed, or closed twice."""
    found: dict[str, list[Path]] = {}
    for address, page in rendered.items():
        if page.nesting.misfit:
            found.setdefault(page.nesting.misfit, []).append(page_of[address][1].page.file)
    for tag, pages in found.items():
        message = f'the elements of this page do not fit together, beginning with "{tag}"'
        hint = _with_others("close each element once, the last opened first", pages, "{} more pages have it as well")
        yield Fault(message, where=pages[0], line=places.line_of(pages[0], tag), hint=hint)


def _parts_of_pages(
    rendered: Mapping[str, links.LinkedPage], page_of: Mapping[str, tuple[str, PlannedPage]]
) -> Iterator[Fault]:
    """Yields a fault for each page whose template is meant to be included in others."""
    parts = (page_of[address][1].page for address, page in rendered.items() if not page.is_whole)
    for page in {each.file: each for each in parts}.values():
        message = f'the template "{page.front.template}" makes a part of a page, without <html>'
        hint = "choose another, such as page, or leave the line out"
        yield Fault(message, where=page.file, line=page.line_of.get("template", 1), hint=hint)


def _rendered(renderer: Renderer, planned: PlannedPage, whose: Host | Landing, learns: bool) -> bytes:
    if learns and isinstance(whose, Host) and whose.member:
        return renderer.stamp(planned, renderer.sheet(whose))
    return renderer.render(planned, whose)


def _doubled_ids(
    rendered: Mapping[str, links.LinkedPage], page_of: Mapping[str, tuple[str, PlannedPage]]
) -> Iterator[Fault]:
    """Yields a fault for each id that two elements of a page have, on the first page where they do."""
    found: dict[str, list[Path]] = {}
    for address, page in rendered.items():
        for name in page.doubled:
            found.setdefault(name, []).append(page_of[address][1].page.file)
    for name, pages in found.items():
        another = f'give one of them another id, as in "## Heading {{#{name}-2}}"'
        hint = _with_others(another, pages, "{} more pages have it twice as well")
        line = places.line_of(pages[0], f"{{#{name}}}", f"#{name} ", f'id="{name}"')
        yield Fault(f'the id "{name}" stands on this page twice', where=pages[0], line=line, hint=hint)


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
