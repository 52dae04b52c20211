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
    """The order of events that happened at one moment: what came first caused what came after it."""

    ORIGIN = 0
    EVIDENCE = 1
    MAIL = 2
    ACTIVITY = 3


class Reader(Protocol):
    """The person who reads a timeline."""

    @property
    def member_id(self) -> str | None:
        """The member's id; None for staff."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the office's timeline. ``detail``: words of a person or of the company, shown apart from the title.

    ``is_activity``: a member or the staff did it in the office.
    """

    title: str
    detail: str | None = None
    is_activity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(ABC):
    """One thing that happened to a lead. ``at``: the moment in UTC; ``order``: its position among events of one
    moment."""

    at: datetime
    order: tuple[Rank, int]

    @abstractmethod
    def sentences(self) -> Iterator[str]:
        """Yields the sentences that the operator reads, in English, without the text of notes."""

    @abstractmethod
    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields the lines that the office shows, in the language of ``words``; none if the office does not show the
        event."""

    @abstractmethod
    def plain(self) -> tuple[str, dict[str, Any]] | None:
        """Returns the section of the person's export and the event's values; None if no section lists the event."""


def in_order(events: Iterable[Event]) -> list[Event]:
    """Returns the events from the oldest to the newest."""
    return sorted(events, key=lambda event: (event.at, event.order))


def sections(events: Iterable[Event], *names: str) -> dict[str, list[dict[str, Any]]]:
    """Returns the named sections of the person's export; a section without events is an empty list."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for section, values in filter(None, (event.plain() for event in in_order(events))):
        found[section].append(values)
    return found


def moment(at: datetime | None) -> str | None:
    """Returns a moment as exports hold it: ISO 8601, in whole seconds; None for None."""
    return at.isoformat(timespec="seconds") if at else None


@dataclass(frozen=True, slots=True)
class Party:
    """A member or the company. ``slug``: the member's; None for the company."""

    name: str
    slug: str | None

    @property
    def member_name(self) -> str | None:
        """The member's name; None for the company."""
        return self.name if self.slug is not None else None

    def __str__(self) -> str:
        """Returns the name as the operator reads it, with the member's slug."""
        return f"{self.name} ({self.slug})" if self.slug is not None else f"the company ({self.name})"


class Names:
    """Looks members up by their ids, each only once. An id that is None or unknown stands for the company."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._company = Party(session.get_one(Company, 1).name, None)
        self._known: dict[str, Party] = {}

    def __call__(self, member_id: str | None) -> Party:
        """Returns the member of that id, or the company."""
        if member_id is None:
            return self._company
        if member_id not in self._known:
            member = self._session.get(Member, member_id)
            self._known[member_id] = Party(member.name, member.slug) if member else self._company
        return self._known[member_id]
