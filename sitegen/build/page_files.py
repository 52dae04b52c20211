"""Makes the files of a page: the page alone, with a compressed copy beside it, or the compressed copy alone.

``nginx`` with ``gzip_static on`` (or ``always``, where only the compressed file is kept) and Caddy with
``precompressed gzip`` send such copies as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.build.options import Compression
from sitegen.render.compression import compressed


def files(compression: Compression, path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields the path and bytes of each file that one page becomes: plain, compressed, or both."""
    if compression is not Compression.ALONE:
        yield path, content
    if compression is not Compression.NONE:
        yield f"{path}.gz", compressed(content)


def names(compression: Compression, path: str) -> tuple[str, ...]:
    """Returns the names of the files that a page at ``path`` becomes: plain, compressed, or both."""
    packed = f"{path}.gz"
    of = {Compression.NONE: (path,), Compression.BESIDE: (path, packed), Compression.ALONE: (packed,)}
    return of[compression]


def other_names(compression: Compression, path: str) -> set[str]:
    """Returns the names that a page's files have with other compression settings but not with this one.

    Files with these names are left from an earlier build and must be removed.
    """
    return {path, f"{path}.gz"} - set(names(compression, path))
