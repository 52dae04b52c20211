"""Cuts an erased person out of uploaded lists whose file is still stored.

A row stays as an empty one, so that the numbers of the rows below it, by which an import goes on, do not change; the
import refuses it for having no address.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from email.utils import parseaddr

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from capture.base.identity import fold
from capture.models import Upload

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\w")
_SEPARATORS = ",;\t|"
ERASED = "(erased)"


def cut_from_uploads(session: Session, address: str) -> int:
    """Removes a person, in every spelling of their address, from the files of uploaded lists.

    Returns the number of rows that were changed.
    """
    query = select(Upload).where(Upload.content.is_not(None)).order_by(Upload.id).options(undefer(Upload.content))
    changed = 0
    for upload in session.scalars(query.with_for_update()):
        text, count = cut_from_text(upload.content or "", address)
        if count:
            upload.content, changed = text, changed + count
    return changed


def cut_from_text(text: str, address: str) -> tuple[str, int]:
    """Returns the text of a list without a person, and the number of rows that were changed.

    A row of which a cell is the person's address loses all its cells; from other rows that name the address in a longer
    text, only the address goes.
    """
    folded, parts, changed = fold(address), [], 0
    for row in _rows(text):
        kept = _without(row, folded)
        changed += kept != row
        parts.append(kept)
    return "".join(parts), changed


def _rows(text: str) -> Iterator[str]:
    """Yields the rows of a CSV text with their line ends; a quoted cell may contain line ends."""
    row = ""
    for line in io.StringIO(text, newline=""):
        row += line
        if row.count('"') % 2 == 0:
            yield row
            row = ""
    # A quote that is never closed: its lines are looked at one by one.
    yield from row.splitlines(keepends=True)


def _without(row: str, folded: str) -> str:
    if not any(fold(each) == folded for each in _ADDRESS.findall(row)):
        return row
    separator = max(_SEPARATORS, key=lambda each: row.count(each))
    end = row[len(row.rstrip("\r\n")) :]
    cells = next(csv.reader(io.StringIO(row, newline=""), delimiter=separator))
    if any(_is(cell, folded) for cell in cells):
        return '""' + separator * (len(cells) - 1) + end
    return _ADDRESS.sub(lambda found: ERASED if fold(found[0]) == folded else found[0], row)


def _is(cell: str, folded: str) -> bool:
    text = cell.strip().removeprefix("mailto:").lstrip("'")
    return fold(text) == folded or fold(parseaddr(text)[1]) == folded
