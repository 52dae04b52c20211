"""What a list says about people who left: by a column of status or consent, or by the file's name.

Lists from other programs hold people who unsubscribed there, whose mail came back, or who said no to a form. They must
not become mailable here. What the columns and words of the common programs mean is in ``leaving.toml``. A word that is
not known is never taken as a yes: the importing person is asked about it. An answer never overrules a word that is
known to say that somebody left, nor the file's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from capture.imports.headers import folded
from capture.imports.survey import OTHER, Survey
from capture.imports.vocabulary import ColumnKind, Standing, folded_word, said, table

MOST_ASKED = 20
"""The most words of one column that are asked about one by one; the others are asked about together."""

LONGEST_ASKED = 40
"""The most characters of a word that is asked about by itself. A longer text is a remark, which may name people."""


class Answer(StrEnum):
    """What the importing person says about a word."""

    YES = "yes"
    """People with this word may be written to, as far as the list's origin allows."""
    LEFT = "left"
    """They left, and go on the list of those who must not be mailed."""
    SKIP = "skip"
    """They are left out."""


_ANSWERED = {Answer.YES: Standing.KEPT, Answer.LEFT: Standing.LEFT, Answer.SKIP: Standing.SKIPPED}

Answers = Mapping[tuple[int, str], Answer]
"""Answers by the column's position, counted from 0, and the folded word; the word ``OTHER`` stands for all others."""


@dataclass(frozen=True, slots=True)
class Question:
    """A word in a column that decides, or may decide, who left, and that is not known. ``word``: folded; "" for a blank
    cell, ``OTHER`` for all other words of the column. ``rows``: how many rows have it. ``may_be_yes``: False if the
    word is known to say no, so that only "left" and "skip" answer it."""

    place: int
    column: str
    word: str
    rows: int
    may_be_yes: bool

    @property
    def key(self) -> str:
        """The column's position and the word as one text, by which an answer is stored."""
        return f"{self.place}:{self.word}"

    @property
    def answers(self) -> list[Answer]:
        """The answers that may be given."""
        return [each for each in Answer if self.may_be_yes or each is not Answer.YES]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What one list's columns and name say about leaving. ``columns``: the positions of such columns, counted from 0,
    with their kinds. ``everyone``: what the file's name says of all people in it. ``answers``: what the importing
    person said about words that are not known."""

    columns: Mapping[int, ColumnKind]
    everyone: Standing = Standing.KEPT
    answers: Answers = field(default_factory=dict)
    sounding: frozenset[int] = frozenset()
    """The positions of columns that may be about consent, by their name and their words."""

    @classmethod
    def of(cls, name: str, header: Sequence[str]) -> Leaving:
        """Returns what a list says, from its file's name and its header."""
        known, text = table(), folded(name.rpartition(".")[0] or name)
        kinds = ((place, known.kind(cell)) for place, cell in enumerate(map(folded, header)))
        columns = {place: kind for place, kind in kinds if kind not in (None, ColumnKind.NOTHING)}
        everyone = (standing for pattern, standing in known.files if pattern.search(text))
        return cls(columns, max(everyone, default=Standing.KEPT))

    def surveyed(self, header: Sequence[str], survey: Survey) -> Leaving:
        """Returns the same with the columns that may say who left by the words in them."""
        suspects = survey.suspects(header)
        sounding = frozenset(
            place
            for place, kind in suspects.items()
            if kind is ColumnKind.MAYBE_CONSENT and table().sounds_like(folded(header[place]), "consent")
        )
        return replace(self, columns={**suspects, **self.columns}, sounding=sounding)

    def standing(self, cells: Sequence[str]) -> Standing:
        """Returns how the person of a row stands."""
        if not self.columns:
            return self.everyone
        width = len(cells)
        found = (
            self._said(place, kind, folded_word(cells[place] if place < width else ""))
            for place, kind in self.columns.items()
        )
        return max(self.everyone, *found)

    def questions(self, header: Sequence[str], survey: Survey) -> list[Question]:
        """Returns the words that are not known and not answered yet, the commonest of each column first."""
        if self.everyone is not Standing.KEPT:
            return []
        return [each for place in sorted(self.columns) for each in self._asked(place, header[place], survey)]

    def may_be_yes(self, place: int, word: str) -> bool:
        """Returns False for a word that is known to say no: that people left, or under a name that sounds like consent
        that they do not agree."""
        known = table()
        return not known.sure_left(word) and not (place in self.sounding and word in known.words["no"])

    def kinds(self, header: Sequence[str]) -> list[tuple[str, ColumnKind]]:
        """Returns the columns that decide about leaving, or may do so, with what they say."""
        return [(header[place], kind) for place, kind in sorted(self.columns.items())]

    def described(self, header: Sequence[str]) -> list[str]:
        """Returns what decides about leaving, as short English phrases: the columns' names, and the file's name."""
        found = [f'column "{name}" ({kind})' for name, kind in self.kinds(header)]
        return [*found, *(["the file's name"] if self.everyone is not Standing.KEPT else [])]

    def _said(self, place: int, kind: ColumnKind, word: str) -> Standing:
        standing = said(kind, word)
        if standing is not Standing.UNCLEAR or not self.answers:
            return standing
        answer = self.answers.get((place, word)) or self.answers.get((place, OTHER))
        if answer is None or (answer is Answer.YES and not self.may_be_yes(place, word)):
            return standing
        return _ANSWERED[answer]

    def _asked(self, place: int, column: str, survey: Survey) -> list[Question]:
        words, kind = survey.words.get(place, Counter()), self.columns[place]
        unclear = [
            (word, rows)
            for word, rows in sorted(words.items(), key=lambda each: (-each[1], each[0]))
            if word != OTHER and len(word) <= LONGEST_ASKED and self._said(place, kind, word) is Standing.UNCLEAR
        ]
        rest = sum(rows for _, rows in unclear[MOST_ASKED:])
        if self._said(place, kind, OTHER) is Standing.UNCLEAR:
            rest += sum(rows for word, rows in words.items() if word == OTHER or len(word) > LONGEST_ASKED)
        found = [
            Question(place, column, word, rows, self.may_be_yes(place, word)) for word, rows in unclear[:MOST_ASKED]
        ]
        return [*found, Question(place, column, OTHER, rest, may_be_yes=True)] if rest else found
