"""Compressed copies of pages, made at build time for web servers that send them as they are.

``nginx`` with ``gzip_static on`` (or ``always``, where only the compressed file is kept) and Caddy with
``precompressed gzip`` do. ISA-L's level 1 takes a seventh of zlib's time at its level 6 for a tenth more bytes;
where it is not installed, zlib does the same work.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from sitegen.build.options import Packing

try:
    from isal import isal_zlib
except ImportError:  # no wheel for this machine
    isal_zlib = None  # type: ignore[assignment]

_LEVEL = 1 if isal_zlib is not None else 6
_GZIP_WINDOW = 31  # a gzip header without file name and time, so that the same page gives the same bytes


def files(packing: Packing, path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files that one page becomes: path and bytes."""
    if packing is not Packing.ALONE:
        yield path, content
    if packing is not Packing.NONE:
        yield f"{path}.gz", compressed(content)


def names(packing: Packing, path: str) -> tuple[str, ...]:
    """The names of those files."""
    packed = f"{path}.gz"
    return {Packing.NONE: (path,), Packing.BESIDE: (path, packed), Packing.ALONE: (packed,)}[packing]


def other_names(packing: Packing, path: str) -> set[str]:
    """The names that one page's files have by another packing."""
    return {path, f"{path}.gz"} - set(names(packing, path))


def compressed(content: bytes) -> bytes:
    """``content`` as a gzip file."""
    if isal_zlib is not None:
        packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)
        return packer.compress(content) + packer.flush()
    plain = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return plain.compress(content) + plain.flush()
