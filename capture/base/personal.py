"""Prospects' personal data: what a room holds of a person in its tables, and how the room forgets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from capture.models import Base, Lead


def stays(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    """Forgets nothing: for rows that tell of nobody once the lead's own address, name and telephone are gone."""


def named_by_leads_alone(session: Session, address: str) -> None:
    """Erases nothing: for tables in which an address stands only with its lead."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a room holds of prospects in ``tables``.

    ``held``: returns the room's piece of the person's export for one lead, under keys that no other room uses.
    ``forget``: takes the person out of the rows of these leads; it goes by their numbers, since the addresses may be
    gone already. ``erase``: destroys what names an address without a lead, when everything of the address goes.
    """

    tables: Sequence[type[Base]]
    held: Callable[[Session, Lead], dict[str, Any]]
    forget: Callable[[Session, Sequence[Lead], datetime], None]
    erase: Callable[[Session, str], None] = named_by_leads_alone
