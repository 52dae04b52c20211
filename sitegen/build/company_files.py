"""Writes what belongs to no member: the company's pages, assets, the sitemap, and landing pages of its campaigns."""

from __future__ import annotations

from collections.abc import Callable

from sitegen.build import page_files
from sitegen.build.chunks import landing_files
from sitegen.build.manifest import Manifest
from sitegen.build.options import BuildOptions
from sitegen.build.output import FileCounts, Output
from sitegen.campaigns.placements import Placements
from sitegen.render import hosts, sitemap
from sitegen.render.fingerprints import Fingerprints
from sitegen.render.hosts import Host
from sitegen.render.renderer import PlannedPage
from sitegen.render.resolver import PageFile, Resolver
from sitegen.render.sitemap import Storytellers
from sitegen.site.addresses import campaign_path

_COMPANY = ""  # the folder of the company's own landing pages in the manifest


class CompanyFiles:
    """Writes the company's own files. ``paths``: those that the tree has after this build, known before any is written;
    ``pages``: how many pages are among them. ``page_key`` gives the key of what a page is made from."""

    def __init__(
        self,
        resolver: Resolver,
        folder: Output,
        manifest: Manifest,
        placements: Placements,
        options: BuildOptions,
        counts: FileCounts,
        page_key: Callable[[PlannedPage], str],
    ) -> None:
        self._resolver = resolver
        self._renderer = resolver.renderer
        self._fingerprints = Fingerprints(resolver.renderer)
        self._site = resolver.renderer.site
        self._folder = folder
        self._manifest = manifest
        self._placements = placements
        self._options = options
        self._counts = counts
        self._page_key = page_key
        self.pages = 0
        self.paths: set[str] = set(resolver.assets)
        for each in resolver.contents(self._site.company_variant).values():
            self.paths.update(page_files.names(options.compression, each.file))

    def write_assets(self) -> None:
        """Writes the static files of the theme and the site."""
        for path, each in self._resolver.assets.items():
            self._write(path, each.asset.content)

    def write_pages(self, *, is_unchanged: bool) -> None:
        """Writes the company's pages; if they are unchanged, only counts them."""
        host = hosts.of_company(self._site)
        for each in self._resolver.contents(self._site.company_variant).values():
            assert isinstance(each, PageFile)  # the company has no cards
            self.pages += not each.is_copy
            if is_unchanged:
                names = page_files.names(self._options.compression, each.file)
                self._counts.unchanged += len(names)
                continue
            content = self._renderer.render(each.planned, host)
            for path, packed in page_files.files(self._options.compression, each.file, content):
                self._write(path, packed)

    def write_landings(self) -> None:
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
            self.pages += len(some)
            self._counts.unchanged += (len(some) - len(new)) * len(page_files.names(self._options.compression, ""))
            self._manifest.enter_landings((_COMPANY, each.code, None) for each in new)
            self._manifest.save()  # should we die now, the next build trusts none of these
            self._folder.counts = self._counts
            for each in new:
                self._write_landing(PageFile(campaign_path(each.code), planned, each), host, is_stamped=len(new) > 1)
            self._manifest.enter_landings((_COMPANY, each.code, keys[each.code]) for each in new)

    def _write_landing(self, page: PageFile, host: Host, *, is_stamped: bool) -> None:
        for path, content in landing_files(self._renderer, page, host, self._options, is_stamped=is_stamped):
            self._folder.write(path, content)
        for path in page_files.other_names(self._options.compression, page.file):
            self._folder.remove(path)

    def write_sitemap(self, members: Storytellers) -> None:
        """Writes the sitemap and ``robots.txt``."""
        for name, content in sitemap.files(self._site, self._renderer, members):
            self._write(name, content)

    def keep_sitemap(self) -> None:
        """Leaves the sitemap and ``robots.txt`` as an earlier build wrote them."""
        self.paths.update(path for path in self._manifest.files() if sitemap.NAMES.match(path))

    def _write(self, path: str, content: bytes) -> None:
        self.paths.add(path)
        self._manifest.enter_file(path)
        self._folder.counts = self._counts
        self._folder.write(path, content)
