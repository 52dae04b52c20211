"""Removes what is gone from the tree: members' sites and landing pages first, all else when everything is written."""

from __future__ import annotations

from collections.abc import Set

from sitegen.build.chunks import landing_file
from sitegen.build.manifest import Manifest
from sitegen.build.output import Output
from sitegen.build.ownership import Ownership
from sitegen.render import photos
from sitegen.site.addresses import ASSETS


class Removal:
    """Removes files of the tree that nobody owns. ``company``: the paths of the company's own files, which may grow."""

    def __init__(self, folder: Output, manifest: Manifest, company: Set[str]) -> None:
        self._folder = folder
        self._manifest = manifest
        self._company = company

    def take_down(self) -> None:
        """Removes the sites of members who are gone, and landing pages that are no more."""
        owners = Ownership(self._company, self._manifest)
        files = {name for plan in self._manifest.plans().values() for name in plan}
        for slug, _ in self._manifest.unexpected_sites():
            for file in sorted(files):
                self._remove(f"{slug}/{file}", owners)
            self._manifest.forget_site(slug)
        for slug, code in self._manifest.unexpected_landings():
            file = f"{slug}/{landing_file(code)}" if slug else landing_file(code)
            for path in (file, f"{file}.gz"):
                self._remove(path, owners)
            self._manifest.forget_landing(slug, code)
        self._manifest.save()

    def _remove(self, path: str, owners: Ownership) -> None:
        if not owners.is_owned(path):
            self._folder.remove(path)

    def remove_rest(self, *, keep_photos: bool) -> None:
        """Removes what belongs to nobody any more; what is gone of the company's may be somebody else's by now.

        ``keep_photos``: old pages of some member may still show old photos.
        """
        owners = Ownership(self._company, self._manifest)
        for path in sorted(self._manifest.files() - self._company):
            self._remove(path, owners)
            self._manifest.forget_file(path)
        if not keep_photos:
            self._remove_unused_photos()
            self._manifest.drop_old_plans()

    def _remove_unused_photos(self) -> None:
        used = self._manifest.keep_used_photos()
        folder = self._folder.root / ASSETS / photos.FOLDER
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name.rpartition("-")[0] not in used:
                self._folder.remove(f"{ASSETS}/{photos.FOLDER}/{path.name}")
