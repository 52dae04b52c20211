"""Measures ``sitegen check`` of a large roster, against the same by an earlier commit."""

from __future__ import annotations

from benchmarks import earlier
from benchmarks.measure import Row
from benchmarks.workshop import Workshop

BAR = 0.5
"""The share of the earlier commit's time that a check may take."""
NAME = "check"
EARLIER = "7b92d28"
"""The commit before members' addresses were remembered, and rosters were read row by row whatever is wrong in some."""


def measure(shop: Workshop, count: int, turns: int) -> Row:
    """Measures both with ``count`` members, and returns the row; it is not measured where the repository lacks the
    earlier commit."""
    site = shop.site(count)
    what = f"check of a roster of {count:,} rows"
    return earlier.measure(shop, NAME, what, BAR, EARLIER, turns, lambda commands: lambda run: run(["check", site]))
