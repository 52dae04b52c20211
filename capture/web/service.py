"""What every view needs, made once by ``create_app`` and handed down: no module holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from flask import current_app, request

from capture.base.db import Database
from capture.base.feature import Feature
from capture.base.tokens import Links
from capture.company.generator import TokenSigner
from capture.mailing.letters import Letters
from capture.settings import Settings

EXTENSION = "espalier"

GIVE_TIME = "espalier.give_time"
"""Where the server leaves in a request's environment what ``give_time`` calls."""

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one running service. ``clock`` gives the current moment in UTC."""

    settings: Settings
    database: Database
    signer: TokenSigner
    letters: Letters
    links: Links
    clock: Callable[[], datetime]
    features: Sequence[Feature]
    parts: Mapping[type, object]
    """What rooms keep in memory, by class (see ``Feature.parts``)."""

    def part(self, kind: type[Part]) -> Part:
        """Returns what a room keeps in memory. Raises KeyError for a class that no room declares."""
        return cast(Part, self.parts[kind])


def current() -> Service:
    """Returns the service that answers the current request."""
    return cast(Service, current_app.extensions[EXTENSION])


def give_time(seconds: float) -> None:
    """Lets the current request take so long from now on; for senders who are known, and have much to send."""
    give = request.environ.get(GIVE_TIME)
    if give is not None:
        give(seconds)
