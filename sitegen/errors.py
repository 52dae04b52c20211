"""What can go wrong, as one tree.

::

    EspalierError            carries one or more Faults; str() is the report a person reads
    ├── ConfigError          site.toml
    ├── RosterError          members.csv, members.jsonl
    ├── ContentError         Markdown pages, pictures, photos
    ├── ThemeError           theme.toml, templates, static files
    ├── OutputError          the folder that is written to
    ├── SecretError          a key is missing or unusable
    └── TokenError           a signed token that does not hold

Nothing here knows of Click or Flask: ``sitegen.terminal`` turns these into text, the capture service into responses.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing a person can mend: where it is, what was found, and what to do about it.

    ``line`` counts from 1; None where a file as a whole is meant. ``where`` is a path or an address.
    """

    message: str
    where: Path | str | None = None
    line: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = "" if self.where is None else f"{self.where}:"
        if place and self.line is not None:
            place += f"{self.line}:"
        text = f"{place} {self.message}" if place else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text

    @property
    def order(self) -> tuple[str, int]:
        """Sorts faults by file, then line."""
        return (str(self.where or ""), self.line or 0)


class EspalierError(Exception):
    """One or more faults that were found together and are reported together."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(Fault(each) if isinstance(each, str) else each for each in faults)
        super().__init__("\n".join(map(str, self.faults)))


class ConfigError(EspalierError):
    """site.toml is missing, unreadable or wrong."""


class RosterError(EspalierError):
    """The roster has rows that cannot be used."""


class ContentError(EspalierError):
    """A page, picture or photo is missing or wrong."""


class ThemeError(EspalierError):
    """A theme is missing, incomplete or its templates do not render."""


class OutputError(EspalierError):
    """The output folder cannot be written to, or is not ours to write to."""


class SecretError(EspalierError):
    """A secret is missing or unusable; nothing starts without it."""


class TokenError(EspalierError):
    """A signed token was altered, truncated, or signed with another key."""


def did_you_mean(found: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known word, or lists the known words; None when there are none."""
    words = list(known)
    near = difflib.get_close_matches(found, words, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"known here: {', '.join(sorted(words))}" if words else None
