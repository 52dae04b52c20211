"""Collects the faults of a file of any length in little memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sitegen.errors import Fault, RosterError

SHOWN = 50
"""How many faults of a file a report names; the rest are only counted, being mostly one mistake repeated."""


class FaultLog:
    """Collects the faults of one file, in any order: counts all of them, and keeps those on the first lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._kept: list[Fault] = []

    def add(self, message: str, *, line: int | None = None, hint: str | None = None) -> None:
        """Adds one fault of the file; ``line`` counts from 1, None means the whole file."""
        self.count += 1
        self._kept.append(Fault(message, where=self.path, line=line, hint=hint))
        if len(self._kept) > 20 * SHOWN:
            self._cut()

    def go_on(self, after: FaultLog, lines: int) -> None:
        """Adds the faults of the portion of the file that follows the first ``lines`` lines."""
        self.count += after.count
        self._kept += [replace(each, line=each.line and each.line + lines) for each in after.kept()]
        self._cut()

    def kept(self) -> list[Fault]:
        """Returns the faults on the first lines, in order of line."""
        self._cut()
        return list(self._kept)

    def _cut(self) -> None:
        self._kept.sort(key=lambda fault: fault.line or 0)
        del self._kept[SHOWN:]

    def first(self, most: int) -> list[Fault]:
        """Returns the faults on the first lines, at most so many."""
        self._cut()
        return self._kept[:most]

    def told(self, *, more: int = 0) -> list[Fault]:
        """Returns the faults as a report shows them: those on the first lines, and then how many there are besides.

        ``more``: how many others there are that this log does not know.
        """
        self._cut()
        del self._kept[SHOWN:]
        rest = self.count - len(self._kept) + more
        return [*self._kept, *([Fault(f"and {rest} more", where=self.path)] if rest else [])]

    def raise_any(self) -> None:
        """Raises RosterError with the faults in order of line, if there are any."""
        if self.count:
            raise RosterError(*self.told())


def quoted(value: object, longest: int = 60) -> str:
    """Returns a value as a message shows it: in quotes, cut to ``longest`` characters, unprintable ones escaped."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= longest else text[:longest] + "…"
    shown = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in cut)
    return f'"{shown}"' if isinstance(value, str) else shown
