"""Lets a column with data of a prospect declare which exports and pages show it, and whether an erasure clears it.

A column declares it beside its type, ``mapped_column(String(32), info=detail(export="phone", forgotten=True))``; the
features read the declarations with ``details_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capture.models.tables import Base

_KEY = "detail"


@dataclass(frozen=True, slots=True)
class Detail:
    """What a table column declares about its use. ``export``: the column's key in the person's export of their data;
    ``csv``: its name in the office's CSV file; None: it is not there.

    ``forgotten``: an erasure sets the column to None. ``shown``: the page "My data" shows it in a row of its own,
    labelled by the text ``held_<export>`` of the words files.
    """

    export: str | None
    csv: str | None
    forgotten: bool
    shown: bool


def detail(
    *, export: str | None = None, csv: str | None = None, forgotten: bool = False, shown: bool = False
) -> dict[str, Any]:
    """Returns the ``info`` argument for a table column, which declares the exports and pages that show the column and
    whether an erasure clears it (see ``Detail``)."""
    return {_KEY: Detail(export, csv, forgotten, shown)}


def details_of(table: type[Base]) -> Mapping[str, Detail]:
    """Returns the ``Detail`` that each column of a table class declares, by the attribute's name, in the order of the
    class. Columns without one are left out."""
    return {column.key: column.info[_KEY] for column in table.__table__.columns if _KEY in column.info}
