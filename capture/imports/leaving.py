"""What a list says about people who left: by a column of status or consent, or by the file's name.

Lists from other programs hold people who unsubscribed there, whose mail came back, or who said no to a form. They must
not become mailable here. What the columns and words of the common programs mean is in ``leaving.toml``. A word that is
not known is never taken as a yes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from importlib.resources import files

from capture.imports.headers import folded


class Standing(IntEnum):
    """How a person of a list stands, by what the list says; of several statements the greatest counts."""

    KEPT = 0
    """Nothing says that the person left."""
    UNCLEAR = 1
    """A word is not known, or a consent is not given: nobody may take that as a yes."""
    BOUNCED = 2
    """Mail to the person came back."""
    LEFT = 3
    """The person left, or never agreed."""


class ColumnKind(StrEnum):
    """What the cells of a column say."""

    STATUS = "status"
    LEFT = "left"
    BOUNCED = "bounced"
    LEFT_AT = "left at"
    BOUNCED_AT = "bounced at"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Table:
    """The content of ``leaving.toml``."""

    columns: Mapping[str, ColumnKind]
    words: Mapping[str, frozenset[str]]
    files: Sequence[tuple[re.Pattern[str], Standing]]


@cache
def table() -> Table:
    """Returns the columns, words and file names that say who left."""
    read = tomllib.loads((files(__package__) / "leaving.toml").read_text(encoding="utf-8"))
    columns = {name: ColumnKind(each["kind"]) for each in read["column"] for name in each["names"]}
    words = {kind: frozenset(found) for kind, found in read["words"].items()}
    by_name = [
        (re.compile(rf"(?<![a-z])(?:{'|'.join(each['words'])})(?![a-z])"), Standing[each["kind"].upper()])
        for each in read["file"]
    ]
    return Table(columns, words, by_name)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What one list's columns and name say about leaving. ``columns``: the positions of such columns, counted from 0,
    with their kinds. ``everyone``: what the file's name says of all people in it."""

    columns: Mapping[int, ColumnKind]
    everyone: Standing = Standing.KEPT

    @classmethod
    def of(cls, name: str, header: Sequence[str]) -> Leaving:
        """Returns what a list says, from its file's name and its header."""
        known, text = table(), folded(name.rpartition(".")[0] or name)
        columns = {
            place: known.columns[cell] for place, cell in enumerate(map(folded, header)) if cell in known.columns
        }
        everyone = (standing for pattern, standing in known.files if pattern.search(text))
        return cls(columns, max(everyone, default=Standing.KEPT))

    def standing(self, cells: Sequence[str]) -> Standing:
        """Returns how the person of a row stands."""
        said = (_said(kind, cells[place] if place < len(cells) else "") for place, kind in self.columns.items())
        return max([*said, self.everyone])

    def described(self, header: Sequence[str]) -> list[str]:
        """Returns what decides about leaving, as short English phrases: the columns' names, and the file's name."""
        found = [f'column "{header[place]}" ({kind})' for place, kind in self.columns.items()]
        return [*found, *(["the file's name"] if self.everyone is not Standing.KEPT else [])]


def _said(kind: ColumnKind, cell: str) -> Standing:
    words, text = table().words, folded(cell)
    if kind in (ColumnKind.LEFT_AT, ColumnKind.BOUNCED_AT):
        set_at = text not in ("", "0", "null", "none", "n/a") and text not in words["no"]
        return (Standing.LEFT if kind is ColumnKind.LEFT_AT else Standing.BOUNCED) if set_at else Standing.KEPT
    if kind is ColumnKind.STATUS:
        return _of_status(words, text)
    if kind is ColumnKind.CONSENT:
        return _of_consent(words, text)
    return _of_flag(words, text, Standing.LEFT if kind is ColumnKind.LEFT else Standing.BOUNCED)


def _of_status(words: Mapping[str, frozenset[str]], text: str) -> Standing:
    if text in words["left"]:
        return Standing.LEFT
    if text in words["bounced"]:
        return Standing.BOUNCED
    return Standing.KEPT if text in words["kept"] else Standing.UNCLEAR


def _of_consent(words: Mapping[str, frozenset[str]], text: str) -> Standing:
    if text in words["no"] or text in words["left"]:
        return Standing.LEFT
    return Standing.KEPT if text in words["yes"] or text in words["kept"] else Standing.UNCLEAR


def _of_flag(words: Mapping[str, frozenset[str]], text: str, standing: Standing) -> Standing:
    if not text or text in words["no"]:
        return Standing.KEPT
    if text in words["yes"] or text in words["left"] or text in words["bounced"] or _is_date(text):
        return standing
    return Standing.UNCLEAR


def _is_date(text: str) -> bool:
    """Returns True for a moment in any common form, such as "2024 05 03 10:00" or "3.5.2024": digits, and hardly any
    letters."""
    return len(re.findall(r"\d", text)) >= 4 and len(re.findall(r"[^\W\d_]", text)) <= 12
