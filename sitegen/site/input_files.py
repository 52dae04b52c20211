"""Reads input files and turns whatever a foreign reader raises into a fault that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sitegen.errors import ContentError, EspalierError, Fault


def text_of(path: Path, kind: type[EspalierError] = ContentError) -> str:
    """Returns the text of a UTF-8 file, without a byte order mark and with line ends as ``\\n``.

    Raises ``kind``, with file and line, if the file is not UTF-8 or cannot be read.
    """
    with reading(path, kind):
        return path.read_text(encoding="utf-8-sig")


@contextmanager
def reading(path: Path, kind: type[EspalierError] = ContentError) -> Iterator[None]:
    """Reports, during a ``with`` block, every exception of a reader that is not ours as a fault of ``path``.

    Libraries raise what their authors thought of, and for odd input also what they did not. So all of it is caught, but
    only here, and the exception stays the cause. Raises ``kind``; errors of our own pass unchanged.
    """
    try:
        yield
    except EspalierError:
        raise
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        hint = "save the file as UTF-8"
        raise kind(Fault(f"not UTF-8 at byte {error.start}", where=path, line=line, hint=hint)) from error
    except RecursionError as error:
        raise kind(Fault("nested too deep to be read", where=path)) from error
    except OSError as error:
        raise kind(Fault(f"cannot be read: {error.strerror or error}", where=path)) from error
    except Exception as error:
        message = f"cannot be read: {type(error).__name__}: {error}"
        raise kind(Fault(message, where=path, hint="look for what is unusual in this file, and report it")) from error
