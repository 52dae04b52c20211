"""What a table holds of people. Each class of ``capture.models`` declares it as ``holds``, beside its table's name."""

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
    """``whose``: all whose data are there. Where it is empty, ``reason`` says why nobody's are."""

    whose: frozenset[Whose]
    reason: str = ""

    @classmethod
    def data_of(cls, *whose: Whose) -> Self:
        """Returns that the table holds these people's data."""
        return cls(frozenset(whose))

    @classmethod
    def nothing(cls, reason: str) -> Self:
        """Returns that the table holds nobody's data, and why."""
        return cls(frozenset(), reason)


PROSPECT = Holds.data_of(Whose.PROSPECT)
MEMBER = Holds.data_of(Whose.MEMBER)
STAFF = Holds.data_of(Whose.STAFF)
MEMBER_OR_STAFF = Holds.data_of(Whose.MEMBER, Whose.STAFF)
HASH = Holds.data_of(Whose.HASH)
