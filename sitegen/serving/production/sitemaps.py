"""The sitemap and ``robots.txt`` while serving: made when first asked for, once for all processes.

With many members who are their own canonical address this takes a while and much room, so it goes to files.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sitegen.render import sitemap
from sitegen.render.renderer import Renderer
from sitegen.roster import Roster
from sitegen.roster.lookup import Lookup
from sitegen.serving.production.ledger import locked
from sitegen.site.site import Site

_NAMES = re.compile(r"(?:sitemap(?:-[1-9][0-9]{0,5})?\.xml|robots\.txt)\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files."""

    content: bytes
    tag: str
    since: int


class Sitemaps:
    """The files of one edition. ``since``: when the newest page of the company's came to be."""

    def __init__(self, site: Site, renderer: Renderer, lookup: Lookup, folder: Path, since: int) -> None:
        self._site = site
        self._renderer = renderer
        self._lookup = lookup
        self._root = folder / "sitemaps"
        self._root.mkdir(parents=True, exist_ok=True)
        self._since = since
        plans = [renderer.plan(site.company_variant), *(renderer.plan(site.member_variant(c)) for c in site.pages)]
        facts = [(each.view.key, each.view.path, each.view.translations) for plan in plans for each in plan]
        self._shared = repr((site.addresses, site.settings.site.self_canonical_words, facts))

    def file(self, name: str) -> Part | None:
        """One of the files by its name; None where there is no such."""
        if not _NAMES.match(name):
            return None
        key = hashlib.sha256((self._shared + self._lookup.digest).encode()).hexdigest()[:24]
        folder = self._root / key
        if not folder.is_dir():
            self._make(folder)
        try:
            content = (folder / name).read_bytes()
        except OSError:
            return None
        since = max(self._since, self._lookup.since)
        return Part(content, f"{key[:20]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}", since)

    def _make(self, folder: Path) -> None:
        with locked(self._root / "lock"):
            if folder.is_dir():  # another process was quicker
                return
            growing = folder.with_suffix(".new")
            shutil.rmtree(growing, ignore_errors=True)
            growing.mkdir()
            # It only asks for the active members, which every Lookup has.
            for name, content in sitemap.files(self._site, self._renderer, cast(Roster, self._lookup)):
                (growing / name).write_bytes(content)
            for old in self._root.iterdir():
                if old.is_dir() and old not in (growing, folder):
                    shutil.rmtree(old, ignore_errors=True)
            growing.rename(folder)
