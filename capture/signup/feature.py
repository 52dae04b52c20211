"""Declares the feature "signup": its pages, the ``GroupCommit`` that stores several sign-ups with one commit, and the
job that releases held confirmation mails."""

from __future__ import annotations

from collections.abc import Sequence

from capture.base.feature import Context, Feature, Job
from capture.mailing.letters import Letters
from capture.signup import held, pages
from capture.signup.group_commit import GroupCommit


def _worker_jobs(context: Context) -> Sequence[Job]:
    database, letters, clock = context.database, Letters(context.links), context.clock
    return (
        Job("held", held.EVERY.total_seconds(), lambda: held.release_due(database, letters, clock()), at_once=True),
    )


SIGNUP = Feature(
    "signup",
    blueprints=(pages.blueprint,),
    parts={GroupCommit: GroupCommit},
    worker_jobs=_worker_jobs,
)
