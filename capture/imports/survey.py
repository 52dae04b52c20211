"""Counts the words of a list's columns, and finds columns under unknown names whose words may say who left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from capture.imports.headers import folded
from capture.imports.vocabulary import ColumnKind, folded_word, table

OTHER = "*"
"""Stands for all words of a column that has more than MOST_WORDS of them."""

MOST_WORDS = 60
"""The most different cells of a column that are counted one by one. A column of names or remarks has more; of these
only the words that say that somebody left are counted."""

MOST_IN_DECIDING = 20_000
"""The same of a column that is known to decide who left: it may hold a moment for each person."""

FEW = 12
"""The most different words of a column that may be one of status or consent."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The words in a list's columns. ``rows``: the number of rows. ``words``: for each column, by its position counted
    from 0, how often each folded word stands in it; "" for blank cells."""

    rows: int
    words: Mapping[int, Counter[str]]

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]], places: Sequence[int], deciding: Collection[int] = ()) -> Survey:
        """Counts the words in these columns of all rows. ``deciding``: those of them that are known to decide."""
        raw: dict[int, Counter[str]] = {place: Counter() for place in places}
        columns = [(place, seen, MOST_IN_DECIDING if place in deciding else MOST_WORDS) for place, seen in raw.items()]
        telling, count = _telling(), 0
        for cells in rows:
            count += 1
            width = len(cells)
            for place, seen, most in columns:
                cell = cells[place] if place < width else ""
                if not cell or cell in seen or len(seen) < most or _quick(cell) in telling:
                    seen[cell] += 1
                else:
                    seen[OTHER] += 1
        return cls(count, {place: _folded(seen) for place, seen in raw.items()})

    def suspects(self, header: Sequence[str]) -> dict[int, ColumnKind]:
        """Returns the columns under unknown names whose words, or whose name, may say who left, by position."""
        found = {place: _suspicion(folded(header[place]), words) for place, words in self.words.items()}
        return {place: kind for place, kind in found.items() if kind is not None}


def _suspicion(name: str, words: Mapping[str, int]) -> ColumnKind | None:
    known, present = table(), set(words)
    if known.kind(name) is ColumnKind.NOTHING:
        return ColumnKind.NOTHING if any(map(known.sure_left, present)) else None
    if known.kind(name) is not None or present <= {""}:
        return None
    if known.sounds_like(name, "left"):
        return ColumnKind.MAYBE_LEFT
    said, few = present - {""}, len(present) <= FEW and OTHER not in present
    left = known.words["left"] | known.words["bounced"]
    answers = known.words["yes"] | known.words["no"] | known.words["kept"] | left
    says_no = bool(said & known.words["no"])
    if few and said <= answers and (says_no or said & left or known.sounds_like(name, "consent")):
        return ColumnKind.MAYBE_CONSENT
    if few and (any(map(known.sure_left, said)) or (known.sounds_like(name, "consent") and said & answers)):
        return ColumnKind.MAYBE_CONSENT
    if said & left or (few and said & (known.words["no"] - known.words["short"])):
        return ColumnKind.NAMES_LEAVING
    return None


def _telling() -> frozenset[str]:
    words = table().words
    return words["left"] | words["bounced"]


def _quick(cell: str) -> str:
    """Returns a cell nearly as ``folded`` does, but fast; long texts as they are, since they are no word."""
    return cell if len(cell) > 40 else cell.strip(" .!").lower().replace("_", " ").replace("-", " ")


def _folded(raw: Mapping[str, int]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for cell, count in raw.items():
        counted[OTHER if cell == OTHER else folded_word(cell)] += count
    return counted
