"""Compresses pages to gzip files, which web servers send unchanged to browsers that accept gzip.

The library ISA-L at level 1 needs a seventh of the time of zlib at level 6, and makes files a tenth larger. Where
ISA-L is not installed, zlib is used.
"""

from __future__ import annotations

import zlib

try:
    from isal import isal_zlib
except ImportError:  # no wheel for this machine
    isal_zlib = None  # type: ignore[assignment]

_LEVEL = 1 if isal_zlib is not None else 6
_GZIP_WINDOW = 31  # a gzip header without file name and time, so that the same page gives the same bytes


def compressed(content: bytes) -> bytes:
    """Returns ``content`` as a gzip file; the same bytes always give the same file."""
    if isal_zlib is not None:
        packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)
        return packer.compress(content) + packer.flush()
    plain = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return plain.compress(content) + plain.flush()
