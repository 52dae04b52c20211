"""The history of a lead: typed events that each room declares, and what is common to their three renderings.

A room makes an ``Event`` of each thing that it stores about a lead (``Feature.events``). The command line prints the
events as sentences, the office lists them as lines in the reader's language, and the person's export holds them as
values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol

from sqlalchemy.orm import Session

from capture.base.words import Words
from capture.models import Company, Member


class Rank(IntEnum):
    """The order of a lead's events that happened at the same moment: those of an earlier rank caused the later ones."""

    ORIGIN = 0
    EVIDENCE = 1
    MAIL = 2
    ACTIVITY = 3


class Reader(Protocol):
    """The person who reads the history of a lead in the office: a member or one of the staff."""

    @property
    def member_id(self) -> str | None:
        """The id of the member who reads; None for staff."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a lead's history in the office. ``detail``: words of a person or of the company, shown apart from the
    title.

    ``is_activity``: True for something that a member or the staff did in the office.
    """

    title: str
    detail: str | None = None
    is_activity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """One thing that happened to a lead. ``at``: the moment in UTC; ``order``: the event's position among those of the
    same moment."""

    at: datetime
    order: tuple[Rank, int]

    @abstractmethod
    def sentences(self) -> Iterator[str]:
        """Yields English sentences that describe the event to the operator, without the text of notes."""

    @abstractmethod
    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields the lines by which the office shows the event in a lead's history, in the language of ``words``; none
        if the office does not show the event."""

    @abstractmethod
    def plain(self) -> tuple[str, dict[str, Any]] | None:
        """Returns the section of the person's export that lists this event, and the event's values; None if none
        does."""


def in_order(events: Iterable[Event]) -> list[Event]:
    """Returns the events of a lead's history, sorted from the oldest to the newest."""
    return sorted(events, key=lambda event: (event.at, event.order))


def sections(events: Iterable[Event], *names: str) -> dict[str, list[dict[str, Any]]]:
    """Returns the named sections of the export of a person's data, each as a list of its events' values; a section
    without events is an empty list."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for section, values in filter(None, (event.plain() for event in in_order(events))):
        found[section].append(values)
    return found


def moment(at: datetime | None) -> str | None:
    """Returns a moment as ISO 8601 text in whole seconds, for exports; None for None."""
    return at.isoformat(timespec="seconds") if at else None


@dataclass(frozen=True, slots=True)
class Party:
    """The name of a member or of the company, for a lead's history. ``slug``: the member's name in addresses; None for
    the company."""

    name: str
    slug: str | None

    @property
    def member_name(self) -> str | None:
        """The name if this is a member; None for the company."""
        return self.name if self.slug is not None else None

    def __str__(self) -> str:
        """Returns the name for the operator: a member's with the slug, "Ada Bell (ada)", or "the company (Name)"."""
        return f"{self.name} ({self.slug})" if self.slug is not None else f"the company ({self.name})"


class Names:
    """Looks up the names of members by their ids, each only once. An id that is None or unknown gives the company."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._company = Party(session.get_one(Company, 1).name, None)
        self._known: dict[str, Party] = {}

    def __call__(self, member_id: str | None) -> Party:
        """Returns the name of the member with this id; that of the company if the id is None or unknown."""
        if member_id is None:
            return self._company
        if member_id not in self._known:
            member = self._session.get(Member, member_id)
            self._known[member_id] = Party(member.name, member.slug) if member else self._company
        return self._known[member_id]
