"""What is proposed for an export, and what the company has to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sitegen.model import RosterMapping, Status


@dataclass(frozen=True, slots=True)
class Word:
    """A value of a column. ``count``: in how many rows it is. ``meaning``: ours; None where the company must say it."""

    text: str
    count: int
    meaning: str | None


@dataclass(slots=True)
class Suggestion:
    """A proposal for ``[site.roster]``.

    ``columns``: for ours the file's, as in ``RosterMapping``. ``aside``: the file's columns that are left aside.
    ``words``: by the table's name (``status``, ``countries``, ``languages``), the values that are not ours. ``dates``:
    the orders in which all dates can be read; several if the file does not tell. ``notes``: what to look at, a sentence
    each.
    """

    path: Path
    rows: int
    separator: str | None
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    words: dict[str, list[Word]] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def date_order(self) -> str | None:
        """The order of dates, if the file tells it."""
        return self.dates[0] if len(self.dates) == 1 else None

    def meanings(self, table: str) -> dict[str, str]:
        """Returns the values of one table whose meaning is known."""
        return {each.text: each.meaning for each in self.words.get(table, ()) if each.meaning is not None}

    def mapping(self) -> RosterMapping:
        """Returns what is proposed as the settings would have it."""
        return RosterMapping(
            columns=self.columns,
            ignored=tuple(self.aside),
            status={word: Status(meaning) for word, meaning in self.meanings("status").items()},
            countries=self.meanings("countries"),
            languages=self.meanings("languages"),
            empty=tuple(self.empty),
            dates=self.date_order,
        )
