"""Declares the feature "reports": the page "Results", the counting of visits, and their background jobs."""

from __future__ import annotations

from collections.abc import Sequence

from capture.base.feature import Context, Feature, Job, NavigationItem
from capture.reports import counting, pages, pixel, visits
from capture.reports.counting import RecentResults
from capture.reports.visits import Visits


def _jobs(context: Context) -> Sequence[Job]:
    database, clock = context.database, context.clock
    every = counting.EVERY.total_seconds()
    return (
        Job("visits", visits.EVERY_SECONDS, context.part(Visits).write, at_end=True),
        Job("numbers", every, lambda: counting.count_ahead(database, clock()), at_once=True),
    )


REPORTS = Feature(
    "reports",
    blueprints=(pages.blueprint, pixel.blueprint),
    navigation=(NavigationItem("results", "results", "office_results", 40),),
    parts={Visits: Visits, RecentResults: lambda database: RecentResults()},
    jobs=_jobs,
)
