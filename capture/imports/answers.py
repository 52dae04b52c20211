"""Reads answers about unknown words of a list, as ``capture import --word`` and the list's page give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from capture.imports.headers import folded
from capture.imports.leaving import Answer, Leaving, Question
from capture.imports.survey import OTHER
from sitegen.errors import EspalierError, Fault, did_you_mean

OPTION = "--word"


def read_answers(said: Iterable[str], header: Sequence[str], leaving: Leaving) -> dict[tuple[int, str], Answer]:
    """Returns the answers given as "COLUMN:WORD=ANSWER", by the column's position and the folded word.

    ``COLUMN`` is a name of the header, in any spelling, or a number counted from 1; ``WORD`` is blank for blank cells
    and "*" for all other words; ``ANSWER`` is yes, left or skip. Raises EspalierError if a column or an answer does not
    exist, or if "yes" is said of a word that is known to say no.
    """
    found: dict[tuple[int, str], Answer] = {}
    faults: list[Fault] = []
    for text in said:
        try:
            places, word, answer = _parts(text, header)
        except EspalierError as error:
            faults += error.faults
            continue
        for place in places:
            if answer is Answer.YES and not leaving.may_be_yes(place, word):
                hint = "it is known to say no: answer left or skip"
                faults.append(Fault(f'"{text}" cannot be said of this word', where=OPTION, hint=hint))
            found[place, word] = answer
    if faults:
        raise EspalierError(*faults)
    return found


def stored_answers(stored: Mapping[str, str]) -> dict[tuple[int, str], Answer]:
    """Returns the answers about an uploaded list, as ``Upload.answers`` stores them by ``Question.key``."""
    parts = ((key.partition(":"), answer) for key, answer in stored.items())
    return {(int(place), word): Answer(answer) for (place, _, word), answer in parts}


def described(questions: Sequence[Question]) -> Iterator[str]:
    """Yields a line of English text for each unknown word, which names the option that answers it."""
    for each in questions:
        column = each.column or str(each.place + 1)
        says = {OTHER: "has other words", "": "is blank"}.get(each.word, f'says "{each.word}"')
        answers = " or ".join(f"={answer}" for answer in each.answers)
        yield f'{each.rows} rows: column "{column}" {says}: add {OPTION} "{column}:{each.word}" with {answers}'


def _parts(text: str, header: Sequence[str]) -> tuple[list[int], str, Answer]:
    said, equals, answer = text.rpartition("=")
    if not equals or answer.strip().lower() not in set(Answer):
        hint = f'such as {OPTION} "Status:active=yes"; the answers are yes, left and skip'
        raise EspalierError(Fault(f'"{text}" is not COLUMN:WORD=ANSWER', where=OPTION, hint=hint))
    pieces = said.split(":")
    for count in range(len(pieces) - 1, 0, -1):
        places = _places(":".join(pieces[:count]), header)
        if places:
            word = ":".join(pieces[count:]).strip()
            return places, OTHER if word == OTHER else folded(word), Answer(answer.strip().lower())
    hint = did_you_mean(pieces[0], header) or f"its columns are: {', '.join(header)}"
    raise EspalierError(Fault(f'"{text}" names no column of this list', where=OPTION, hint=hint))


def _places(name: str, header: Sequence[str]) -> list[int]:
    """Returns the positions of the columns with this name; else of the column with this number, counted from 1."""
    named = [place for place, cell in enumerate(header) if folded(cell) == folded(name) != ""]
    number = int(name) - 1 if name.strip().isdecimal() else -1
    return named or ([number] if 0 <= number < len(header) else [])
