"""Who owns each path of the tree, so that a build never removes what it wrote, or keeps, for somebody else.

=============================  =======================================================================
path                           owner
=============================  =======================================================================
``index.html``, ``faq/…``      the company: its pages, and the landing pages of its own campaigns
``assets/…``, ``sitemap.xml``  the company: files that are not pages
``ana/…``                      the member with that address: pages, cards, landing pages
``ana-lopez/…``                a former address of a member: pages that lead to the present one
=============================  =======================================================================
"""

from __future__ import annotations

from collections.abc import Set

from sitegen.build.manifest import Manifest
from sitegen.site.addresses import campaign_in

_PACKED = ".gz"
_PAGE = "index.html"


class Ownership:
    """Tells whether a path of the output folder has an owner in the build that is going on.

    ``company``: the paths of the company's own files, which grow as they are planned. ``manifest`` must know which
    sites and landing pages are expected.
    """

    def __init__(self, company: Set[str], manifest: Manifest) -> None:
        self._company = company
        self._manifest = manifest
        self._plans = manifest.plans()

    def is_owned(self, path: str) -> bool:
        """Returns whether this build wrote the file at ``path``, or keeps it."""
        return path in self._company or self._is_landing("", path) or self._is_of_member(path)

    def _is_of_member(self, path: str) -> bool:
        folder, _, rest = path.partition("/")
        plan = self._manifest.stands(folder) if rest else None
        if plan is None:
            return False
        if plan not in self._plans:
            self._plans = self._manifest.plans()
        return rest in self._plans[plan] or self._is_landing(folder, rest)

    def _is_landing(self, folder: str, path: str) -> bool:
        page = path.removesuffix(_PACKED)
        if not page.endswith(_PAGE):
            return False
        code, _ = campaign_in(page.removesuffix(_PAGE))
        return bool(code) and self._manifest.is_expected_landing(folder, code)
