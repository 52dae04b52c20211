"""What stamping makes of a site: which pages cannot be stamped and why, and which questions multiply shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from sitegen.model import Campaign, Channel
from sitegen.render import hosts
from sitegen.render.context import Photo
from sitegen.render.renderer import Renderer
from sitegen.roster import Roster
from sitegen.site.site import Site

SAMPLE = 2_000
"""Members that are looked at."""


@dataclass(frozen=True, slots=True)
class StampedPage:
    """One page in one language, after it was stamped for ``members`` members."""

    page: str
    locale: str
    members: int
    shapes: int
    plain: int
    """Members for whom it was rendered plainly, the first of each shape among them."""
    reason: str | None
    """Why it cannot be stamped; None: it can."""
    questions: tuple[tuple[str, int], ...]
    """What is asked of members in several places of the tree of shapes, and in how many."""


def explain(site: Site, renderer: Renderer, roster: Roster) -> Iterator[StampedPage]:
    """Stamps the pages of the first members in memory, and a landing page of each, and tells what came of it."""
    channels = cycle(Channel)
    for member, sponsor in islice(roster.active_with_sponsors(), SAMPLE):
        host = hosts.of_member(site, member, sponsor, lambda name: Photo(name, (), 1))
        sheet = renderer.sheet(host)
        variant = site.member_variant(member.locale)
        for planned in renderer.plan(variant):
            renderer.stamp(planned, sheet)
        if (page := renderer.landing_page(variant)) is not None:
            channel = next(channels)
            landing = renderer.landing(page, host, Campaign(channel.value, member.id, channel))
            renderer.stamp(page, renderer.sheet(landing))
    for planned, program in renderer.programs.items():
        figures = program.figures
        yield StampedPage(
            planned.page.key,
            planned.page.locale,
            figures.stamps + figures.plain,
            figures.shapes,
            figures.plain,
            program.reason,
            figures.guards,
        )
