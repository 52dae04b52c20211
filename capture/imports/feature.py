"""Declares the feature "imports", by which lists of people become leads: its pages, worker, personal data and purge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.feature import Context, Feature, Job
from capture.base.retention import Policy
from capture.imports import history, pages, uploads, worker
from capture.imports.worker import ImportWorker
from capture.limits.slots import UploadSlots

MOST_ARRIVING = 2
"""The most files that one process receives at a time. Each upload occupies a thread, and sign-ups need some, too."""


def _jobs(context: Context) -> Sequence[Job]:
    intake = ImportWorker(context.database, context.links, context.clock)
    return (Job("lists", worker.EVERY_SECONDS, intake.run, at_end=True, stop=intake.stop),)


def _purge(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    return Counter(files=uploads.purge_uploads(session, now))


IMPORTS = Feature(
    "imports",
    blueprints=(pages.blueprint,),
    parts={UploadSlots: lambda database: UploadSlots(MOST_ARRIVING)},
    worker_jobs=_jobs,
    personal=history.PERSONAL,
    events=history.events,
    purge=_purge,
)
