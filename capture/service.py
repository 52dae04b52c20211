"""What every view needs, made once by ``create_app`` and handed down: no module holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from capture.db import Database
from capture.directory import TokenSigner
from capture.groups import Groups
from capture.mailing.mail import Letters
from capture.settings import Settings
from capture.tokens import Links
from capture.visits import Visits

EXTENSION = "espalier"


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
    clock: Callable[[], datetime]


def current() -> Service:
    """The service that answers the current request."""
    return cast(Service, current_app.extensions[EXTENSION])
