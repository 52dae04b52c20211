"""Declares the feature "teams" to the service: its page, its navigation entry, and the regular count of leads."""

from __future__ import annotations

from collections.abc import Sequence

from capture.base.feature import Context, Feature, Job, NavigationItem
from capture.reports import counting
from capture.teams import counts, pages


def _jobs(context: Context) -> Sequence[Job]:
    database, clock = context.database, context.clock
    return (
        Job("teams", counting.EVERY.total_seconds(), lambda: counts.count_teams_ahead(database, clock()), at_once=True),
    )


TEAMS = Feature(
    "teams",
    blueprints=(pages.blueprint,),
    navigation=(NavigationItem("team", "team", "office_team", 50, members_only=True),),
    jobs=_jobs,
)
