"""Open regions: how far a trace has come in the question tree of each region that it has opened."""

from __future__ import annotations

from typing import Any

from sitegen.stamping.expressions import Expr
from sitegen.stamping.regions import Region
from sitegen.stamping.signals import Dissolve
from sitegen.stamping.visits import RegionVisit


class OpenRegions:
    """The regions that are open at this moment of a trace, one inside the other; the page is the outermost.

    dissolved: sites (places in the templates) where no region may be opened. clock: how many regions were opened
    so far. An object that was created when the clock was t is older than each region opened at a greater time.
    page: the visit to the page. ended: the visits to other regions whose code was run to its end, in the order in
    which they ended; visits to regions whose code was skipped, because its text was known, are not in it.
    """

    def __init__(self, page: Region, dissolved: frozenset[str]) -> None:
        self.page = RegionVisit(page, 0)
        self.ended: list[RegionVisit] = []
        self.clock = 0
        self._dissolved = dissolved
        self._visits = [self.page]

    @property
    def innermost(self) -> RegionVisit:
        """Returns the visit to the region that was opened last."""
        return self._visits[-1]

    def enter(self, site: str) -> RegionVisit | None:
        """Opens a region and returns the visit to it.

        At a dissolved site (a place in the templates where no region may be opened), does nothing and returns None.

        Raises Decline if earlier traces opened no region here.
        """
        if site in self._dissolved:
            return None
        self.clock += 1
        visit = self.innermost.enter(site, self.clock)
        self._visits.append(visit)
        return visit

    def leave(self, site: str) -> RegionVisit | None:
        """Closes the region opened last and returns the visit to it.

        At a dissolved site (a place in the templates where no region may be opened), does nothing and returns None.

        Raises Decline if an earlier trace with the same answers ended the region in another way.
        """
        if site in self._dissolved:
            return None
        visit = self._visits.pop()
        assert visit.region.site == site, "regions are closed in the reverse order of their opening"
        if not visit.known:
            visit.end()
            self.ended.append(visit)
        return visit

    def ask(self, question: Expr, answer: Any) -> None:
        """Adds a question about the member, and the answer, to the question tree of the innermost open region.

        Does nothing if an open region has asked the question already, or if the answer is the same for all members.
        """
        if any(question in visit.asked for visit in self._visits):
            self.innermost.asked.add(question)
        elif not question.fixed:
            self.innermost.ask(question, answer)

    def dissolve_since(self, created: int) -> None:
        """Raises Dissolve for the open regions that were opened after `created`, a time of the clock.

        Called when an object that was created at that time is about to change. The object was created outside
        those regions, so code after them may see the change; they are not closed code. Does nothing if there are
        no such regions.
        """
        sites = [visit.region.site for visit in self._visits if visit.opened > created]
        if sites:
            raise Dissolve(sites)
