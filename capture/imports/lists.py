"""Reads lists of people from CSV files with a header, as a stream.

The columns are recognised by their names, or the importing person says what they mean. A column or a file's name that
says who left decides (see ``leaving``).

Spreadsheets separate cells by commas, semicolons (if the comma is the decimal sign) or tabs; the header, or a first
line ``sep=;``, shows which. Lists are not trusted: rows that cannot be read or displayed are refused one by one, and a
cell that begins like a formula is text like any other. A cell that is not needed and cannot be read costs only itself.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from email_validator import EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from capture.base.phones import e164
from capture.company.generator import Interest, shown, tidied, unseen
from capture.imports.headers import FIELDS, folded, positions, proof_positions
from capture.imports.leaving import Answers, Leaving, Question
from capture.imports.survey import Survey
from capture.imports.vocabulary import Standing
from sitegen.errors import EspalierError, Fault, did_you_mean

LONGEST_NAME = 100
LONGEST_PROOF = 200
LONGEST_WORDING = 2_000
"""The most characters that are kept of a name, of what a list says about a consent, and of its wording."""

_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
"""The first bytes of files that are refused as workbooks: zip archives (such as .xlsx and .ods) and old .xls files."""

_SEPARATORS = ",;\t|"

_SAID_SEPARATOR = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
"""A first line by which spreadsheets say the separator."""

_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""The byte order marks of UTF-16."""

_AROUND = " \t\r\n\u00a0\u200e\u200f\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069"
"""Blanks and marks of writing direction around an address. Within it they stay, since they could make it look like
another, and are refused."""

_TEST_LEAD = "<test lead:"
"""How the cells of Meta's test leads begin."""

_NOT_TAKEN = {Standing.UNCLEAR: "unclear status", Standing.SKIPPED: "set aside"}
"""Why rows are refused whose people may have left."""

_PLAIN = re.compile(r"[A-Za-z0-9_]+(?:[.+-][A-Za-z0-9_]+)*", re.ASCII)
_PLAIN_LENGTH = 64
"""The length in characters up to which no part of an e-mail address can be too long."""

_NO_ADDRESS = 1_000
"""The length in characters beyond which a text is certainly no e-mail address and is not checked."""

_CHUNK = 1024 * 1024

MOST_COLUMNS = 200

LONGEST = 64 * 1024
"""The most characters of one row, including line ends within quotes. Without a limit a whole file could be one row, and
the cells of a row need several times the memory of its text."""


class ListProblem(StrEnum):
    """The reason why a whole file cannot be read as a list."""

    WORKBOOK = "workbook"
    ENCODING = "encoding"
    EMPTY = "empty"
    CSV = "csv"
    COLUMNS = "columns"
    LONG = "long"
    ROWS = "rows"


_HINTS = {
    ListProblem.WORKBOOK: ("this is a workbook or an archive", "open it, and save the sheet as CSV UTF-8"),
    ListProblem.ENCODING: ("this is not CSV in UTF-8", "save it as CSV UTF-8"),
    ListProblem.EMPTY: ("the file has no header", "the first row must name the columns"),
    ListProblem.CSV: ("this is not CSV in UTF-8: {why}", "save it as CSV UTF-8"),
    ListProblem.COLUMNS: (
        f"a row has more than {MOST_COLUMNS} columns: {{why}}",
        "keep the columns about the people",
    ),
    ListProblem.LONG: (
        f"a row is longer than {LONGEST // 1024} KB: {{why}}",
        "look there for a quote that is never closed",
    ),
    ListProblem.ROWS: ("the file has more than {why} rows", "split it"),
}


class NotAListError(EspalierError):
    """A file cannot be read as a list of people. ``wrong``: the reason."""

    def __init__(self, wrong: ListProblem, where: Path | str, why: str = "") -> None:
        message, hint = _HINTS[wrong]
        super().__init__(Fault(message.format(why=why), where=where, hint=hint))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list: one person.

    ``number``: counted from 1 below the header. ``reason``: why the row is refused; None if it is accepted.
    ``standing``: whether the person left, by what the list says. ``phone_lost``: a telephone number was there, but none
    that can be dialled. ``proof``: what the list says about the person's consent, by the names of ``PROOFS``; parts
    that it does not say are left out.
    """

    number: int
    email: str | None = None
    first_name: str | None = None
    phone: str | None = None
    interest: Interest = Interest.BOTH
    reason: str | None = None
    standing: Standing = Standing.KEPT
    phone_lost: bool = False
    proof: Mapping[str, str] = field(default_factory=dict)


class LeadList:
    """A list of people in CSV, read from a file or, by ``of_text``, from a text in memory.

    The constructor takes ``mapping``: the column name of each field whose column is not recognised. ``of_text`` takes
    ``positions``: the column of each field, counted from 0; a field without a position is not read.

    Both raise NotAListError if the text is not a list. The constructor raises EspalierError if the file cannot be read,
    the mapping does not fit, or no column holds e-mail addresses.
    """

    def __init__(
        self, path: Path, mapping: Mapping[str, str] | None = None, region: str | None = None,
        separator: str | None = None,
    ) -> None:  # fmt: skip
        try:
            with path.open("rb") as file:
                digest, encoding = _read_through(file, path)
        except OSError as error:
            raise EspalierError(Fault(f"cannot be read: {error.strerror}", where=path)) from error
        self._begin(path, path.name, digest, lambda: path.open(newline="", encoding=encoding), region, separator)
        self._places = _columns(self.header, mapping or {}, path)
        self._phones = self._phone_columns()

    @classmethod
    def of_text(
        cls, name: str, digest: str, text: str, positions: Mapping[str, int] | None = None, region: str | None = None
    ) -> LeadList:
        """Returns a list that is read from ``text`` instead of a file.

        ``digest``: SHA-256 of the original file's bytes in hexadecimal, which identifies the list. ``positions``: the
        column of each field, counted from 0; None: the columns are recognised by their names.
        """
        found = cls.__new__(cls)
        found._begin(name, name, digest, lambda: io.StringIO(text, newline=""), region)
        found._places = dict(positions) if positions is not None else guess_columns(found.header)
        found._phones = found._phone_columns()
        return found

    def _begin(
        self, where: Path | str, name: str, digest: str, opened: Callable[[], AbstractContextManager[TextIO]],
        region: str | None, separator: str | None = None,
    ) -> None:  # fmt: skip
        self.where, self.name, self.digest, self.region = where, name, digest, region
        self._answers: Answers = {}
        self._opened = opened
        with self._lines() as lines:
            first = lines.readline(LONGEST)
            said = _SAID_SEPARATOR.fullmatch(first)
            self._skipped = said is not None
            self._separator = separator or (said[1] if said else _separator(first, where))
        with self._lines() as lines:
            self.header: Sequence[str] = [cell.strip() for cell in next(self._cells(lines), [])]
        if not any(self.header):
            raise NotAListError(ListProblem.EMPTY, where)

    @cached_property
    def survey(self) -> Survey:
        """The words in the columns that are not read as fields. The whole list is read for them, once."""
        read = {*self._places.values(), *self._phones}
        deciding = Leaving.of(self.name, self.header).columns
        return Survey.of(self._below(), [place for place in range(len(self.header)) if place not in read], deciding)

    @cached_property
    def _proofs(self) -> dict[str, int]:
        read = set(self._places.values())
        return {name: place for name, place in proof_positions(self.header).items() if place not in read}

    @property
    def proofs(self) -> Mapping[str, str]:
        """The names in the header of the columns from which consents are kept."""
        return {name: self.header[place] for name, place in self._proofs.items()}

    @cached_property
    def leaving(self) -> Leaving:
        """What the list says about people who left, with the answers that were given."""
        found = Leaving.of(self.name, self.header).surveyed(self.header, self.survey)
        return replace(found, answers=self._answers)

    @property
    def questions(self) -> list[Question]:
        """The words that decide about rows, and are neither known nor answered."""
        return self.leaving.questions(self.header, self.survey)

    @property
    def words_asked(self) -> list[Question]:
        """The same, with those that are answered."""
        return replace(self.leaving, answers={}).questions(self.header, self.survey)

    def answer(self, answers: Answers) -> None:
        """Sets what words mean that are not known, before the rows are read."""
        self._answers = dict(answers)
        self.__dict__.pop("leaving", None)

    def _phone_columns(self) -> list[int]:
        """Returns the positions of all columns with telephone numbers, in the order in which they are tried."""
        mine = [self._places["phone"]] if "phone" in self._places else []
        return list(dict.fromkeys([*mine, *(positions(self.header).get("phone", []) if mine else [])]))

    @property
    def places(self) -> Mapping[str, int]:
        """The position of each field's column in the list, counted from 0."""
        return dict(self._places)

    @property
    def meant(self) -> str:
        """A digest of the file, of the columns that are read and of the answers, in hexadecimal (SHA-256).

        The same file read with other columns counts as another list.
        """
        places = json.dumps(sorted(self._places.items()))
        market = f" {self.region}" if self.region else ""
        answers = f" {json.dumps(sorted([*key, answer] for key, answer in self._answers.items()))}"
        said = f"{self.digest} {places}{market}{answers if self._answers else ''}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def columns(self) -> Mapping[str, str]:
        """The name in the header of each field's column."""
        return {name: self.header[place] for name, place in self._places.items()}

    def rows(self, after: int = 0) -> Iterator[ListRow]:
        """Yields the rows below the header, without the first ``after`` rows. Empty lines do not count as rows."""
        for number, cells in enumerate(islice(self._below(), after, None), after + 1):
            yield self._row(number, cells)

    def count(self, most: int | None = None) -> int:
        """Returns the number of a list's rows. Raises NotAListError if there are more than ``most``."""
        found = sum(1 for _ in islice(self._below(), None if most is None else most + 1))
        if most is not None and found > most:
            raise NotAListError(ListProblem.ROWS, self.where, f"{most:,}")
        return found

    def first(self, count: int) -> list[list[str]]:
        """Returns the cells of the first ``count`` rows, for a preview. Each row has as many cells as the header.

        Characters that cannot be displayed are replaced.
        """
        width = len(self.header)
        rows = (list(map(shown, cells)) for cells in self._below())
        return [(cells + [""] * width)[:width] for cells in islice(rows, count)]

    def _below(self) -> Iterator[list[str]]:
        with self._lines() as lines:
            cells = self._cells(lines)
            next(cells, None)
            yield from filter(None, cells)

    @contextmanager
    def _lines(self) -> Iterator[TextIO]:
        try:
            opened = self._opened()
        except OSError as error:
            raise EspalierError(Fault(f"cannot be read: {error.strerror}", where=self.where)) from error
        with opened as lines:
            if getattr(self, "_skipped", False):
                lines.readline(LONGEST)
            yield lines

    def _cells(self, lines: TextIO) -> Iterator[list[str]]:
        length = 0

        def bounded() -> Iterator[str]:
            nonlocal length
            while line := lines.readline(LONGEST + 1 - length):
                length += len(line)
                if length > LONGEST:
                    raise NotAListError(ListProblem.LONG, self.where, f"line {reader.line_num + 1}")
                yield line

        reader = csv.reader(bounded(), delimiter=self._separator)
        try:
            # The reader takes only the lines of one row, so ``length`` is that row's.
            for cells in reader:
                length = 0
                if len(cells) > MOST_COLUMNS:
                    raise NotAListError(ListProblem.COLUMNS, self.where, f"line {reader.line_num}")
                yield cells
        except csv.Error as error:
            raise NotAListError(ListProblem.CSV, self.where, str(error)) from error
        except OSError as error:
            raise EspalierError(Fault(f"cannot be read any further: {error}", where=self.where)) from error

    def _row(self, number: int, cells: list[str]) -> ListRow:
        width = len(cells)
        told = {name: cells[place].strip() if place < width else "" for name, place in self._places.items()}
        told["email"] = told["email"].strip(_AROUND)
        if unseen(told["email"]):
            return ListRow(number, reason="unreadable")
        if any(cell.lower().startswith(_TEST_LEAD) for cell in cells):
            return ListRow(number, reason="test lead")
        if not told["email"]:
            return ListRow(number, reason="no address")
        address = normal_address(told["email"])
        if address is None:
            return ListRow(number, reason="not an address")
        standing = self.leaving.standing(cells)
        if standing in _NOT_TAKEN:
            return ListRow(number, address, reason=_NOT_TAKEN[standing], standing=standing)
        phones = [tidied(cells[place]).strip() for place in self._phones if place < width]
        phone = next(filter(None, (e164(each, self.region) for each in phones if each)), None)
        interest = told.get("interest", "").lower()
        asks = Interest(interest) if interest in set(Interest) else Interest.BOTH
        return ListRow(
            number, address, _name(told.get("first_name", "")), phone, asks,
            standing=standing, phone_lost=phone is None and any(phones), proof=self._proof(cells),
        )  # fmt: skip

    def _proof(self, cells: Sequence[str]) -> dict[str, str]:
        width = len(cells)
        told = {name: cells[place] for name, place in self._proofs.items() if place < width and cells[place]}
        texts = ((name, tidied(cell).strip(_AROUND)) for name, cell in told.items())
        return {
            name: text[: LONGEST_WORDING if name == "wording" else LONGEST_PROOF]
            for name, text in texts
            if text and not any(map(unseen, text.splitlines()))
        }


def _name(cell: str) -> str | None:
    """Returns a name as leads store it; None for an empty one, or one that cannot be shown."""
    name = " ".join(tidied(cell).split())[:LONGEST_NAME]
    return name if name and not unseen(name) else None


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """Returns the text of a file and the SHA-256 of its bytes in hexadecimal.

    Raises NotAListError if the file is not text in UTF-8, or in UTF-16 with a byte order mark.
    """
    digest, encoding = _read_through(io.BytesIO(content), name)
    return content.decode(encoding), digest


def _read_through(file: BinaryIO, where: Path | str) -> tuple[str, str]:
    """Returns the SHA-256 of a file in hexadecimal, and its encoding. Raises NotAListError if it is not text in UTF-8,
    or in UTF-16 with a byte order mark, to its end."""
    digest, is_first, encoding = hashlib.sha256(), True, "utf-8-sig"
    decoder = getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if is_first and chunk.startswith(_WORKBOOKS):
                raise NotAListError(ListProblem.WORKBOOK, where)
            if is_first and chunk[:2] in _MARKS:
                encoding = "utf-16"
                decoder = getincrementaldecoder(encoding)()
            is_first = False
            digest.update(chunk)
            if "\0" in decoder.decode(chunk):
                raise NotAListError(ListProblem.ENCODING, where)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NotAListError(ListProblem.ENCODING, where) from error
    return digest.hexdigest(), encoding


def guess_columns(header: Sequence[str]) -> dict[str, int]:
    """Returns the position of each field's column, counted from 0 and recognised by the name in the header.

    Fields for which no column is recognised are left out.
    """
    return {name: places[0] for name, places in positions(header).items()}


def normal_address(text: str) -> str | None:
    """Returns an e-mail address in the form in which leads store it; None if the text is not an address.

    The result is the same as email-validator's, but comes faster: many addresses of a list have the same domain, so the
    result for a domain is cached. Only long or unusual addresses are validated as a whole.
    """
    if len(text) > _NO_ADDRESS:
        return None
    name, at, domain = text.partition("@")
    plain = at and text.isascii() and len(text) <= _PLAIN_LENGTH and _PLAIN.fullmatch(name)
    if plain and name.lower() not in CASE_INSENSITIVE_MAILBOX_NAMES:
        found = _domain(domain)
        return f"{name}@{found}" if found else None
    return _asked(text)


def _asked(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


@lru_cache(maxsize=20_000)
def _domain(text: str) -> str | None:
    found = _asked(f"x@{text}")
    return found.removeprefix("x@") if found else None


def _separator(header: str, where: Path | str) -> str:
    """Returns the separator (comma, semicolon, tab or bar) under which a column of e-mail addresses appears, else the
    one that splits the header into the most cells."""

    def worth(separator: str) -> tuple[bool, int]:
        cells = next(csv.reader([header], delimiter=separator), [])
        return "email" in positions(cells), len(cells)

    try:
        return max(_SEPARATORS, key=worth)
    except csv.Error as error:
        raise NotAListError(ListProblem.CSV, where, str(error)) from error


def _columns(header: Sequence[str], mapping: Mapping[str, str], path: Path) -> dict[str, int]:
    places = {folded(cell): place for place, cell in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    faults = []
    for name, column in mapping.items():
        if name not in FIELDS:
            hint = did_you_mean(name, list(FIELDS)) or f"one of: {', '.join(FIELDS)}"
            faults.append(Fault(f'"{name}" is not a field that is read from lists', where=path, line=1, hint=hint))
        elif folded(column) not in places:
            hint = did_you_mean(column, header) or f"its columns are: {', '.join(header)}"
            faults.append(Fault(f'there is no column "{column}"', where=path, line=1, hint=hint))
        else:
            found[name] = places[folded(column)]
    found |= {name: place for name, place in guess_columns(header).items() if name not in mapping}
    if "email" not in found and not faults:
        hint = f'say which one it is: --map "email=…"; its columns are: {", ".join(header) or "none"}'
        faults.append(Fault("no column holds e-mail addresses", where=path, line=1, hint=hint))
    if faults:
        raise EspalierError(*faults)
    return found
