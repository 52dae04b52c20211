"""Checks a site folder as a whole and reports all its faults together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sitegen.check import roster_file
from sitegen.token import TokenSigner

if TYPE_CHECKING:
    from sitegen.check.whole_site import Checked


def everything(folder: Path, signer: TokenSigner, *, remember: bool = False, frozen: bool = False) -> Checked:
    """Checks a site folder. ``remember``: write new addresses into the address book; ``frozen``: they are faults.

    Raises EspalierError with all faults, those of single members among them, if any of them would keep a build from
    being made: in config, pages, theme, templates, links, or the roster as a whole.
    """
    with roster_file.ahead(folder) as file:
        from sitegen.check import whole_site  # imports what renders: meanwhile others read the rows

        return whole_site.check(folder, signer, file, remember=remember, frozen=frozen)
