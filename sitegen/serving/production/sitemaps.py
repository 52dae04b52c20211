"""Serves the sitemap and ``robots.txt``: makes them when they are first asked for, once for all processes.

If the pages of many members are in the sitemap, making it takes a while and much room, so it is kept in files.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from sitegen.render import sitemap
from sitegen.render.fingerprints import Fingerprints
from sitegen.serving.production.change_times import locked
from sitegen.serving.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SitemapPart:
    """A sitemap file or ``robots.txt``: its bytes, entity tag, and last change in seconds since 1970."""

    content: bytes
    tag: str
    since: int


class Sitemaps:
    """The sitemap files and ``robots.txt`` of one version of the site, made on request.

    ``since``: when any page last changed, in seconds since 1970.
    """

    def __init__(self, snapshot: Snapshot, fingerprints: Fingerprints, folder: Path, since: int) -> None:
        self._snapshot = snapshot
        self._root = folder / "sitemaps"
        self._root.mkdir(parents=True, exist_ok=True)
        self._since = since
        site, renderer = snapshot.site, snapshot.renderer
        plans = [renderer.plan(site.company_variant), *(renderer.plan(site.member_variant(c)) for c in site.pages)]
        self._shared = fingerprints.sitemap(plans)

    def file(self, name: str) -> SitemapPart | None:
        """Returns the sitemap file of this name, or ``robots.txt``; None if there is no such file."""
        key = hashlib.sha256((self._shared + self._snapshot.lookup.digest).encode()).hexdigest()[:24]
        folder = self._root / key
        if not folder.is_dir():
            self._make(folder)
        try:
            content = (folder / name).read_bytes()
        except OSError:
            return None
        since = max(self._since, self._snapshot.lookup.since)
        return SitemapPart(content, f"{key[:20]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}", since)

    def _make(self, folder: Path) -> None:
        with locked(self._root / "lock"):
            if folder.is_dir():  # another process was quicker
                return
            growing = folder.with_suffix(".new")
            shutil.rmtree(growing, ignore_errors=True)
            growing.mkdir()
            snapshot = self._snapshot
            for name, content in sitemap.files(snapshot.site, snapshot.renderer, snapshot.lookup):
                (growing / name).write_bytes(content)
            for old in self._root.iterdir():
                if old.is_dir() and old not in (growing, folder):
                    shutil.rmtree(old, ignore_errors=True)
            growing.rename(folder)
