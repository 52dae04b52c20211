"""Loads what the columns, words and file names of the common programs say about people who left (``leaving.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from capture.imports.headers import folded


class Standing(IntEnum):
    """How a person of a list stands, by what the list says; of several statements the greatest counts."""

    KEPT = 0
    """Nothing says that the person left."""
    SKIPPED = 1
    """The importing person answered that people with this word are left out."""
    UNCLEAR = 2
    """A word is not known, or a consent is not given: nobody may take that as a yes."""
    BOUNCED = 3
    """Mail to the person came back."""
    LEFT = 4
    """The person left, or never agreed."""


class ColumnKind(StrEnum):
    """What the cells of a column say. The kinds from MAYBE_CONSENT on are given by the words in a column whose name is
    not known, and never decide more than that a row is unclear."""

    STATUS = "status"
    LEFT = "left"
    BOUNCED = "bounced"
    LEFT_AT = "left at"
    BOUNCED_AT = "bounced at"
    CONSENT = "consent"
    NOTHING = "nothing"
    MAYBE_CONSENT = "may be a status or consent"
    MAYBE_LEFT = "may say who left"
    NAMES_LEAVING = "some words may say who left"


@dataclass(frozen=True, slots=True)
class Table:
    """The content of ``leaving.toml``. ``sounds``: beginnings of words that sound like consent or like leaving."""

    columns: Mapping[str, ColumnKind]
    prefixes: Mapping[str, ColumnKind]
    words: Mapping[str, frozenset[str]]
    sounds: Mapping[str, Sequence[str]]
    files: Sequence[tuple[re.Pattern[str], Standing]]

    def kind(self, name: str) -> ColumnKind | None:
        """Returns what a column says, by its name as ``folded`` gives it; None if the name is not known."""
        if name in self.columns:
            return self.columns[name]
        return next((kind for prefix, kind in self.prefixes.items() if name.startswith(prefix)), None)

    def sounds_like(self, name: str, what: str) -> bool:
        """Returns True if a column's folded name sounds like ``what``: "consent" or "left"."""
        return any(f" {each}" in f" {name} " for each in self.sounds[what])

    def sure_left(self, word: str) -> bool:
        """Returns True for a folded word that says under any column's name that a person left or mail came back."""
        leaves = word in self.words["left"] or word in self.words["bounced"]
        return leaves and word not in self.words["doubtful"]


@cache
def table() -> Table:
    """Returns the columns, words and file names that say who left."""
    read = tomllib.loads((files(__package__) / "leaving.toml").read_text(encoding="utf-8"))
    columns = {name: ColumnKind(each["kind"]) for each in read["column"] for name in each["names"]}
    prefixes = {name: ColumnKind(each["kind"]) for each in read["column"] for name in each.get("prefixes", ())}
    words = {kind: frozenset(found) for kind, found in read["words"].items()}
    by_name = [
        (re.compile(rf"(?<![a-z])(?:{'|'.join(each['words'])})(?![a-z])"), Standing[each["kind"].upper()])
        for each in read["file"]
    ]
    return Table(columns, prefixes, words, read["sounds"], by_name)


@lru_cache(maxsize=4_000)
def folded_word(cell: str) -> str:
    """Returns the text of a cell in the form in which words are compared (``headers.folded``); the few words of columns
    of status come again and again, so results are kept."""
    return folded(cell)


def said(kind: ColumnKind, text: str) -> Standing:
    """Returns what a folded word says in a column of this kind."""
    words = table().words
    if kind in (ColumnKind.LEFT_AT, ColumnKind.BOUNCED_AT):
        set_at = text not in ("", "0", "null", "none", "n/a") and text not in words["no"]
        return (Standing.LEFT if kind is ColumnKind.LEFT_AT else Standing.BOUNCED) if set_at else Standing.KEPT
    if kind is ColumnKind.STATUS:
        return _of_status(words, text)
    if kind is ColumnKind.CONSENT:
        return _of_consent(words, text)
    if kind in (ColumnKind.LEFT, ColumnKind.BOUNCED):
        return _of_flag(words, text, Standing.LEFT if kind is ColumnKind.LEFT else Standing.BOUNCED)
    return Standing.KEPT if _is_harmless(kind, text) else Standing.UNCLEAR


def _of_status(words: Mapping[str, frozenset[str]], text: str) -> Standing:
    if text in words["left"]:
        return Standing.LEFT
    if text in words["bounced"]:
        return Standing.BOUNCED
    return Standing.KEPT if text in words["kept"] or text in words["stages"] else Standing.UNCLEAR


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


def _is_harmless(kind: ColumnKind, text: str) -> bool:
    words = table().words
    if kind is ColumnKind.MAYBE_CONSENT:
        return text in words["yes"] or text in words["kept"] or text in words["stages"]
    if kind is ColumnKind.MAYBE_LEFT:
        return not text or (text in words["no"] and text not in words["left"])
    if kind is ColumnKind.NAMES_LEAVING:
        is_no = text in words["no"] and text not in words["short"]
        return not is_no and text not in words["left"] and text not in words["bounced"]
    return not table().sure_left(text)


def _is_date(text: str) -> bool:
    """Returns True for a moment in any common form, such as "2024 05 03 10:00" or "3.5.2024": digits, and hardly any
    letters."""
    return len(re.findall(r"\d", text)) >= 4 and len(re.findall(r"[^\W\d_]", text)) <= 12
