"""Builds the sites: checks everything, then writes what is new, then removes what is gone.

::

    load ─> check ─> claim OUT ─> assets ─> company ─> members, by a process pool ─> sitemap ─> remove
                         │                                   │
                         └── manifest: what was made of what ──┘

Assets come before the pages that name them, and nothing is removed until all else is written, so that a
reader finds a whole site at every moment. What was done is recorded as it goes: a build that was cut off is
finished by the next.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import product
from time import perf_counter

from sitegen.build import output, page_files, photos_ahead, process_pool, up_to_date
from sitegen.build.chunks import (
    ChunkBuilder,
    ChunkResult,
    SitePlan,
    landing_file,
    landing_files,
)
from sitegen.build.manifest import Manifest
from sitegen.build.options import BuildOptions, BuildSummary
from sitegen.build.output import FileCounts, Output
from sitegen.build.photos_ahead import PhotosAhead
from sitegen.campaigns.placements import Placements
from sitegen.check import people, rendering
from sitegen.errors import Fault
from sitegen.render import hosts, photos, sitemap
from sitegen.render.fingerprints import Fingerprints
from sitegen.render.hosts import Host
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.render.resolver import CardFile, PageFile, Resolver
from sitegen.roster import Roster
from sitegen.site import site as sites
from sitegen.site.addresses import ASSETS, campaign_path
from sitegen.site.content import CAMPAIGN
from sitegen.token import TokenSigner

_CHUNK = 64  # members: a few megabytes of pages in memory, and what is done again after a bug ended a process
_PHOTOS = 2  # rows of the roster: to encode a photo takes a tenth of a second
_COMPANY = ""  # the folder of the company's own landing pages in the manifest
_FORK_FROM = 200  # members: below, forking costs more than it saves where few of them have changed
_FORK_FROM_ALL = 16  # members: the same where the pages of all may have

Progress = Callable[[int, int], None]
"""A function that a build calls as it goes on, with the number of members' sites done and the number in all."""


def build(options: BuildOptions, progress: Progress = lambda done, total: None) -> BuildSummary:
    """Builds the company's site and every active member's.

    Returns the summary, which also lists the faults of single members. Raises EspalierError with everything that
    is wrong with the site, before anything is written.
    """
    started = perf_counter()
    site = sites.load_by(options)
    now = up_to_date.digests(options, site.settings.roster_path, site.theme.folders)
    before = up_to_date.noted(options)
    with people.opened(site) as (roster, placements), photos_ahead.started(options, roster) as ahead:
        renderer = Renderer(site, TokenSigner(options.token_keys))
        same = before is not None and (before.inputs.shared, before.inputs.settings) == (now.shared, now.settings)
        only_members = same and not (options.fresh or options.verify)
        if not only_members:
            rendering.check(site, renderer, roster)
        with (
            output.opened(options.out, keep_out_of=site.folder, state=options.state_folder) as folder,
            closing(Manifest(folder.state.manifest)) as manifest,
        ):
            builder = _Builder(renderer, roster, placements, folder, manifest, options, ahead)
            builder.run(progress, only_members)
            summary = builder.summary(perf_counter() - started)
            if not summary.faults and not summary.unstamped:
                note = up_to_date.BuildNote(now, str(site.settings.roster_path), summary)
                manifest.enter_note(*note.entry())
    return summary


class _Builder:
    def __init__(
        self,
        renderer: Renderer,
        roster: Roster,
        placements: Placements,
        folder: Output,
        manifest: Manifest,
        options: BuildOptions,
        ahead: PhotosAhead | None,
    ) -> None:
        self._ahead = ahead
        self._renderer = renderer
        self._resolver = Resolver(renderer)
        self._fingerprints = Fingerprints(renderer)
        self._site = renderer.site
        self._roster = roster
        self._placements = placements
        self._folder = folder
        self._manifest = manifest
        self._options = options
        self._files: set[str] = set()
        self._counts = FileCounts()
        self._members = 0
        self._pages = 0
        self._faults: list[Fault] = []
        self._unstamped: dict[tuple[str, str], str] = {}

    def run(self, progress: Progress, only_members: bool) -> None:
        self._manifest.enter_note(up_to_date.NOTE, None)  # until this build has come to its end
        if not self._folder.is_trusted:
            self._manifest.distrust_all()
        self._distrust_begun()
        self._assets()
        self._company(only_members)
        self._manifest.expect_landings(self._placements.landings(self._roster))
        self._company_landings()
        self._folder.state.note_tree(self._folder.root)
        self._all_members(progress, only_members)
        self._sitemap()
        self._remove_gone()
        self._forget_begun()

    def summary(self, seconds: float) -> BuildSummary:
        counts = self._counts
        return BuildSummary(
            self._members,
            self._pages,
            counts.written,
            counts.unchanged,
            counts.removed,
            counts.bytes_written,
            seconds,
            tuple(sorted(self._faults, key=lambda fault: fault.order)),
            self._unstamped,
        )

    def _distrust_begun(self) -> None:
        """Marks the sites that an interrupted build had begun to write, so that this build writes them anew."""
        for path in self._folder.state.begun():
            self._manifest.distrust(path.read_text(encoding="utf-8").splitlines())
        self._manifest.save()
        self._forget_begun()

    def _forget_begun(self) -> None:
        for path in self._folder.state.begun():
            path.unlink()

    def _assets(self) -> None:
        for path, each in self._resolver.assets.items():
            self._root_file(path, each.asset.content)

    def _company(self, is_unchanged: bool) -> None:
        host = hosts.of_company(self._site)
        for each in self._resolver.contents(self._site.company_variant).values():
            assert isinstance(each, PageFile)  # the company has no cards
            self._pages += not each.is_copy
            if is_unchanged:
                names = page_files.names(self._options.compression, each.file)
                self._files.update(names)
                self._counts.unchanged += len(names)
                continue
            content = self._renderer.render(each.planned, host)
            for path, packed in page_files.files(self._options.compression, each.file, content):
                self._root_file(path, packed)

    def _company_landings(self) -> None:
        """Writes the landing pages of the company's own campaigns that are new or have changed."""
        variant = self._site.company_variant
        planned = self._renderer.landing_page(variant)
        if planned is None:
            return
        host = hosts.of_company(self._site)
        of_host, of_page = self._fingerprints.company(host), self._page_key(planned)
        for some in self._placements.of_company():
            keys = {each.code: self._fingerprints.landing(each, of_host, of_page) for each in some}
            before = {} if self._options.fresh else self._manifest.landings(_COMPANY, some[0].code, some[-1].code)
            new = [each for each in some if before.get(each.code) != keys[each.code]]
            self._pages += len(some)
            self._counts.unchanged += (len(some) - len(new)) * len(page_files.names(self._options.compression, ""))
            self._manifest.enter_landings((_COMPANY, each.code, None) for each in new)
            self._manifest.save()  # should we die now, the next build trusts none of these
            self._folder.counts = self._counts
            for each in new:
                self._company_landing(PageFile(campaign_path(each.code), planned, each), host, is_stamped=len(new) > 1)
            self._manifest.enter_landings((_COMPANY, each.code, keys[each.code]) for each in new)

    def _company_landing(self, page: PageFile, host: Host, *, is_stamped: bool) -> None:
        for path, content in landing_files(self._renderer, page, host, self._options, is_stamped=is_stamped):
            self._folder.write(path, content)
        for path in page_files.other_names(self._options.compression, page.file):
            self._folder.remove(path)

    def _root_file(self, path: str, content: bytes) -> None:
        self._files.add(path)
        self._manifest.enter_file(path)
        self._folder.counts = self._counts
        self._folder.write(path, content)

    def _all_members(self, progress: Progress, only_members: bool) -> None:
        total = self._roster.active_count
        plans = {code: self._plan(code) for code in self._site.settings.locales}
        any_plan = next(iter(plans.values()))
        self._manifest.expect_sites(self._roster.active_slugs(), any_plan.id)
        self._manifest.save()
        sites = ChunkBuilder(
            self._resolver,
            self._roster,
            self._folder,
            self._manifest,
            self._placements,
            plans=plans,
            known_plans=self._manifest.plans(),
            options=self._options,
            ahead=self._ahead,
        )
        spans = self._roster.spans(-(-len(self._roster) // _CHUNK))
        jobs = self._options.processes if total >= (_FORK_FROM if only_members else _FORK_FROM_ALL) else 1
        # Each language has pages of its own to learn, which few members are soon done with.
        codes = [None] if len(spans) >= jobs else list(plans)
        pieces = list(product(spans, codes))
        progress(0, total)
        if total and not self._manifest.has_photos():  # in later builds few are new, or whole chunks of them
            self._photos(sites)
        for made in process_pool.shared_out(len(pieces), jobs, lambda number: sites.chunk(*pieces[number])):
            self._take(made)
            progress(self._members, total)

    def _photos(self, sites: ChunkBuilder) -> None:
        """Makes the scaled copies of all photos, each a piece of work of its own: they take longer than pages do."""
        if self._ahead:
            self._ahead.stop()
        spans = self._roster.spans(-(-len(self._roster) // _PHOTOS))
        jobs = self._options.processes
        for made in process_pool.shared_out(len(spans), jobs, lambda number: sites.photos_of(spans[number])):
            self._take(made)

    def _take(self, made: ChunkResult) -> None:
        self._members += made.members
        self._pages += made.pages
        self._counts.add(made.counts)
        self._faults += made.faults
        self._unstamped |= made.unstamped
        self._manifest.enter_sites(made.sites)
        self._manifest.enter_landings(made.landings)
        self._manifest.enter_photos(made.photos)
        self._manifest.save()

    def _plan(self, locale: str) -> SitePlan:
        site = self._site
        variant = site.member_variant(locale)
        contents = tuple(self._resolver.contents(variant).values())
        pages = [each for each in contents if isinstance(each, PageFile)]
        keys = {each.file: self._page_key(each.planned) for each in pages}
        files = {name: key for file, key in keys.items() for name in page_files.names(self._options.compression, file)}
        cards = self._fingerprints.member_files(locale)
        files |= {each.file: cards for each in contents if isinstance(each, CardFile)}
        landing = self._renderer.landing_page(variant)
        landing_key = self._page_key(landing) if landing else ""
        return SitePlan(contents, files, self._manifest.add_plan(files), len(pages), variant, landing_key)

    def _page_key(self, page: PlannedPage) -> str:
        # A landing page has one key for all of its files; the others are told apart by their names.
        compression = self._options.compression.value if page.page.key == CAMPAIGN else ""
        return self._fingerprints.page(page, compression)

    def _sitemap(self) -> None:
        for name, content in sitemap.files(self._site, self._renderer, self._roster):
            self._root_file(name, content)

    def _remove_gone(self) -> None:
        self._folder.counts = self._counts
        files = {name for plan in self._manifest.plans().values() for name in plan}
        for slug in self._manifest.unexpected_sites():
            for file in sorted(files):
                self._folder.remove(f"{slug}/{file}")
            self._manifest.forget_site(slug)
        for slug, code in self._manifest.unexpected_landings():
            file = f"{slug}/{landing_file(code)}" if slug else landing_file(code)
            for path in (file, f"{file}.gz"):
                self._folder.remove(path)
            self._manifest.forget_landing(slug, code)
        for path in sorted(self._manifest.files() - self._files):
            self._folder.remove(path)
            self._manifest.forget_file(path)
        if not self._faults:  # else old pages of some member may still show old photos
            self._remove_unused_photos()
            self._manifest.drop_old_plans()

    def _remove_unused_photos(self) -> None:
        used = self._manifest.keep_used_photos()
        folder = self._folder.root / ASSETS / photos.FOLDER
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name.rpartition("-")[0] not in used:
                self._folder.remove(f"{ASSETS}/{photos.FOLDER}/{path.name}")
