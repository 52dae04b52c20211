"""How a room declares itself: its pages, its place in the navigation, what it does regularly, the mails it writes, and
what it holds of people. ``capture.features`` lists all rooms; nothing else knows them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.base.history import Event, in_order
from capture.base.personal import Personal
from capture.base.retention import Policy
from capture.base.tokens import Links
from capture.models import Lead

if TYPE_CHECKING:
    from flask import Blueprint

Part = TypeVar("Part")


class Context(Protocol):
    """What the jobs of a room may use of the running service."""

    @property
    def database(self) -> Database:
        """The service's database."""

    @property
    def links(self) -> Links:
        """Makes and reads signed values."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the current moment in UTC."""

    def part(self, kind: type[Part]) -> Part:
        """Returns what a room keeps in memory for as long as the process runs."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every ``seconds`` beside the requests, in a thread of its own.

    ``at_once``: for the first time when the service starts; ``at_end``: once more when it stops. ``stop`` is called
    first then, so that a long run can end early.
    """

    name: str
    seconds: float
    run: Callable[[], object]
    at_once: bool = False
    at_end: bool = False
    stop: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the office's navigation. ``path``: below ``/office/``; ``word``: the key of its name.

    ``key``: what pages call it that belong to it. ``order``: its place, lowest first.
    """

    key: str
    path: str
    word: str
    order: int
    members_only: bool = False


class Mail(Protocol):
    """A kind of mail that a room writes; ``capture.mailing.kinds`` has all that there is to say about it."""

    @property
    def name(self) -> str:
        """What the outbox calls it."""

    @property
    def room(self) -> str:
        """The room whose ``mails`` hold its templates."""


@dataclass(frozen=True, slots=True)
class Feature:
    """What one room gives to the service.

    ``parts``: what it keeps in memory, by class, each made once from the database. ``jobs``: made when the service
    starts. ``worker_jobs``: those that only a process with the mail worker runs. ``mails``: the kinds that it writes.

    ``personal``: what it holds of prospects, by table. ``events``: what it knows of a lead's history, in any order.
    ``purge``: removes what the policy no longer keeps, and returns how many rows of each kind that was.
    """

    name: str
    blueprints: Sequence[Blueprint] = ()
    navigation: Sequence[NavigationItem] = ()
    parts: Mapping[type, Callable[[Database], object]] = field(default_factory=dict)
    jobs: Callable[[Context], Sequence[Job]] = lambda context: ()
    worker_jobs: Callable[[Context], Sequence[Job]] = lambda context: ()
    personal: Sequence[Personal] = ()
    events: Callable[[Session, Lead], Iterator[Event]] = lambda session, lead: iter(())
    purge: Callable[[Session, Policy, datetime], Counter[str]] = lambda session, policy, now: Counter()
    mails: Sequence[Mail] = ()


def parts_of(features: Sequence[Feature], database: Database) -> dict[type, Any]:
    """Makes what the rooms keep in memory."""
    return {kind: make(database) for feature in features for kind, make in feature.parts.items()}


def history_of(features: Sequence[Feature], session: Session, lead: Lead) -> list[Event]:
    """Returns all that the rooms know of a lead, from the oldest event to the newest."""
    return in_order(event for feature in features for event in feature.events(session, lead))


def personal_of(features: Sequence[Feature]) -> Iterator[Personal]:
    """Yields what the rooms hold of prospects."""
    return (each for feature in features for each in feature.personal)
