"""Checks a site folder as a whole and reports all its faults together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sitegen.check import notes, people, rendering
from sitegen.errors import EspalierError
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.site.site import Site
from sitegen.token import TokenSigner


@dataclass(frozen=True, slots=True)
class Checked:
    """A site without faults. ``members``: how many there are. ``notes``: what is right about the roster and should be
    known all the same, a sentence each."""

    site: Site
    members: int
    notes: tuple[str, ...]


def everything(folder: Path, signer: TokenSigner) -> Checked:
    """Checks a site folder as a whole.

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
        return Checked(site, len(members), notes.of(members))
