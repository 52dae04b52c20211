"""Checks a site before it is built, and learns meanwhile how to stamp members' pages: once, for all processes."""

from __future__ import annotations

from itertools import islice

from sitegen.check import rendering
from sitegen.render import hosts, learning
from sitegen.render.renderer import Renderer
from sitegen.roster import Roster

_LEARN_FROM = 16  # members: the pages of fewer are rendered about as fast as learnt


def check(renderer: Renderer, roster: Roster) -> None:
    """Renders every page for the company and for sample members, and learns from these and from others who differ.

    Raises EspalierError with every fault found.
    """
    site, learns = renderer.site, roster.active_count >= _LEARN_FROM
    rendering.check(site, renderer, roster, learns=learns)
    if learns:
        members = islice(roster.active_with_sponsors(), learning.LOOKED_AT)
        learning.learn(renderer, (hosts.of_member(site, *each, learning.stand_in) for each in members))
