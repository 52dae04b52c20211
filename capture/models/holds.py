"""Declares whose personal data each table contains. Every table class has such a declaration, ``holds``, next to the
table's name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Whose(StrEnum):
    """The groups of people whose personal data a table may contain."""

    PROSPECT = "a prospect's"
    MEMBER = "members'"
    STAFF = "the staff's"
    HASH = "only keyed hashes of addresses or networks"


@dataclass(frozen=True, slots=True)
class Holds:
    """A table's declaration of whose personal data it contains. ``whose``: all these groups of people. ``reason``: if
    there are none, why the data are not personal."""

    whose: frozenset[Whose]
    reason: str = ""

    @classmethod
    def data_of(cls, *whose: Whose) -> Self:
        """Returns the declaration that a table contains personal data of these groups of people."""
        return cls(frozenset(whose))

    @classmethod
    def nothing(cls, reason: str) -> Self:
        """Returns the declaration that a table contains no personal data. ``reason``: what it contains instead."""
        return cls(frozenset(), reason)


PROSPECT = Holds.data_of(Whose.PROSPECT)
MEMBER = Holds.data_of(Whose.MEMBER)
STAFF = Holds.data_of(Whose.STAFF)
MEMBER_OR_STAFF = Holds.data_of(Whose.MEMBER, Whose.STAFF)
HASH = Holds.data_of(Whose.HASH)
