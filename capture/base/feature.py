"""How a room (a folder of ``capture``) declares its feature: its pages, its entries in the navigation, its regular
jobs, its mails, and the personal data in its tables. ``capture.features`` lists all rooms; no other module does."""

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
    """The part of the running service that the regular jobs of a room may use."""

    @property
    def database(self) -> Database:
        """The service's database."""

    @property
    def links(self) -> Links:
        """The object that makes and verifies signed values in links."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """A function that returns the current moment in UTC."""

    def part(self, kind: type[Part]) -> Part:
        """Returns the object of the class ``kind`` that a room keeps in memory as long as the process runs."""


@dataclass(frozen=True, slots=True)
class Job:
    """A task that runs every ``seconds`` beside the requests, in a thread of its own.

    ``at_once``: the first run is when the service starts; ``at_end``: the job runs once more when the service stops.
    ``stop``: called before this last run, so that a long run ends early.
    """

    name: str
    seconds: float
    run: Callable[[], object]
    at_once: bool = False
    at_end: bool = False
    stop: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the office's navigation. ``path``: below ``/office/``; ``word``: the key of its name in ``words/``.

    ``key``: the name by which a page says that this entry is to be marked. ``order``: its position, lowest first.
    ``members_only``: staff do not see the entry; ``staff_only``: members do not see it.
    """

    key: str
    path: str
    word: str
    order: int
    members_only: bool = False
    staff_only: bool = False


class Mail(Protocol):
    """A kind of mail that a room writes; see ``capture.mailing.kinds.MailKind``."""

    @property
    def name(self) -> str:
        """The name by which the outbox knows this kind of mail, such as "sign-in"."""

    @property
    def room(self) -> str:
        """The room whose folder ``mails`` has the templates of this kind of mail."""


@dataclass(frozen=True, slots=True)
class Feature:
    """The declaration of what one room (a folder of ``capture``) adds to the service, such as pages, jobs and mails.

    ``parts``: the objects that the room keeps in memory, by class, each made once from the database. ``jobs``: its
    regular jobs, made when the service starts. ``worker_jobs``: jobs that only a process with the mail worker runs.
    ``mails``: the kinds of mails that the room writes.

    ``personal``: the room's tables with personal data of prospects. ``events``: yields the room's events in a lead's
    history, in any order. ``purge``: removes rows that the policy no longer keeps, and returns how many of each kind.
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
    """Makes the objects that the rooms keep in memory, and returns them by class."""
    return {kind: make(database) for feature in features for kind, make in feature.parts.items()}


def history_of(features: Sequence[Feature], session: Session, lead: Lead) -> list[Event]:
    """Returns the history of a lead from all rooms, the oldest event first."""
    return in_order(event for feature in features for event in feature.events(session, lead))


def personal_of(features: Sequence[Feature]) -> Iterator[Personal]:
    """Yields all rooms' declarations of prospects' personal data."""
    return (each for feature in features for each in feature.personal)
