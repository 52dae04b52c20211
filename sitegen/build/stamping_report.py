"""Reports how well a site's pages can be stamped: which cannot and why, and which conditions make many shapes.

Stamping: a page is rendered by Jinja once for each *shape* (members for whom the same parts of the template run), and
joined from that page's bytes for all other members.
"""

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
"""How many members' pages are made for the report."""


@dataclass(frozen=True, slots=True)
class StampedPage:
    """How stamping went for one page in one language, made for ``members`` members in ``shapes`` different shapes."""

    page: str
    locale: str
    members: int
    shapes: int
    plain: int
    """How many members' pages plain Jinja rendered, the first of each shape among them."""
    reason: str | None
    """Why the page cannot be stamped; None if it can."""
    questions: tuple[tuple[str, int], ...]
    """Conditions on a member that occur in several places of the tree of shapes, and in how many."""


def explain(site: Site, renderer: Renderer, roster: Roster) -> Iterator[StampedPage]:
    """Stamps the pages of the first members in memory, with a landing page for each, and yields how each page went."""
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
