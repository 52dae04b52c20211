"""Measures making pages in memory: stamping (``Renderer.stamp``) against plain Jinja (``Renderer.render``).

Both use the same templates. The members measured were stamped before, so that the shapes of their pages are known. What
a member's pages share (the sheet) is made anew for each member, as in a build. The first pass over the members is the
warm-up. One process works alone, and its processor time is counted, so that other work on the machine does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from benchmarks import company, members
from benchmarks.measure import Row, Spread, in_turn, micros, times
from benchmarks.workshop import TOKEN_KEY, Workshop
from sitegen.render import hosts
from sitegen.render.context import Photo, PhotoSource
from sitegen.render.hosts import Host
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.roster import Roster
from sitegen.site import bundled
from sitegen.site import site as sites
from sitegen.token import TokenSigner

SAMPLE_PAGES = (
    "home",
    "products",
    "products/first-frost",
    "products/long-evening",
    "products/sunday-ember",
    "opportunity",
    "faq",
    "story",
    "signup",
    "privacy",
)
WARM_UP_BAR = 3.0
"""The most seconds that the first pass over the members may take."""


@dataclass(frozen=True)
class Bench:
    """What is measured: a renderer that has made no page yet, the pages of a member's site, and members (as hosts)."""

    renderer: Renderer
    pages: tuple[PlannedPage, ...]
    hosts: tuple[Host, ...]

    def pass_over(self, some: Sequence[Host]) -> float:
        """Stamps the pages of these members; returns the seconds of processor time."""
        stamp, sheet_of, pages = self.renderer.stamp, self.renderer.sheet, self.pages
        started = process_time()
        for host in some:
            sheet = sheet_of(host)
            for page in pages:
                stamp(page, sheet)
        return process_time() - started

    def plainly(self, some: Sequence[Host]) -> float:
        """Renders the pages of these members by plain Jinja; returns the seconds of processor time."""
        render, pages = self.renderer.render, self.pages
        started = process_time()
        for host in some:
            for page in pages:
                render(page, host)
        return process_time() - started

    def compare(self, some: Iterable[Host]) -> None:
        """Raises ThemeError if a stamped page of these members is not the same as plain Jinja's."""
        for host in some:
            sheet = self.renderer.sheet(host)
            for page in self.pages:
                self.renderer.verify(page, host, self.renderer.stamp(page, sheet))


Make = Callable[[Workshop, int], Bench]


def heavy(shop: Workshop, count: int) -> Bench:
    """Returns the bench of the heavy theme, with ``count`` members, some with photos."""
    site = sites.load(company.make(shop.fresh("photographed"), count, photos=True))
    return _bench(site, count, site.settings.roster_path)


def almanac(shop: Workshop, count: int) -> Bench:
    """Returns the bench of the sample company: its default theme, ten pages in English, and ``count`` members."""
    return _bench(sites.load(bundled.folder("content")), count, _written(shop, count), SAMPLE_PAGES)


def measure(name: str, bench: Bench, bar: float, *, turns: int, measured: int) -> list[Row]:
    """Measures one theme; returns two rows: stamping against plain Jinja, and the first pass over the members.

    Raises ThemeError if a stamped page is wrong.
    """
    warm = bench.pass_over(bench.hosts)
    programs = [bench.renderer.programs[page] for page in bench.pages]
    declined = [
        f"{page.page.key}: {program.reason}" for page, program in bench.renderer.programs.items() if program.reason
    ]
    seen = bench.hosts[:: max(1, len(bench.hosts) // measured)][:measured]
    bench.compare(seen)
    again = bench.pass_over(bench.hosts)
    pages = len(seen) * len(bench.pages)
    pairs = in_turn(turns, lambda: bench.pass_over(seen) / pages, lambda: bench.plainly(seen) / pages)
    faster = pairs.faster()
    figures = [program.figures for program in programs]
    size = sum(len(bench.renderer.render(page, seen[0])) for page in bench.pages) / len(bench.pages)
    facts: dict[str, object] = {
        "members": len(bench.hosts),
        "bytes_a_page": round(size),
        "shapes": sum(each.shapes for each in figures),
        "traces": sum(each.traces for each in figures),
        "plain": sum(each.plain for each in figures),
        "first_pass": warm,
        "second_pass": again,
        "not_stamped": declined,
    }
    pair = Row(
        name,
        f"compose 10 pages a member, {size / 1000:.1f} KB a page",
        micros(pairs.ours),
        f"plain Jinja {micros(pairs.theirs)}",
        times(faster),
        f"≥ {bar:g}x",
        faster.middle >= bar and not declined,
        {"ours": pairs.ours, "theirs": pairs.theirs, "faster": faster.values, **facts},
    )
    first = Row(
        name,
        f"first pass over {len(bench.hosts):,} members, {facts['shapes']} shapes, {facts['traces']} traces, "
        f"{facts['plain']} plain pages",
        f"{warm:.2f} s",
        f"second pass {again:.2f} s",
        times(Spread((warm / again,))).split()[0],
        f"< {WARM_UP_BAR:g} s",
        warm < WARM_UP_BAR,
        facts,
    )
    return [pair, first]


def photo(name: str) -> Photo:
    """Returns a photo for templates, without any file: making a page only prints the photo's addresses."""
    stem = f"/assets/photos/{name.removesuffix('.jpg')}-0123456789ab"
    sources = tuple(
        PhotoSource(f"image/{kind}", ", ".join(f"{stem}.{width}.{kind} {width}w" for width in (160, 320, 640)))
        for kind in ("avif", "webp")
    )
    return Photo(f"{stem}.640.jpg", sources, 640)


def _bench(site: sites.Site, count: int, path: Path, keys: Sequence[str] = ()) -> Bench:
    renderer = Renderer(site, TokenSigner([TOKEN_KEY]))
    with Roster.load(path) as roster:
        own = tuple(
            hosts.of_member(site, member, sponsor, photo)
            for member, sponsor in roster.active_with_sponsors(range(1, count + 1))
        )
    locale = site.settings.default_locale
    plan = renderer.plan(site.member_variant(locale))
    pages = tuple(page for page in plan if page.page.locale == locale and (not keys or page.page.key in keys))
    return Bench(renderer, pages, own)


def _written(shop: Workshop, count: int) -> Path:
    path = shop.fresh("members").with_suffix(".csv")
    members.write(path, members.members(count, photos=True))
    return path
