"""Cuts a roster file into its rows without reading them, to see which have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

SIZE = 16
"""The bytes of a row's digest."""

_LONGEST = 1 << 20
_NOTHING = b' \t\r\n,;|"'


class RawRow(NamedTuple):
    """A row as it stands in the file: the number of its first line, and its bytes."""

    line: int
    content: bytes


def of_file(file: BinaryIO, *, quoted: bool) -> Iterator[RawRow]:
    """Yields the rows of a file, its header first where it has one; rows that hold nothing are left out.

    ``quoted``: whether a row goes on over line ends between quotes, as in CSV. A file that is no text in lines comes
    out as one row or as nonsense: a reader must compare the number of rows.
    """
    line, first, parts, is_open = 0, 1, b"", False
    for raw in iter(lambda: file.readline(_LONGEST), b""):
        line += 1
        if is_open or (quoted and b'"' in raw):
            is_open ^= bool(raw.count(b'"') % 2)
            parts += raw
            if is_open and len(parts) < _LONGEST:
                continue
            raw, parts, is_open = parts, b"", False
        if raw.strip(_NOTHING):
            yield RawRow(first, raw)
        first = line + 1
    if parts:
        yield RawRow(first, parts)


def digest(content: bytes) -> bytes:
    """Returns the digest of a row's bytes, ``SIZE`` bytes."""
    return hashlib.blake2b(content, digest_size=SIZE).digest()


def digests(path: Path) -> bytes:
    """Returns the digests of all rows of a file, one after another, the header's first where it has one."""
    with path.open("rb") as file:
        return b"".join(digest(row.content) for row in of_file(file, quoted=is_quoted(path)))


def is_quoted(path: Path) -> bool:
    """Returns whether a row of this kind of file may go on over line ends between quotes."""
    return path.suffix.lower() not in {".jsonl", ".ndjson"}
