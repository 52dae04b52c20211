"""Writes the pages at members' former addresses: each leads to the same page at the member's present address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from sitegen.build import page_files
from sitegen.build.chunks import SitePlan, landing_file
from sitegen.build.manifest import FORMER, Manifest
from sitegen.build.options import BuildOptions
from sitegen.build.output import File, Output
from sitegen.campaigns.placements import Placements
from sitegen.render import moved_page
from sitegen.render.resolver import PageFile
from sitegen.roster import MemberRow
from sitegen.site.addresses import campaign_path
from sitegen.site.site import Site

MOVED = "moved.txt"
"""The file at a former address that holds the present one; by it, web servers tell such folders from pages."""


class FormerAddresses:
    """Writes the pages at former addresses that are new or have changed."""

    def __init__(
        self,
        plans: Mapping[str, SitePlan],
        output: Output,
        manifest: Manifest,
        placements: Placements,
        options: BuildOptions,
    ) -> None:
        self._plans = plans
        self._output = output
        self._manifest = manifest
        self._placements = placements
        self._options = options
        self._known = {name for plan in manifest.plans().values() for name in plan}
        """The files that earlier builds, and this one so far, may have written into a site's folder."""

    def write(self, slug: str, row: MemberRow, site: Site) -> None:
        """Writes the pages in the folder ``slug``, which lead to the site of the member in ``row``."""
        files = dict(self._files(row, site))
        plan = self._manifest.add_plan(dict.fromkeys(files, ""), kind=FORMER)
        key = hashlib.sha256(json.dumps([(path, files[path].hex()) for path in sorted(files)]).encode()).digest()[:16]
        before = None if self._options.fresh else self._manifest.site(slug)
        if before == (key, plan) and self._output.has_site(slug):
            self._output.counts.unchanged += len(files)
            return
        self._manifest.distrust([slug])
        self._manifest.save()  # should we die now, the next build trusts none of these
        if not self._output.write_site(slug, list(files.items())):
            for name in sorted(self._known - files.keys()):
                self._output.remove(f"{slug}/{name}")
        self._manifest.enter_sites([(slug, key, plan)])

    def _files(self, row: MemberRow, site: Site) -> Iterator[File]:
        home, locale = site.addresses.member_home(row.slug), site.settings.locales[row.locale]
        yield MOVED, f"{home}\n".encode()
        for each in self._plans[row.locale].contents:
            if isinstance(each, PageFile):
                content = moved_page.content(home + each.path, locale)
                yield from page_files.files(self._options.compression, each.file, content)
        for campaign in self._placements.of_member(row.id):
            content = moved_page.content(home + campaign_path(campaign.code), locale)
            yield from page_files.files(self._options.compression, landing_file(campaign.code), content)
