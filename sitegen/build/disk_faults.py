"""Turns errors of the file system into faults that say what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sitegen.errors import Fault, OutputError

_FULL = "free some room and build again; what was published before is whole"
_FORBIDDEN = "let this user write there"
_HINTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.ENOTDIR: "a file stands where a folder is needed; remove it",
    errno.EEXIST: "a file stands where a folder is needed; remove it",
    errno.EISDIR: "a folder stands where a file is needed; remove it",
    errno.ENOTEMPTY: "a folder stands where a file is needed; remove it",
}


@contextmanager
def telling(where: Path | str, *, forbidden: str = _FORBIDDEN) -> Iterator[None]:
    """Turns an error of the file system in the block into an OutputError with a hint.

    ``forbidden``: the hint if this user may not write there.
    """
    try:
        yield
    except OSError as error:
        hint = _HINTS.get(error.errno or 0)
        message = (error.strerror or str(error)).lower()
        fault = Fault(f"cannot write: {message}", where=where, hint=forbidden if hint == _FORBIDDEN else hint)
        raise OutputError(fault) from error
