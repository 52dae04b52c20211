"""Renders any page of any member on request, from the files as they are now.

The site folder is read again whenever one of its files changes; while the site has faults, every page shows them,
and the next save without faults brings the pages back.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from sitegen.check import people
from sitegen.errors import ContentError, EspalierError, Fault
from sitegen.render import hosts, member_files, photos, sitemap
from sitegen.render.context import Photo
from sitegen.render.hosts import Host
from sitegen.render.renderer import Renderer
from sitegen.render.resolver import AssetFile, CardFile, Moved, PageFile, RenditionFile, Resolver, SitemapFile
from sitegen.roster.lookup import FoundMember, IndexLookup
from sitegen.serving.media_types import media_type
from sitegen.serving.snapshot import NothingHere, OnMemberSite, Snapshot
from sitegen.site import site as sites
from sitegen.site.options import SiteOptions
from sitegen.site.site import Site
from sitegen.token import TokenSigner


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """The preview's answer for a path: a file with its type, a redirect (308), no page (404), a former member (410)."""

    status: int
    content: bytes = b""
    type: str = "text/html"
    location: str = ""
    """Where a redirect leads."""


class PreviewPages:
    """The pages of the site as its files were at one moment, rendered by plain Jinja on request."""

    def __init__(self, site: Site, signer: TokenSigner, made: Path) -> None:
        """``made``: a folder for photos that are scaled on request.

        Raises EspalierError with the faults of the site's roster and campaigns.
        """
        self._made = made
        self._refused: set[str] = set()
        roster = people.roster(site)
        placements = people.campaigns(site, roster)
        self.snapshot = Snapshot(Resolver(Renderer(site, signer)), IndexLookup(roster, since=0), placements)

    def answer(self, path: str, slug: str | None = None) -> PreviewAnswer:
        """Returns the answer for ``path`` (no slash in front), on the host of the member ``slug`` if one is named."""
        here = self.snapshot.on_member_host(slug, path) if slug else self.snapshot.below_root("/", path)
        match here:
            case Moved():
                return PreviewAnswer(308, location=here.location)
            case NothingHere():
                return PreviewAnswer(410 if here.gone else 404)
            case OnMemberSite():
                return self._of_member(here.member, here.file)
            case PageFile():
                return PreviewAnswer(200, self._page(here, hosts.of_company(self.snapshot.site)))
            case AssetFile():
                return PreviewAnswer(200, here.asset.content, media_type(path))
            case RenditionFile():
                made = self._made / here.name
                return PreviewAnswer(200, made.read_bytes(), media_type(path)) if made.is_file() else PreviewAnswer(404)
            case SitemapFile():
                return self._sitemap(here.name)

    def _of_member(self, found: FoundMember, file: PageFile | CardFile) -> PreviewAnswer:
        site, member = self.snapshot.site, found.member
        if isinstance(file, CardFile):
            return PreviewAnswer(200, member_files.content(site, member, file.path), media_type(file.path))
        return PreviewAnswer(200, self._page(file, hosts.of_member(site, member, found.sponsor, self._photo)))

    def _page(self, file: PageFile, host: Host) -> bytes:
        renderer = self.snapshot.renderer
        whose = host if file.campaign is None else renderer.landing(file.planned, host, file.campaign)
        return renderer.render(file.planned, whose)

    def _sitemap(self, name: str) -> PreviewAnswer:
        snapshot = self.snapshot
        for made, content in sitemap.files(snapshot.site, snapshot.renderer, snapshot.lookup):
            if made == name:
                return PreviewAnswer(200, content, media_type(name))
        return PreviewAnswer(404)

    def _photo(self, name: str) -> Photo | None:
        """Returns a photo as templates see it; None if it cannot be read, which is told once on standard error."""
        site = self.snapshot.site
        try:
            made = photos.render(photos.locate(site.folder / "photos", name), self._made)
        except ContentError as error:
            if name not in self._refused:
                self._refused.add(name)
                sys.stderr.write(f"{error}\n")
            return None
        return made.view(site.addresses.asset(""))


def unexpected(error: Exception) -> EspalierError:
    """Returns what the preview shows instead of a bug's traceback, which goes to standard error.

    The notes of ``error`` name the file that it was about, where that is known.
    """
    traceback.print_exception(error)
    notes = "; ".join(getattr(error, "__notes__", ()))
    hint = "this is a fault of Espalier's; the traceback stands where `sitegen serve` runs"
    return EspalierError(Fault(f"{type(error).__name__}: {error}", where=notes or None, hint=hint))


class Preview:
    """The live preview of a site folder: its pages as the files are now, or the error that the site has faults.

    ``version`` counts how often the folder was read.
    """

    def __init__(self, options: SiteOptions) -> None:
        self._options = options
        self._signer = TokenSigner(options.token_keys)
        self._changed = threading.Condition()
        self._made = tempfile.TemporaryDirectory(prefix="espalier-photos-")
        self.version = 0
        self.pages: PreviewPages | None = None
        self.error: EspalierError | None = None
        self.reload()

    def reload(self) -> None:
        """Reads the folder again and wakes the threads in ``wait``."""
        pages, problem = None, None
        try:
            site = sites.load_by(self._options)
            pages = PreviewPages(site, self._signer, Path(self._made.name))
        except EspalierError as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - a bug must not end the watch: the next save may get round it
            problem = unexpected(error)
        with self._changed:
            self.pages, self.error = pages, problem
            self.version += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Removes the photos that were scaled for the preview."""
        self._made.cleanup()

    def wait(self, version: int, seconds: float) -> int:
        """Waits until the folder was read again after ``version``, at most ``seconds``; returns the newest version."""
        with self._changed:
            self._changed.wait_for(lambda: self.version > version, timeout=seconds)
            return self.version

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Reads the site folder again after every saved file, while the block runs."""
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
        folders = {self._options.folder.resolve()}
        if self.pages is not None:
            folders |= {folder.resolve() for folder in self.pages.snapshot.site.theme.folders}
        beside = self._options.folder.resolve().parent / "themes"
        if beside.is_dir():
            folders.add(beside)
        return sorted(folders)
