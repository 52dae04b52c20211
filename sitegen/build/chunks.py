"""Builds the members' sites, a chunk of the roster at a time: finds out what is new, renders it, writes it.

A chunk (some dozens of members) is rendered before any of it is written. If one member's site cannot be made (a photo
that cannot be read, a story that does not render), this is noted, the member's old pages stay, and the others are
built.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sitegen.build import page_files
from sitegen.build.manifest import Manifest, Plan
from sitegen.build.options import BuildOptions
from sitegen.build.output import File, FileCounts, Output
from sitegen.build.photos_ahead import PhotosAhead
from sitegen.campaigns.placements import Placements
from sitegen.errors import ContentError, EspalierError, Fault
from sitegen.model import Campaign
from sitegen.render import fingerprints, hosts, member_files, photos
from sitegen.render.context import Photo
from sitegen.render.fingerprints import Fingerprints
from sitegen.render.hosts import Host, Landing
from sitegen.render.photos import Renditions
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.render.resolver import CardFile, MemberFile, PageFile, Resolver
from sitegen.roster import MemberRow, Roster, to_member
from sitegen.site import input_digests
from sitegen.site.addresses import ASSETS, campaign_path
from sitegen.site.site import Variant
from sitegen.stamping import Sheet

_FEW = 3  # members: for so many, learning how to stamp costs more than it saves

PhotoSeen = tuple[str, str, str, tuple[int, ...]]
"""A photo in use: its name, a stamp (of its file: size, times, inode; and of what makes the scaled copies), and the
digest and widths of its scaled copies."""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The pages and files that every member's site with the same home language consists of."""

    contents: Sequence[MemberFile]
    """The pages, the contact card and the QR code; landing pages of campaigns come on top."""
    files: Plan
    """The names of the files to write, each with a digest of what it is made from, the member aside."""
    id: str
    """The id of this plan in the manifest."""
    pages: int
    """How many of ``contents`` are pages."""
    variant: Variant
    landing_key: str
    """A digest of what campaigns' landing pages are made from, the member and the campaign aside."""


@dataclass(frozen=True, slots=True)
class _SiteToWrite:
    """The files of one member's site to write; ``landings``: digests for the landing pages among them, by code."""

    slug: str
    key: bytes
    plan: SitePlan
    files: Sequence[File]
    landings: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _News:
    """What is new on the site of one member: the files to write, and the campaigns whose landing pages are."""

    row: MemberRow
    above: MemberRow | None
    plan: SitePlan
    key: bytes
    wanted: set[str]
    campaigns: Sequence[Campaign]
    landings: Mapping[str, bytes]


@dataclass
class ChunkResult:
    """What a process reports after it built one chunk of the roster: counts, entries for the manifest, and faults."""

    members: int = 0
    pages: int = 0
    counts: FileCounts = field(default_factory=FileCounts)
    sites: list[tuple[str, bytes, str]] = field(default_factory=list)
    """Sites written: folder, digest of the member's data, id of the plan."""
    landings: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Landing pages written: folder, campaign code, digest of what the page was made from."""
    photos: list[PhotoSeen] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unstamped: dict[tuple[str, str], str] = field(default_factory=dict)
    """Pages (key and language) that this process cannot stamp, and why."""


class ChunkBuilder:
    """Builds the members' sites of one chunk of the roster at a time; every process of the pool uses a copy."""

    def __init__(
        self,
        resolver: Resolver,
        roster: Roster,
        output: Output,
        manifest: Manifest,
        placements: Placements,
        *,
        plans: Mapping[str, SitePlan],
        known_plans: Mapping[str, Plan],
        options: BuildOptions,
        ahead: PhotosAhead | None = None,
    ) -> None:
        self._resolver = resolver
        self._renderer = resolver.renderer
        self._fingerprints = Fingerprints(self._renderer)
        self._site = self._renderer.site
        self._roster = roster
        self._output = output
        self._manifest = manifest
        self._placements = placements
        self._plans = plans
        self._known_plans = known_plans
        self._options = options
        self._ahead = ahead
        self._to_render = 0
        self._photos: dict[str, Photo] = {}
        self._refused: dict[str, ContentError] = {}
        self._told: list[Fault] = []
        left = {file for old in known_plans.values() for file in old}
        self._stale = {plan.id: sorted(left - plan.files.keys()) for plan in plans.values()}
        """By the id of a plan: the files that earlier plans may have written and this plan does not name."""
        self._seen: list[PhotoSeen] = []
        self._files_a_page = len(page_files.names(options.compression, ""))

    def chunk(self, rows: range, locale: str | None = None) -> ChunkResult:
        """Writes what is new of the sites of the active members on these roster rows, of one language if it is named.

        Returns counts, entries for the manifest, and the faults of single members. Raises OutputError if a file cannot
        be written.
        """
        made = ChunkResult()
        self._output.counts = made.counts
        self._seen, self._told = made.photos, made.faults
        campaigns = self._placements.of_rows(rows)
        pending: list[_News] = []
        # Most builds leave most members alone, so a Member is made only where pages are written.
        for row, above in self._roster.active_rows_with_sponsors(rows):
            if locale is not None and row.locale != locale:
                continue
            plan = self._plans[row.locale]
            own = campaigns.get(row.id, ()) if campaigns else ()
            made.members += 1
            made.pages += plan.pages + len(own)
            try:
                key, wanted = self._news(row, above, plan)
                landings = self._new_landings(row.slug, own, key, plan) if own else {}
            except EspalierError as error:
                made.faults += [self._of_member(fault, row.slug) for fault in error.faults]
                continue
            if wanted is not None or landings:
                new = [each for each in own if each.code in landings]
                pending.append(_News(row, above, plan, key, wanted or set(), new, landings))
            made.counts.unchanged += len(plan.files) - len(wanted or ())
            made.counts.unchanged += (len(own) - len(landings)) * self._files_a_page
        self._to_render += len(pending)
        self._write(list(self._made(pending, made)), made)
        reasons = {page: program.reason for page, program in self._renderer.programs.items() if program.reason}
        made.unstamped = {(page.page.key, page.page.locale): reason for page, reason in reasons.items()}
        return made

    def photo(self, name: str) -> ChunkResult:
        """Makes the scaled copies of a photo, as far as they are missing.

        A photo that cannot be read is left for ``chunk`` to tell. Raises OutputError if a file cannot be written.
        """
        made = ChunkResult()
        self._output.counts = made.counts
        self._seen, self._told = made.photos, []
        self._photo(name)
        return made

    def _made(self, pending: Sequence[_News], made: ChunkResult) -> Iterator[_SiteToWrite]:
        for news in pending:
            try:
                files = list(self._files(news))
            except EspalierError as error:
                made.faults += [self._of_member(fault, news.row.slug) for fault in error.faults]
            else:
                yield _SiteToWrite(news.row.slug, news.key, news.plan, files, news.landings)

    def _news(self, row: MemberRow, above: MemberRow | None, plan: SitePlan) -> tuple[bytes, set[str] | None]:
        """Returns a digest of the member's data, and the files of the site that are to be written; None if none are."""
        key = self._member_key(row, above)
        before = None if self._options.fresh else self._manifest.site(row.slug)
        if before is None or before[0] != key or not self._output.has_site(row.slug):
            return key, set(plan.files)
        if before[1] == plan.id:
            return key, None
        old = self._known_plans.get(before[1], {})
        return key, {file for file, made_from in plan.files.items() if old.get(file) != made_from}

    def _new_landings(self, slug: str, own: Sequence[Campaign], key: bytes, plan: SitePlan) -> dict[str, bytes]:
        """Returns the landing pages that are new or changed: digests of what they are made from, by campaign code."""
        trusted = not self._options.fresh and self._output.has_site(slug)
        before = self._manifest.landings(slug) if trusted else {}
        keys = {each.code: self._fingerprints.landing(each, key, plan.landing_key) for each in own}
        return {code: each for code, each in keys.items() if before.get(code) != each}

    def _member_key(self, row: MemberRow, above: MemberRow | None) -> bytes:
        own = self._photo(row.photo) if row.photo else None
        if row.photo and own is None and (self._site.folder / "photos" / row.photo).is_file():
            # One that is missing was told by the roster, with its line.
            self._told += [self._of_member(fault, row.slug) for fault in self._refused[row.photo].faults]
        theirs = self._photo(above.photo) if above and above.photo else None
        return fingerprints.of_member(row, above, own, theirs)

    def _photo(self, name: str) -> Photo | None:
        """Returns a photo's scaled copies, and makes those that are missing; None if it cannot be read.

        That is told under the names of those whose photo it is; their sites and their recruits' do without.
        """
        if name in self._refused:
            return None
        found = self._photos.get(name)
        if found is None:
            try:
                found = self._renditions(name).view(self._site.addresses.asset(""))
            except ContentError as error:
                self._refused[name] = error
                return None
            if len(self._photos) < 10_000:
                self._photos[name] = found
        return found

    def _renditions(self, name: str) -> Renditions:
        source = photos.locate(self._site.folder / "photos", name)
        assets = self._output.root / ASSETS
        try:
            stamp = f"{input_digests.stamp(source.stat())} {photos.recipe()[:20]}"
        except OSError as error:
            raise ContentError(Fault("there is no such photo", where=source)) from error
        before = None if self._options.fresh else self._manifest.photo(name)
        if before is not None and before[0] == stamp:
            made = Renditions(before[1], before[2])
            if all((assets / each).is_file() for each in made.names()):
                self._seen.append((name, stamp, made.digest, made.widths))
                return made
        made = photos.examine(source)
        if not all((assets / each).is_file() for each in made.names()):
            ready = self._ahead and self._ahead.files(made)
            for each, content in ready or photos.encode(source):
                self._output.write(f"{ASSETS}/{each}", content)
        self._seen.append((name, stamp, made.digest, made.widths))
        return made

    def _files(self, news: _News) -> Iterator[File]:
        member, sponsor = to_member(news.row), news.above and to_member(news.above)
        plan, wanted = news.plan, news.wanted
        host = hosts.of_member(self._site, member, sponsor, self._photo)
        few = self._to_render <= _FEW
        sheet = None if few else self._renderer.sheet(host)
        for each in plan.contents:
            if isinstance(each, CardFile):
                if each.file in wanted:
                    yield each.file, member_files.content(self._site, member, each.path)
            elif not wanted.isdisjoint(page_files.names(self._options.compression, each.file)):
                content = written(self._renderer, each.planned, host, sheet, self._options)
                yield from page_files.files(self._options.compression, each.file, content)
        for campaign in news.campaigns:
            page = self._resolver.landing(plan.variant, campaign)
            assert page is not None  # campaigns without a page to make landing pages from were a fault
            yield from landing_files(self._renderer, page, host, self._options, is_stamped=not few)

    def _write(self, waiting: list[_SiteToWrite], made: ChunkResult) -> None:
        if not waiting:
            return
        # Noted before the first byte is written: should we die now, the next build trusts none of these.
        with self._output.state.begun_by(os.getpid()).open("a", encoding="utf-8") as begun:
            begun.writelines(f"{work.slug}\n" for work in waiting)
        for work in waiting:
            is_new = self._output.write_site(work.slug, work.files)
            if not is_new:
                self._remove_stale(work)
            made.sites.append((work.slug, work.key, work.plan.id))
            made.landings += [(work.slug, code, key) for code, key in work.landings.items()]

    def _remove_stale(self, work: _SiteToWrite) -> None:
        written = {path for path, _ in work.files}
        for file in self._stale[work.plan.id]:
            if file not in written:
                self._output.remove(f"{work.slug}/{file}")
        for code in work.landings:
            for file in page_files.other_names(self._options.compression, landing_file(code)):
                self._output.remove(f"{work.slug}/{file}")

    def _of_member(self, fault: Fault, slug: str) -> Fault:
        message = f"{slug}: {fault.message}" if fault.where else f"{slug}: {fault}"
        where = fault.where or self._site.settings.roster_path
        return Fault(message, where=where, line=fault.line, hint=fault.hint)


def landing_file(code: str) -> str:
    """Returns the path of a campaign's landing page, relative to the folder of the site that has the page."""
    return f"{campaign_path(code)}index.html"


def landing_files(
    renderer: Renderer, page: PageFile, host: Host, options: BuildOptions, *, is_stamped: bool
) -> Iterator[File]:
    """Yields the path and bytes of each file of a landing page; paths are relative to the folder of the page's site."""
    assert page.campaign is not None
    landing = renderer.landing(page.planned, host, page.campaign)
    sheet = renderer.sheet(landing) if is_stamped else None
    content = written(renderer, page.planned, landing, sheet, options)
    yield from page_files.files(options.compression, page.file, content)


def written(
    renderer: Renderer, page: PlannedPage, whose: Host | Landing, sheet: Sheet | None, options: BuildOptions
) -> bytes:
    """Returns the bytes of a page.

    With ``sheet`` (the member's values for stamping) the page is stamped, and compared with plain Jinja's if the
    options ask for it; without, plain Jinja renders it.
    """
    if sheet is None:
        return renderer.render(page, whose)
    content = renderer.stamp(page, sheet)
    if options.verify:
        renderer.verify(page, whose, content)
    return content
