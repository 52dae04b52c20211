"""Reads addresses from a file: one on each line, or a CSV file in any column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capture.imports.lists import normal_address
from sitegen.errors import EspalierError, Fault

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""The byte order marks of UTF-16, which spreadsheets write."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses in a file, each once, in their order; ``skipped``: the numbers of lines that hold none."""

    found: list[str]
    skipped: list[int]


def read(path: Path) -> Addresses:
    """Reads a file of addresses. A first line without an address is a header. Raises EspalierError if the file cannot
    be read, is not text, or holds no address."""
    try:
        content = path.read_bytes()
        text = content.decode(_MARKS.get(content[:2], "utf-8-sig"))
    except OSError as error:
        raise EspalierError(Fault(f"cannot be read: {error.strerror}", where=path)) from error
    except UnicodeDecodeError as error:
        raise EspalierError(Fault("this is not text in UTF-8", where=path, hint="save it as CSV UTF-8")) from error
    found: dict[str, None] = {}
    skipped = []
    for number, cells in _rows(text):
        addresses = [address for cell in cells if (address := normal_address(cell.strip()))]
        found |= dict.fromkeys(addresses)
        if not addresses and number > 1:
            skipped.append(number)
    if not found:
        raise EspalierError(Fault("no e-mail address in it", where=path, hint="one address on each line, or CSV"))
    return Addresses(list(found), skipped)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the number of each line that is not empty, and its cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=text.partition("\n")[0].count))
    try:
        yield from ((reader.line_num, cells) for cells in reader if any(cells))
    except csv.Error as error:
        raise EspalierError(Fault(f"this is not CSV: {error}", hint="one address on each line is enough")) from error
