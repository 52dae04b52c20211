"""Builds the sites: checks everything, then writes what is new, then removes what is gone.

::

    load ─> check ─> take down ─> assets ─> company ─> members, by a process pool ─> former addresses ─> remove
                         │                                   │
                         └── manifest: what was made of what ──┘

Sites of members who are gone are taken down first, whatever happens afterwards. Assets come before the pages that name
them, and nothing else is removed until all is written, so that a reader finds a whole site at every moment. What was
done is recorded as it goes: a build that was cut off is finished by the next. New addresses are remembered before
anything is published under them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain, islice, product
from time import perf_counter

from sitegen.build import checking, few_members, output, page_files, photos_ahead, published, up_to_date
from sitegen.build.chunks import (
    ChunkBuilder,
    ChunkResult,
    SitePlan,
)
from sitegen.build.company_files import CompanyFiles
from sitegen.build.former_addresses import FormerAddresses
from sitegen.build.manifest import Manifest
from sitegen.build.options import BuildOptions, BuildSummary
from sitegen.build.output import FileCounts, Output
from sitegen.build.photos_ahead import PhotosAhead
from sitegen.build.removing import Removal
from sitegen.build.up_to_date import BuildNote
from sitegen.campaigns.placements import Placements
from sitegen.check import people
from sitegen.errors import Fault
from sitegen.processes import process_pool
from sitegen.render.fingerprints import Fingerprints
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.render.resolver import CardFile, PageFile, Resolver
from sitegen.roster import Roster, removal
from sitegen.roster.roster import Changed
from sitegen.site import input_digests
from sitegen.site import site as sites
from sitegen.site.content import CAMPAIGN
from sitegen.site.input_digests import InputDigests
from sitegen.site.site import Site
from sitegen.token import TokenSigner

_CHUNK = 64  # members: a few megabytes of pages in memory, and what is done again after a bug ended a process
_MOST_PHOTOS = 10_000  # with more there are so many chunks that all processes have the same share of them
_FORK_FROM = 200  # members: below, forking costs more than it saves where few of them have changed
_FORK_FROM_ALL = 16  # members: the same where the pages of all may have

Progress = Callable[[int, int], None]
"""A function that a build calls as it goes on, with the number of members' sites done and the number in all."""


def build(options: BuildOptions, progress: Progress = lambda done, total: None) -> BuildSummary:
    """Builds the company's site and every active member's.

    Returns the summary, which also lists the faults of single members. Raises EspalierError with everything that
    is wrong with the site, or if too many members' sites would be removed, before anything is written.
    """
    started = perf_counter()
    site = sites.load_by(options)
    now = up_to_date.digests(options, site.settings.roster_path, site.theme.folders)
    before = up_to_date.noted(options)
    signer = TokenSigner(options.token_keys)
    renderer = Renderer(site, signer)
    same = before is not None and (before.inputs.shared, before.inputs.settings) == (now.shared, now.settings)
    only_members = same and not (options.fresh or options.verify)
    is_first = photos_ahead.is_first(options)
    with ExitStack() as opened:
        folder = opened.enter_context(output.opened(options.out, keep_out_of=site.folder, state=options.state_folder))
        manifest = opened.enter_context(closing(Manifest(folder.state.manifest)))
        with people.giving(site, frozen=options.frozen):
            lost = _lost_folders(manifest, site, before, now)
            known = published.addresses(options.out, lost, signer, people.today().isoformat())
            roster, placements = opened.enter_context(
                people.opened(
                    site,
                    folder.state.index,
                    strict=options.strict,
                    frozen=options.frozen,
                    seeds=known,
                    in_place=True,  # the output folder is locked, and its state with it
                )
            )
            ahead = opened.enter_context(photos_ahead.started(options, roster, is_first=is_first))
            if not only_members:
                checking.check(renderer, roster)
            builder = _Builder(renderer, roster, placements, folder, manifest, options, ahead)
            few = few_members.changed(before, now, roster, options)
            if few is None:
                builder.expect()
            else:
                builder.expect_few(few)
            roster.addresses.remember(site.addresses_path)
            now = replace(now, addresses=input_digests.of_file(site.addresses_path))
        if few is None:
            builder.run(progress, only_members)
        else:
            builder.run_few(few)
        summary = builder.summary(perf_counter() - started)
        if not summary.faults and not summary.unstamped:
            note = BuildNote(now, str(site.settings.roster_path), roster.digest, summary)
            manifest.enter_note(*note.entry())
    return summary


def _lost_folders(manifest: Manifest, site: Site, before: BuildNote | None, now: InputDigests) -> Iterable[str]:
    """Returns the published folders of members of which the address book has no row: none where the last build left it
    as it is now."""
    if before is not None and before.inputs.addresses == now.addresses and site.addresses_path.is_file():
        return ()
    return published.unknown(manifest.member_folders(), site.addresses_path)


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
        self._counts = FileCounts()
        self._company = CompanyFiles(
            self._resolver, folder, manifest, placements, options, self._counts, self._page_key
        )
        self._removal = Removal(folder, manifest, self._company.paths)
        self._members = 0
        self._pages = 0
        self._faults: list[Fault] = []
        self._plans: dict[str, SitePlan] = {}
        self._unstamped: dict[tuple[str, str], str] = {}

    def expect(self) -> None:
        """Plans which sites and landing pages there will be. Raises RosterError if too many would be removed."""
        self._faults += self._roster.faults
        sites, landings = self._manifest.counts()
        any_plan = self._make_plans()
        former = (slug for slug, _ in self._roster.addresses.former())
        self._manifest.expect_sites(chain(self._roster.active_slugs(), former), any_plan.id)
        self._manifest.expect_as_they_are(self._left_alone())
        self._manifest.expect_landings(self._placements.landings(self._roster))
        self._refuse_many(sites, landings)

    def expect_few(self, few: Changed) -> None:
        """Plans that all stays but for a few members. Raises RosterError if too many sites would be removed."""
        sites, landings = self._manifest.counts()
        any_plan = self._make_plans()
        if "status" in few.columns:
            members = list(self._roster.slugs_at(few.rows))
            self._manifest.expect_all_but(members, any_plan.id)
            of_them = {slug for slug, is_active in members if is_active}
            self._manifest.expect_landings(
                (slug, code) for slug, code in self._placements.landings(self._roster) if slug in of_them
            )
            self._refuse_many(sites, landings)
        else:
            self._manifest.expect_all_but((), any_plan.id)

    def _make_plans(self) -> SitePlan:
        """Plans the files of members' sites in every language, and returns one of these plans."""
        self._plans = {code: self._plan(code) for code in self._site.settings.locales}
        return next(iter(self._plans.values()))

    def _refuse_many(self, sites: int, landings: int) -> None:
        """Raises RosterError if too many of so many sites, or landing pages, would be removed."""
        gone = self._gone()
        path, up_to = self._site.settings.roster_path, self._options.remove_up_to
        removal.refuse_many(path, sites, len(gone), gone, up_to=up_to)
        with_their_sites = frozenset(gone)
        ended = [code for slug, code in self._manifest.unexpected_landings() if slug not in with_their_sites]
        if len(ended) < landings:  # a company may end all of its campaigns
            path = self._site.campaigns_path
            removal.refuse_many(path, landings, len(ended), ended, up_to=up_to, of="landing pages of campaigns")

    def _left_alone(self) -> Iterator[str]:
        """The sites that stay as they are, because a row of the roster cannot be read."""
        yield from (each.slug for each in self._roster.unread() if each.slug and not each.inactive)
        if self._roster.nameless:
            # Nobody knows whose rows those are: perhaps of members who seem to have left.
            yield from self._roster.addresses.absent(self._gone())

    def _gone(self) -> list[str]:
        """The members' sites that earlier builds wrote and that this build does not expect."""
        return [slug for slug, is_site in self._manifest.unexpected_sites() if is_site]

    def run(self, progress: Progress, only_members: bool) -> None:
        """Builds everything. ``only_members``: the company's pages and the theme are as they were."""
        self._begin()
        self._removal.take_down()
        self._company.write_assets()
        self._company.write_pages(is_unchanged=only_members)
        self._company.write_landings()
        self._folder.state.note_tree(self._folder.root)
        total = self._roster.active_count
        progress(0, total)
        spans = self._roster.spans(-(-len(self._roster) // _CHUNK))
        for made in self._sites(spans, total, fork_from=_FORK_FROM if only_members else _FORK_FROM_ALL):
            self._take(made)
            progress(self._members, total)
        self._former_addresses()
        self._company.write_sitemap(self._roster)
        self._removal.remove_rest(keep_photos=bool(self._faults))
        self._forget_begun()
        self._pages += self._company.pages

    def run_few(self, few: Changed) -> None:
        """Builds the sites of a few members, after a complete build of all."""
        self._begin()
        self._removal.take_down()
        self._company.write_assets()
        self._company.write_pages(is_unchanged=True)
        self._folder.state.note_tree(self._folder.root)
        for made in self._sites(few_members.runs(few.rows, _CHUNK), len(few.rows), fork_from=_FORK_FROM):
            self._take(made)
        if "status" in few.columns:
            self._former_addresses()
        if few_members.changes_sitemap(few):
            self._company.write_sitemap(self._roster)
        else:
            self._company.keep_sitemap()
        self._manifest.use_all_photos_but(few_members.unused_photos(self._roster, self._manifest, few))
        self._removal.remove_rest(keep_photos=bool(self._faults))
        self._forget_begun()
        self._count_all()

    def _count_all(self) -> None:
        """Counts the members, pages and files of the whole tree, most of which this build did not look at."""
        self._members = self._roster.active_count
        sites = dict(self._roster.active_by_locale())
        landings = self._manifest.counts()[1]
        self._pages = (
            self._company.pages + landings + sum(self._plans[each].pages * count for each, count in sites.items())
        )
        files = sum(len(self._plans[each].files) * count for each, count in sites.items())
        a_page = len(page_files.names(self._options.compression, ""))
        former = self._manifest.former_files()
        self._counts.unchanged = files + landings * a_page + len(self._company.paths) + former - self._counts.written

    def _begin(self) -> None:
        self._manifest.enter_note(up_to_date.NOTE, None)  # until this build has come to its end
        if not self._folder.is_trusted:
            self._manifest.distrust_all()
        self._distrust_begun()
        self._folder.counts = self._counts

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

    def _sites(self, spans: list[range], members: int, *, fork_from: int) -> Iterator[ChunkResult]:
        """Builds the sites of the active members on some rows of the roster; ``members``: about how many these are."""
        self._manifest.save()
        sites = ChunkBuilder(
            self._resolver,
            self._roster,
            self._folder,
            self._manifest,
            self._placements,
            plans=self._plans,
            known_plans=self._manifest.plans(),
            options=self._options,
            ahead=self._ahead,
        )
        jobs = self._options.processes if members >= fork_from else 1
        # Each language has pages of its own to learn, which few members are soon done with.
        codes = [None] if len(spans) >= jobs else list(self._plans)
        pieces = list(product(spans, codes))
        if members and not self._manifest.has_photos():  # in later builds few are new, or whole chunks of them
            yield from self._photos(sites, list(islice(self._roster.active_photos(), _MOST_PHOTOS + 1)))
        yield from process_pool.shared_out(len(pieces), jobs, lambda number: sites.chunk(*pieces[number]))

    def _photos(self, sites: ChunkBuilder, names: list[str]) -> Iterator[ChunkResult]:
        """Makes the scaled copies of all photos, each a piece of work of its own: they take longer than pages do."""
        if self._ahead:
            self._ahead.stop()
        if len(names) <= _MOST_PHOTOS:
            yield from process_pool.shared_out(
                len(names), self._options.processes, lambda number: sites.photo(names[number])
            )

    def _take(self, made: ChunkResult) -> None:
        self._members += made.members
        self._pages += made.pages
        self._counts.add(made.counts)
        self._folder.counts = self._counts
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

    def _former_addresses(self) -> None:
        """Writes the pages at former addresses, which lead to the present ones."""
        former = FormerAddresses(self._plans, self._folder, self._manifest, self._placements, self._options)
        self._folder.counts = self._counts
        for slug, row in self._roster.addresses.former():
            former.write(slug, row, self._site)
