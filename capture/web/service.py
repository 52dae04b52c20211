"""The objects that every view needs, such as the settings and the database. ``create_app`` makes them once for each
app; no module keeps them in a global variable."""

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

LARGEST_BODY = 64 * 1024
"""The most bytes that a request's body may have; a sign-up has less than one thousand. Only uploaded lists, from people
who are signed in, may be larger."""

GIVE_TIME = "espalier.give_time"
"""The key in a request's WSGI environment under which the server puts the function that gives the request more
time."""

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Service:
    """The objects of one running service that its views use. ``clock`` returns the current moment in UTC."""

    settings: Settings
    database: Database
    signer: TokenSigner
    letters: Letters
    links: Links
    clock: Callable[[], datetime]
    features: Sequence[Feature]
    parts: Mapping[type, object]
    """The objects that rooms keep in memory, by class (see ``Feature.parts``)."""

    def part(self, kind: type[Part]) -> Part:
        """Returns the object of the class ``kind`` that a room keeps in memory. Raises KeyError for a class that no
        room declares."""
        return cast(Part, self.parts[kind])


def current() -> Service:
    """Returns the service that answers the current request."""
    return cast(Service, current_app.extensions[EXTENSION])


def give_time(seconds: float) -> None:
    """Allows the current request to take this many seconds from now on. For known senders with much to send, such as an
    uploaded file."""
    give = request.environ.get(GIVE_TIME)
    if give is not None:
        give(seconds)
