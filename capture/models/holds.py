"""Whose personal data a table holds. Each class of ``capture.models`` declares it as ``holds``, next to its table's
name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Whose(StrEnum):
    """Whose personal data a table holds."""

    PROSPECT = "a prospect's"
    MEMBER = "members'"
    STAFF = "the staff's"
    HASH = "only keyed hashes of addresses or networks"


@dataclass(frozen=True, slots=True)
class Holds:
    """``whose``: all people whose data the table holds. ``reason``: if there are none, why."""

    whose: frozenset[Whose]
    reason: str = ""

    @classmethod
    def data_of(cls, *whose: Whose) -> Self:
        """Returns the declaration that the table holds these people's data."""
        return cls(frozenset(whose))

    @classmethod
    def nothing(cls, reason: str) -> Self:
        """Returns the declaration that the table holds no personal data, and why."""
        return cls(frozenset(), reason)


PROSPECT = Holds.data_of(Whose.PROSPECT)
MEMBER = Holds.data_of(Whose.MEMBER)
STAFF = Holds.data_of(Whose.STAFF)
MEMBER_OR_STAFF = Holds.data_of(Whose.MEMBER, Whose.STAFF)
HASH = Holds.data_of(Whose.HASH)
