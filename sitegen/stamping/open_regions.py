"""Open regions: where a trace stands in the trees of the regions that it has opened."""

from __future__ import annotations

from typing import Any

from sitegen.stamping.expressions import Expr
from sitegen.stamping.regions import Region
from sitegen.stamping.signals import Dissolve
from sitegen.stamping.visits import RegionVisit


class OpenRegions:
    """The regions of one trace, opened one inside the other; the page is the outermost.

    dissolved: sites where no region may be opened. clock: how many regions were opened so far. Whatever was
    created when the clock was at t is older than each region opened at a greater time. page: the visit to the
    page. ended: the visits to other regions that ended, in that order; those left out are not among them.
    """

    def __init__(self, page: Region, dissolved: frozenset[str]) -> None:
        self.page = RegionVisit(page, 0)
        self.ended: list[RegionVisit] = []
        self.clock = 0
        self._dissolved = dissolved
        self._visits = [self.page]

    @property
    def innermost(self) -> RegionVisit:
        """The visit to the region opened last."""
        return self._visits[-1]

    def enter(self, site: str) -> RegionVisit | None:
        """Open a region; None at a dissolved site. Raises Decline if earlier traces opened none here."""
        if site in self._dissolved:
            return None
        self.clock += 1
        visit = self.innermost.enter(site, self.clock)
        self._visits.append(visit)
        return visit

    def leave(self, site: str) -> RegionVisit | None:
        """Close the region opened last; None at a dissolved site. Raises Decline if it ended otherwise before."""
        if site in self._dissolved:
            return None
        visit = self._visits.pop()
        assert visit.region.site == site, "regions are closed in the reverse order of their opening"
        if not visit.known:
            visit.end()
            self.ended.append(visit)
        return visit

    def ask(self, question: Expr, answer: Any) -> None:
        """Note a question in the innermost region, unless an open region knows its answer already."""
        if any(question in visit.asked for visit in self._visits):
            self.innermost.asked.add(question)
        elif not question.fixed:
            self.innermost.ask(question, answer)

    def dissolve_since(self, created: int) -> None:
        """Raise Dissolve for the open regions that were opened after `created`, a time of the clock.

        An object created then is about to change. It was created outside those regions, and code after them
        may see the change, so they are not closed code. Does nothing if there are none.
        """
        sites = [visit.region.site for visit in self._visits if visit.opened > created]
        if sites:
            raise Dissolve(sites)
