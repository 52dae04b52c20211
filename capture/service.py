"""What every view needs, made once by ``create_app`` and handed down: no module holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, request

from capture.cases.counting import Recent
from capture.db import Database
from capture.directory import TokenSigner
from capture.groups import Groups
from capture.limits.places import Places
from capture.mailing.mail import Letters
from capture.settings import Settings
from capture.tokens import Links
from capture.visits import Visits

EXTENSION = "espalier"

GIVE_TIME = "espalier.give_time"
"""Where the server leaves in a request's environment what ``give_time`` calls."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one running service. ``clock`` gives the current moment in UTC."""

    settings: Settings
    database: Database
    groups: Groups
    signer: TokenSigner
    letters: Letters
    links: Links
    visits: Visits
    recent: Recent
    """Numbers of members with many leads."""
    arriving: Places
    """For files that may take minutes to arrive."""
    clock: Callable[[], datetime]


def current() -> Service:
    """The service that answers the current request."""
    return cast(Service, current_app.extensions[EXTENSION])


def give_time(seconds: float) -> None:
    """Lets the current request take so long from now on; for senders who are known, and have much to send."""
    give = request.environ.get(GIVE_TIME)
    if give is not None:
        give(seconds)
