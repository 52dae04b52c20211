"""Reads files of CSV or JSON lines as rows: each a mapping of column names to values, with its line number."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from sitegen.errors import did_you_mean
from sitegen.roster.faults import FaultLog, quoted

LONGEST_LINE = 1 << 20
"""The most bytes of one line. A longer one cannot be a member, and reading on would fill the memory."""

Record = tuple[int, dict[str, Any], bool]
"""A row: the number of its first line, its fields that are not empty, and whether it has the right number of cells.

A row that has not is in the log as a fault already. It is passed on all the same, so that members who name it as their
sponsor are not reported as well.
"""

_BOM = codecs.BOM_UTF8
_HEAD = 8192
_BLOCK = 1 << 18
_QUOTED = re.compile(rb'"[^"]*(?:"|\Z)')
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of spreadsheet programs begin: zip archives, and the older compound files."""
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
"""How the tables of HTML begin that some programs export for spreadsheets."""
_SAVE = "save the file as UTF-8"


class Broken(Exception):
    """The file cannot be read any further; the fault is in the log."""


class Source:
    """A file that is read once: its lines as text, and when all are read, its size in bytes and its digest.

    UTF-8 is expected. ``foreign``: the file may come from elsewhere, in UTF-16 with its mark, or with lines that end in
    a carriage return alone; ``is_foreign`` then tells whether it does. ``end``: the place in the file at which to stop.
    """

    def __init__(self, file: BinaryIO, log: FaultLog, *, foreign: bool = False, end: int | None = None) -> None:
        self._file = file
        self._log = log
        self._foreign = foreign
        self._end = end
        self.is_foreign = False
        self._hash = hashlib.sha256()
        self.size = 0
        self.line = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes read so far, in hexadecimal."""
        return self._hash.hexdigest()

    def lines(self) -> Iterator[str]:
        """Yields each line, with its line end. Notes a fault for a line that is not UTF-8.

        Raises Broken if the rest of the file cannot be read.
        """
        encoding = self._foreign_encoding() if self._foreign else None
        self.is_foreign = encoding is not None
        return self._lines() if encoding is None else self._foreign_lines(encoding)

    def _foreign_encoding(self) -> str | None:
        """Returns the encoding of a file that is not of lines in UTF-8; None if it is, as nearly always."""
        head = self._file.read(_HEAD)
        self._file.seek(0)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(_WORKBOOKS):
            self._log.add("a workbook of a spreadsheet program, not a table of text", hint="save it as CSV in UTF-8")
            raise Broken
        if head.removeprefix(_BOM).lstrip().lower().startswith(_MARKUP):
            self._log.add("a page of HTML or XML, not a table of text", line=1, hint="save it as CSV in UTF-8")
            raise Broken
        if b"\0" in head:
            self._log.add("not UTF-8: holds bytes of zero, as UTF-16 without its mark does", line=1, hint=_SAVE)
            raise Broken
        plain = _QUOTED.sub(b"", head)  # a cell may hold line ends of the other kind
        return "utf-8-sig" if b"\r" in plain and b"\n" not in plain else None

    def _foreign_lines(self, encoding: str) -> Iterator[str]:
        while chunk := self._file.read(LONGEST_LINE):
            self._hash.update(chunk)
            self.size += len(chunk)
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=encoding, newline=None)
        try:
            while line := text.readline(LONGEST_LINE):
                self.line += 1
                if len(line) == LONGEST_LINE:
                    self._too_long()
                yield line
        except UnicodeDecodeError as error:
            name = "UTF-16" if encoding == "utf-16" else "UTF-8"
            self._log.add(f"not {name}: {error.reason}", line=self.line + 1, hint=_SAVE)
            raise Broken from error
        finally:
            if not self._file.closed:  # as when the reader gave up
                text.detach()

    def _too_long(self) -> NoReturn:
        self._log.add(f"a line longer than {LONGEST_LINE:,} bytes", line=self.line)
        raise Broken

    def _lines(self) -> Iterator[str]:
        for block in self._blocks():
            for raw in io.BytesIO(block):
                try:
                    line = raw.decode()
                except UnicodeDecodeError as error:
                    line = self._replaced(raw, error)
                self.line += 1
                yield line

    def _blocks(self) -> Iterator[bytes]:
        """Yields the bytes of many lines at a time: to read each from the file would take three times as long.

        Raises Broken at a line that is too long; the lines before it have been passed on.
        """
        rest = b""
        while more := self._file.read(_BLOCK if self._end is None else min(_BLOCK, self._end - self._file.tell())):
            self._hash.update(more)
            self.size += len(more)
            whole, end, begun = more.rpartition(b"\n")
            if not end:
                rest += more
            else:
                yield self._unmarked(rest + whole + end)
                rest = begun
            if len(rest) >= LONGEST_LINE:
                self.line += 1
                self._too_long()
        if rest:
            yield self._unmarked(rest)

    def _unmarked(self, block: bytes) -> bytes:
        return block if self.line else block.removeprefix(_BOM)

    def _replaced(self, raw: bytes, error: UnicodeDecodeError) -> str:
        """Notes a fault for a line that is not UTF-8 and returns it with "?" for what cannot be decoded."""
        self._log.add(
            f"not UTF-8: byte 0x{raw[error.start]:02X} at position {error.start + 1}", line=self.line + 1, hint=_SAVE
        )
        # Of a first line in another encoding (such as UTF-16) nothing that follows makes sense.
        if self.line == 0:
            raise Broken from error
        # Read on, so that the other faults of the file come to light too. "?" rather than U+FFFD,
        # which would be reported a second time.
        return raw.decode(errors="replace").replace("\ufffd", "?")


def digest(path: Path) -> str:
    """Returns the SHA-256 of a whole file in hexadecimal, the same as ``Source.digest`` after the last line."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_records(source: Source, log: FaultLog, known: Sequence[str], required: Sequence[str]) -> Iterator[Record]:
    """Yields the rows of a CSV file. Its header must name only ``known`` columns, and all of ``required``.

    Raises Broken if it does not, or if the rest of the file cannot be read; the fault is in the log.
    """
    reader = csv.reader(source.lines(), strict=True)
    last = 0
    try:
        header = next((row for row in reader if row), None)
        columns = _columns(header, source.line, log, known, required)
        width = len(columns)
        last = reader.line_num
        for row in reader:
            line, last = last + 1, reader.line_num
            if len(row) != width:
                # A blank line between members is no member.
                if row and row != [""]:
                    log.add(f"{len(row)} cells where the header has {width}", line=line, hint=ragged(row, width))
                    yield line, {known[0]: dict(zip(columns, row, strict=False)).get(known[0], "")}, False
                continue
            values = {name: cell for name, cell in zip(columns, row, strict=True) if cell and not cell.isspace()}
            if values:
                yield line, values, True
    except csv.Error as error:
        log.add(not_csv(error), line=last + 1, hint=QUOTES)
        raise Broken from error


QUOTES = 'put quotes around a cell with a comma, a quote or a line break in it, and write a quote as ""'
"""The hint about a row that cannot be read as CSV."""


def not_csv(error: csv.Error) -> str:
    """Returns what is wrong with a row that the library cannot read."""
    found = str(error)
    if found.startswith("new-line character"):  # it goes on with advice to a programmer
        found = "a carriage return within a cell"
    return f"cannot be read as CSV: {found}"


_MERGE_MARKS = ("<" * 7, "=" * 7, ">" * 7)


def ragged(row: Sequence[str], width: int) -> str:
    """Returns the hint about a row that has not as many cells as the header."""
    if row[0].startswith(_MERGE_MARKS):
        return "git could not merge this file: keep the rows of both sides, and take out <<<<<<<, ======= and >>>>>>>"
    if len(row) < width:
        return "every row needs all columns, empty ones too"
    return "put quotes around a cell with a comma in it"


def _columns(
    header: list[str] | None, line: int, log: FaultLog, known: Sequence[str], required: Sequence[str]
) -> list[str]:
    if header is None:
        log.add("the file is empty", line=1, hint=f"the first line names the columns: {', '.join(known)}")
        raise Broken
    names = [cell.strip().lower() for cell in header]
    before = log.count
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        log.add("the columns are not separated by commas", line=line, hint="save the file as CSV with commas")
        raise Broken
    for name in dict.fromkeys(names):
        if name not in known:
            hint = did_you_mean(name, [each for each in known if each not in names])
            log.add(f"unknown column {quoted(name)}", line=line, hint=hint)
        elif names.count(name) > 1:
            log.add(f"column {quoted(name)} is there twice", line=line)
    for name in required:
        if name not in names:
            log.add(f"missing column {quoted(name)}", line=line)
    if log.count > before:
        raise Broken
    return names


def json_records(source: Source, log: FaultLog) -> Iterator[Record]:
    """Yields the rows of a file with one JSON object a line, by the names that the objects have."""
    for text in source.lines():
        if text.isspace():
            continue
        try:
            found = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            log.add(f"not JSON: {_what(error)}", line=source.line, hint="one object a line")
            continue
        if not isinstance(found, dict):
            log.add("expected an object", line=source.line, hint='one object a line: {"id": …, "name": …}')
            continue
        yield source.line, {name: value for name, value in found.items() if not _empty(value)}, True


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{quoted(twice)} is there twice")
    return found


def _what(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at position {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
