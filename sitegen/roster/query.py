"""Searches for members."""

from __future__ import annotations

from dataclasses import dataclass

from sitegen.model import Status
from sitegen.roster import table

_HAS_TEXT = (
    "instr(fold(m.slug || char(10) || m.name || char(10) || m.id || char(10) || coalesce(m.email, '') || char(10) ||"
    " coalesce(m.phone, '') || char(10) || coalesce(m.place, '')), ?)"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A search for members: those that fit every field; a field of None fits all.

    ``text`` is looked for in slug, name, id, e-mail, phone and place, ignoring case and accents.
    """

    text: str | None = None
    status: Status | None = None
    locale: str | None = None
    market: str | None = None

    def conditions(self) -> tuple[str, tuple[str, ...]]:
        """Returns the SQL condition on a row ``m`` of the table ``member``, empty for all, and its values."""
        wanted = {
            "m.status = ?": self.status and self.status.value,
            "m.locale = ?": self.locale,
            "m.market = ?": self.market,
            _HAS_TEXT: self.text and table.fold(self.text.strip()),
        }
        chosen = {condition: value for condition, value in wanted.items() if value}
        return (f"where {' and '.join(chosen)}" if chosen else ""), tuple(chosen.values())
