"""The errors of ``sitegen`` and ``capture`` that a person can put right, as one tree of exceptions.

::

    EspalierError            carries one or more Faults; str() is the report a person reads
    ├── ConfigError          site.toml
    ├── RosterError          members.csv, members.jsonl, campaigns.csv
    ├── ContentError         Markdown pages, pictures, photos
    ├── ThemeError           theme.toml, templates, static files
    ├── OutputError          a file or folder that is to be written
    ├── SecretError          a key is missing or unusable
    └── TokenError           a signed token is not valid

This module imports neither Click nor Flask: ``sitegen.terminal`` prints these errors, and the capture service turns
them into responses.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake that a person can put right: where it is, what was found, and a hint what to do.

    ``where`` is a path or an address. ``line`` counts from 1; None if the file as a whole is meant.
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
        """Returns the key to sort faults by: the file, then the line."""
        return (str(self.where or ""), self.line or 0)


class EspalierError(Exception):
    """One or more faults that were found together and are reported together."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(Fault(each) if isinstance(each, str) else each for each in faults)
        super().__init__("\n".join(map(str, self.faults)))


class ConfigError(EspalierError):
    """site.toml is missing, unreadable or wrong."""


class RosterError(EspalierError):
    """The roster (the list of members) or ``campaigns.csv`` has rows that cannot be used."""


class ContentError(EspalierError):
    """A page, picture or photo is missing or wrong."""


class ThemeError(EspalierError):
    """A theme is missing, incomplete or its templates do not render."""


class OutputError(EspalierError):
    """A file or folder cannot be written, or the program must not write there."""


class SecretError(EspalierError):
    """A secret key is missing or unusable, so the command does not start."""


class TokenError(EspalierError):
    """A signed token is not valid: altered, truncated, too long, or signed with another key."""


def did_you_mean(found: str, known: Iterable[str]) -> str | None:
    """Returns a hint: the known word that is most like ``found``, else a list of the known words.

    Returns None if ``known`` is empty.
    """
    words = list(known)
    near = difflib.get_close_matches(found, words, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"known here: {', '.join(sorted(words))}" if words else None
