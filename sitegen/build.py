"""Building: check everything, then write what is new, then remove what is gone.

Assets come before the pages that name them, and nothing is removed until all else is written, so that a
reader finds a whole site at every moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sitegen import __version__, cards, check, hosts, output, photos, qr, sitemap
from sitegen.addresses import ASSETS
from sitegen.context import Photo
from sitegen.hosts import Host
from sitegen.model import Member
from sitegen.output import OURS, Output, Written
from sitegen.record import Plan, Record
from sitegen.render import PlannedPage, Renderer
from sitegen.roster import Roster
from sitegen.site import Site
from sitegen.token import TokenSigner

VCARD, QR_CODE = "contact.vcf", "qr.svg"
_SAVE_EVERY = 200  # sites: what a crash may cost in work done twice

Progress = Callable[[int, int], None]
"""Told (sites done, sites in all) as a build goes on."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. ``pages`` counts those of the finished tree; ``seconds`` is wall time."""

    members: int
    pages: int
    written: int
    unchanged: int
    removed: int
    bytes_written: int
    seconds: float


def build(
    site: Site, signer: TokenSigner, out: Path, *, fresh: bool = False, progress: Progress = lambda done, total: None
) -> Summary:
    """Builds the company's site and every active member's into ``out``.

    ``fresh`` compares every file instead of trusting the record of the last build. Raises EspalierError
    with everything that is wrong, before anything is written.
    """
    started = perf_counter()
    with check.roster(site) as members:
        renderer = Renderer(site, signer)
        check.rendering(site, renderer, members)
        with output.opened(out, keep_out_of=site.folder) as folder:
            record = Record(out / OURS / "record.sqlite")
            try:
                builder = _Builder(renderer, members, folder, record, fresh)
                builder.run(progress)
            finally:
                record.close()
    return builder.summary(perf_counter() - started)


class _Builder:
    def __init__(self, renderer: Renderer, roster: Roster, folder: Output, record: Record, fresh: bool) -> None:
        self._renderer = renderer
        self._site = renderer.site
        self._roster = roster
        self._folder = folder
        self._record = record
        self._fresh = fresh
        self._files: set[str] = set()
        self._members = 0
        self._pages = 0
        self._photos: dict[str, Photo] = {}

    def run(self, progress: Progress) -> None:
        self._assets()
        self._company()
        self._all_members(progress)
        self._sitemap()
        self._remove_gone()

    def summary(self, seconds: float) -> Summary:
        counts: Written = self._folder.counts
        return Summary(
            self._members, self._pages, counts.written, counts.unchanged, counts.removed, counts.bytes_written, seconds
        )

    def _assets(self) -> None:
        for asset in self._site.assets.files.values():
            self._root_file(f"{ASSETS}/{asset.published}", asset.content)

    def _company(self) -> None:
        host = hosts.of_company(self._site)
        for planned in self._renderer.plan(self._site.company_variant):
            self._root_file(planned.file, self._renderer.render(planned, host))
            self._pages += 1

    def _root_file(self, path: str, content: bytes) -> None:
        self._files.add(path)
        self._record.enter_file(path)
        self._folder.write(path, content)

    def _all_members(self, progress: Progress) -> None:
        total = self._roster.active_count
        plans = {code: self._plan(code) for code in self._site.settings.locales}
        progress(0, total)
        for member, sponsor in self._roster.active_with_sponsors():
            planned, plan, plan_id = plans[member.locale]
            host = hosts.of_member(self._site, member, sponsor, self._photo)
            self._member_site(member, host, planned, plan, plan_id)
            self._members += 1
            self._pages += len(planned)
            if self._members % _SAVE_EVERY == 0:
                self._record.save()
                progress(self._members, total)
        progress(self._members, total)

    def _plan(self, locale: str) -> tuple[tuple[PlannedPage, ...], Plan, str]:
        planned = self._renderer.plan(self._site.member_variant(locale))
        # A page's token holds its build id, so its key must tell keys apart as well.
        plan = {page.file: _key(page.build_id, page.shared["signup"]) for page in planned}
        site = self._site
        shared = _key(__version__, site.company, site.texts[locale].status, site.addresses)
        plan |= {VCARD: shared, QR_CODE: shared}
        return planned, plan, self._record.add_plan(plan)

    def _photo(self, name: str) -> Photo:
        if name not in self._photos:
            made = photos.render(photos.locate(self._site.folder / "photos", name), self._folder.root / ASSETS)
            for file in made.names():
                self._files.add(f"{ASSETS}/{file}")
                self._record.enter_file(f"{ASSETS}/{file}")
            self._photos[name] = made.view(self._site.addresses.asset(""))
        return self._photos[name]

    def _member_site(
        self, member: Member, host: Host, planned: tuple[PlannedPage, ...], plan: Plan, plan_id: str
    ) -> None:
        member_key = hashlib.sha256(repr((host, member, self._renderer.member_token(host.member))).encode()).digest()[
            :16
        ]
        before = None if self._fresh else self._record.site(member.slug)
        known_member = before is not None and before[0] == member_key
        if known_member and before is not None and before[1] == plan_id:
            self._folder.counts.unchanged += len(plan)
            return
        written_by: Plan = self._record.plan(before[1]) if before else {}
        wanted = {file for file, key in plan.items() if not (known_member and written_by.get(file) == key)}
        self._record.enter_site(member.slug, None, plan_id)
        self._record.save()
        self._folder.write_site(member.slug, self._contents(member, host, planned, wanted))
        self._folder.counts.unchanged += len(plan) - len(wanted)
        for file in sorted(written_by.keys() - plan.keys()):
            self._folder.remove(f"{member.slug}/{file}")
        self._record.enter_site(member.slug, member_key, plan_id)

    def _contents(
        self, member: Member, host: Host, planned: tuple[PlannedPage, ...], wanted: set[str]
    ) -> Iterator[tuple[str, bytes]]:
        for page in planned:
            if page.file in wanted:
                yield page.file, self._renderer.render(page, host)
        if VCARD in wanted:
            status = self._site.texts[member.locale].status
            yield VCARD, cards.vcard(member, self._site.company, status, host.home).encode()
        if QR_CODE in wanted:
            yield QR_CODE, qr.svg(host.home, member.name).encode()

    def _sitemap(self) -> None:
        for name, content in sitemap.files(self._site, self._renderer, self._roster):
            self._root_file(name, content)

    def _remove_gone(self) -> None:
        current = (member.slug for member in self._roster.active())
        for slug, plan_id in self._record.sites_besides(current):
            for file in self._record.plan(plan_id):
                self._folder.remove(f"{slug}/{file}")
            self._record.forget_site(slug)
        for path in sorted(self._record.files() - self._files):
            self._folder.remove(path)
            self._record.forget_file(path)


def _key(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
