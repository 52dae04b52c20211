"""Any page of any member, rendered on request from the files as they are now.

The folder is read again whenever one of its files changes; while something is broken, every page shows what
and where, and the next good save brings the pages back.
"""

from __future__ import annotations

import mimetypes
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from sitegen.campaigns import campaign_file
from sitegen.check import people
from sitegen.errors import EspalierError
from sitegen.model import Member
from sitegen.render import cards, hosts, photos, qr, sitemap
from sitegen.render.cards import QR_CODE, VCARD
from sitegen.render.context import Photo
from sitegen.render.hosts import Host
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.roster import Roster
from sitegen.site import site as sites
from sitegen.site.addresses import ASSETS
from sitegen.site.site import Site, Variant
from sitegen.token import TokenSigner

_RENDITION = re.compile(rf"{ASSETS}/{photos.FOLDER}/[0-9a-z-]+\.[a-z]+\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path holds: a file with its type, a redirect to a path, or nothing (404) or a member gone (410)."""

    status: int
    content: bytes = b""
    type: str = "text/html"
    location: str | None = None


class Snapshot:
    """The site folder as it was at one moment."""

    def __init__(self, site: Site, signer: TokenSigner, made: Path) -> None:
        self.site = site
        self._made = made  # a folder for photos that were scaled on request
        self.renderer = Renderer(site, signer)
        self.roster: Roster = people.roster(site)
        self.placements = people.campaigns(site, self.roster)
        self._assets = {f"{ASSETS}/{asset.published}": asset.content for asset in site.assets.files.values()}

    def answer(self, path: str, slug: str | None = None) -> Answer:
        """What stands at ``path`` (no slash in front), on the host of the member ``slug`` if one is named."""
        if path in self._assets:
            return Answer(200, self._assets[path], _type(path))
        if _RENDITION.match(path):
            made = self._made / path.removeprefix(f"{ASSETS}/")
            return Answer(200, made.read_bytes(), _type(path)) if made.is_file() else Answer(404)
        if slug is None:
            found = self._company(path)
            if found is not None:
                return found
            slug, slash, path = path.partition("/")
            if not slash and slug:
                known = self.roster.by_slug(slug) is not None
                return Answer(308, location=f"{slug}/") if known else Answer(404)
        member = self.roster.by_slug(slug)
        if member is None:
            return Answer(404)
        return self._of_member(member, path) if member.active else Answer(410)

    def _company(self, path: str) -> Answer | None:
        # Making a sitemap may read the whole roster, so not for every page.
        if path == "robots.txt" or path.startswith("sitemap"):
            for name, content in sitemap.files(self.site, self.renderer, self.roster):
                if path == name:
                    return Answer(200, content, _type(name))
        variant, host = self.site.company_variant, hosts.of_company(self.site)
        return self._page(self.renderer.plan(variant), path, host) or self._landing(variant, path, host)

    def _of_member(self, member: Member, path: str) -> Answer:
        home = self.site.addresses.member_home(member.slug)
        if path == QR_CODE:
            return Answer(200, qr.svg(home, member.name).encode(), _type(path))
        if path == VCARD:
            status = self.site.texts[member.locale].status
            return Answer(200, cards.vcard(member, self.site.company, status, home).encode(), _type(path))
        variant = self.site.member_variant(member.locale)
        host = hosts.of_member(self.site, member, self.roster.sponsor(member), self._photo)
        plan = self.renderer.plan(variant)
        return self._page(plan, path, host) or self._landing(variant, path, host) or Answer(404)

    def _page(self, plan: tuple[PlannedPage, ...], path: str, host: Host) -> Answer | None:
        for planned in plan:
            if path == planned.view.path:
                return Answer(200, self.renderer.render(planned, host))
            if path and planned.view.path == f"{path}/":
                return Answer(308, location=f"{path.rsplit('/', 1)[-1]}/")
        return None

    def _landing(self, variant: Variant, path: str, host: Host) -> Answer | None:
        named = campaign_file.code_in(path)
        campaign = self.placements.one(named[0]) if named else None
        page = self.renderer.landing_page(variant)
        if named is None or campaign is None or page is None:
            return None
        if campaign.member != (host.member.id if host.member else None):
            return None
        if not named[1]:
            return Answer(308, location=f"{campaign.code}/")
        return Answer(200, self.renderer.render(page, self.renderer.landing(page, host, campaign)))

    def _photo(self, name: str) -> Photo:
        made = photos.render(photos.locate(self.site.folder / "photos", name), self._made)
        return made.view(self.site.addresses.asset(""))


class Preview:
    """The newest snapshot of a folder, or the error that keeps it from being read."""

    def __init__(
        self,
        folder: Path,
        signer: TokenSigner,
        *,
        url: str,
        capture_url: str | None = None,
        theme_name: str | None = None,
    ) -> None:
        self._folder = folder
        self._signer = signer
        self._instead = {"url": url, "capture_url": capture_url, "theme_name": theme_name}
        self._changed = threading.Condition()
        self._made = tempfile.TemporaryDirectory(prefix="espalier-photos-")
        self.version = 0
        self.snapshot: Snapshot | None = None
        self.error: EspalierError | None = None
        self.reload()

    def reload(self) -> None:
        """Reads the folder again and wakes everyone who waits for a change."""
        snapshot, problem = None, None
        try:
            site = sites.load(self._folder, **self._instead)
            snapshot = Snapshot(site, self._signer, Path(self._made.name))
        except EspalierError as error:
            problem = error
        with self._changed:
            self.snapshot, self.error = snapshot, problem
            self.version += 1
            self._changed.notify_all()

    def wait(self, version: int, seconds: float) -> int:
        """Waits until there is a newer version than this, at most so long; gives the newest."""
        with self._changed:
            self._changed.wait_for(lambda: self.version > version, timeout=seconds)
            return self.version

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Reloads on every saved file while the block runs."""
        stop = threading.Event()
        ready = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(ready, stop), daemon=True)
        watcher.start()
        ready.wait(timeout=5)  # so that a file saved right after the start is not missed
        try:
            yield
        finally:
            stop.set()
            watcher.join(timeout=5)

    def _watch(self, ready: threading.Event, stop: threading.Event) -> None:
        # The first round, with changes or without, says that the watch is set.
        rounds = watchfiles.watch(
            *self._watched(), stop_event=stop, step=50, debounce=200, rust_timeout=200, yield_on_timeout=True
        )
        for changes in rounds:
            ready.set()
            if changes:
                self.reload()

    def _watched(self) -> list[Path]:
        folders = {self._folder.resolve()}
        if self.snapshot is not None:
            folders |= {folder.resolve() for folder in self.snapshot.site.theme.folders}
        beside = self._folder.resolve().parent / "themes"
        if beside.is_dir():
            folders.add(beside)
        return sorted(folders)


def _type(path: str) -> str:
    if path.endswith(".vcf"):
        return "text/vcard"
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
