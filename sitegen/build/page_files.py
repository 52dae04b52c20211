"""The files that a page becomes: itself, a compressed copy beside it, or the compressed copy alone.

``nginx`` with ``gzip_static on`` (or ``always``, where only the compressed file is kept) and Caddy with
``precompressed gzip`` send such copies as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.build.options import Compression
from sitegen.render.compression import compressed


def files(compression: Compression, path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files that one page becomes: path and bytes."""
    if compression is not Compression.ALONE:
        yield path, content
    if compression is not Compression.NONE:
        yield f"{path}.gz", compressed(content)


def names(compression: Compression, path: str) -> tuple[str, ...]:
    """The names of the files that ``files`` gives for a page at ``path``."""
    packed = f"{path}.gz"
    of = {Compression.NONE: (path,), Compression.BESIDE: (path, packed), Compression.ALONE: (packed,)}
    return of[compression]


def other_names(compression: Compression, path: str) -> set[str]:
    """The names that the page's files have by the other compressions, and must not be left under."""
    return {path, f"{path}.gz"} - set(names(compression, path))
