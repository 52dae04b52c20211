"""Checks a site folder as a whole and reports all its faults together."""

from __future__ import annotations

from pathlib import Path

from sitegen.check import people, rendering
from sitegen.errors import EspalierError
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.site.site import Site
from sitegen.token import TokenSigner


def everything(folder: Path, signer: TokenSigner) -> tuple[Site, int]:
    """Checks a site folder and returns the site and its number of members.

    Raises EspalierError with all faults of config, pages, theme, roster, photos, campaigns, templates and links.
    """
    try:
        site = sites.load(folder)
    except EspalierError as error:
        raise EspalierError(*error.faults, *people.faults_alone(folder)) from error
    with people.opened(site) as (members, _):
        faults = list(people.photo_faults(site, members))
        try:
            rendering.check(site, Renderer(site, signer), members)
        except EspalierError as error:
            faults += error.faults
        if faults:
            raise EspalierError(*faults)
        return site, len(members)
