"""Declares prospects' personal data: which data about a person a room has in its tables, and how the room erases
them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from capture.models import Base, Lead


def stays(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    """Erases nothing. For tables whose rows identify no person any more once the lead's own address, name and telephone
    are erased."""


def named_by_leads_alone(session: Session, address: str) -> int:
    """Erases nothing and returns 0. For tables that name an e-mail address only together with a lead."""
    return 0


@dataclass(frozen=True, slots=True)
class Personal:
    """One room's declaration of the personal data of prospects in its ``tables``.

    ``held``: returns the room's part of the person's export for one lead, under keys that no other room uses.
    ``forget``: erases the person from the rows of the given leads; finds the rows by the leads' numbers, since the
    addresses may be erased already. ``erase``: destroys what names an e-mail address without a lead, when everything
    about the address is erased; returns the number of rows.
    """

    tables: Sequence[type[Base]]
    held: Callable[[Session, Lead], dict[str, Any]]
    forget: Callable[[Session, Sequence[Lead], datetime], None]
    erase: Callable[[Session, str], int] = named_by_leads_alone
