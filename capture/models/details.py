"""What exports, erasures and the person's own page do with a column of a row about a prospect.

A column declares it beside its type, ``mapped_column(String(32), info=detail(export="phone", forgotten=True))``; the
rooms read the declarations with ``details_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capture.models.tables import Base

_KEY = "detail"


@dataclass(frozen=True, slots=True)
class Detail:
    """``export``: the column's key in the person's export. ``csv``: its name in the office's CSV. None: not there.

    ``forgotten``: an erasure sets it to None. ``shown``: the page "My data" shows it in a row of its own, called by the
    word ``held_<export>``.
    """

    export: str | None
    csv: str | None
    forgotten: bool
    shown: bool


def detail(
    *, export: str | None = None, csv: str | None = None, forgotten: bool = False, shown: bool = False
) -> dict[str, Any]:
    """Returns the ``info`` of a column, with the fields of ``Detail``."""
    return {_KEY: Detail(export, csv, forgotten, shown)}


def details_of(table: type[Base]) -> Mapping[str, Detail]:
    """Returns what the columns of a class declare, by attribute, in the order of the class."""
    return {column.key: column.info[_KEY] for column in table.__table__.columns if _KEY in column.info}
