"""Creates the page visits of the demo's sample data: many on the company's site, fewer on members' sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from capture.demo.quarter.cast import chance
from capture.demo.quarter.sign_ups import LIKED
from capture.demo.quarter.world import World
from capture.reports import visits

_OF_COMPANY = 2_900
_OF_PARTS = {"member": 780, "sponsor": 560, "abroad": 420, "neighbour": 310}
_OF_OTHERS = (150, 90, 60, 35, 20)
"""The numbers of visits on the sites of further members, repeated in this order."""


def add(world: World, landing: Counter[tuple[date, str | None, str]]) -> None:
    """Adds all page visits of the sample data to the database. ``landing``: the numbers of visits to campaigns' landing
    pages, by day, member (None: the company) and page."""
    counts: Counter[tuple[date, str, str]] = Counter()
    for (day, host, page), count in landing.items():
        counts[day, host or visits.COMPANY, page] += count
    for host, number in _hosts(world):
        chosen = chance("visits", host)
        weights = [LIKED.get(each, 0.6) ** 1.2 for each in world.pages]
        for page in chosen.choices(world.pages, weights, k=number):
            # Part of yesterday's visits count for today.
            back = world.lately(chosen)
            counts[world.day(0 if back == 1 and chosen.random() < 0.4 else back), host, page] += 1
    visits.add_visits(world.database, counts)


def _hosts(world: World) -> Iterator[tuple[str, int]]:
    yield visits.COMPANY, _OF_COMPANY
    for part, number in _OF_PARTS.items():
        if (member := getattr(world.parts, part)) is not None:
            yield member.id, number
    for place, member in enumerate(world.parts.others):
        yield member.id, _OF_OTHERS[place % len(_OF_OTHERS)]
