"""CSV for people who open it in a spreadsheet: no cell can start a formula there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Spreadsheets run a cell that begins with one of these as a formula (OWASP, CSV injection); some also accept the
full-width signs of East Asian text. A blank before the sign does not prevent it."""

_BLANKS = " \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u200c\u200d"

Value = str | int | None


def write_table(header: Sequence[str], found: Iterable[Iterable[Value]], out: TextIO) -> None:
    """Writes a header and a line for each row as CSV; no cell can start a formula when a spreadsheet opens it."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    write_rows(found, out)


def write_rows(found: Iterable[Iterable[Value]], out: TextIO) -> None:
    """Writes rows as CSV without a header, for a table that is written piece by piece; no cell can start a formula when
    a spreadsheet opens it."""
    writer = csv.writer(out, lineterminator="\r\n")
    for row in found:
        writer.writerow([harmless(value) for value in row])


def harmless(value: Value) -> str:
    """Returns a cell as text, with an apostrophe before anything that a spreadsheet would run as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(_BLANKS).startswith(_FORMULA_STARTS) else text
