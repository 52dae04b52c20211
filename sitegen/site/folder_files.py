"""Lists the files of a site or a theme by one rule for hidden names and for symbolic links.

Hidden names are left out (``hidden_names``). The folders ``pages``, ``pictures``, ``photos`` and those of themes may be
links themselves; a link within one must lead to something within the same folder, so that nothing else is published.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sitegen.errors import Fault
from sitegen.site.hidden_names import is_hidden

_HINT = "put a copy in its place, or take it away"


def files_below(root: Path, faults: list[Fault], *, within: Path | None) -> Iterator[Path]:
    """Yields every file below ``root``, sorted, without hidden ones; none if there is no such folder.

    Links that may not be followed, and folders that cannot be read, are appended to ``faults``. ``within``: the folder
    that links may lead to; None: links may lead anywhere.
    """
    if root.is_symlink() and not root.exists():
        faults.append(Fault("a link that leads nowhere", where=root, hint=_HINT))
    elif root.is_dir():
        yield from _below(root, within and within.resolve(), faults, (root.resolve(),))


def _below(folder: Path, within: Path | None, faults: list[Fault], above: tuple[Path, ...]) -> Iterator[Path]:
    try:
        entries = sorted(path for path in folder.iterdir() if not is_hidden(path.name))
    except OSError as error:
        faults.append(Fault(f"cannot be read: {error.strerror}", where=folder))
        return
    for path in entries:
        if path.is_symlink() and (fault := link_fault(path, within)):
            faults.append(fault)
        elif path.is_file():
            yield path
        elif path.is_dir():
            real = path.resolve()
            if real in above:
                message = "a link that leads back to a folder which it is in"
                faults.append(Fault(message, where=path, hint=_HINT))
            else:
                yield from _below(path, within, faults, (*above, real))


def link_fault(link: Path, within: Path | None) -> Fault | None:
    """Returns the fault of a symbolic link that leads nowhere or out of the folder ``within``, which is resolved; None
    if it leads to something there, or anywhere if ``within`` is None."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a link to itself, until Python 3.12
        return Fault("a link that leads nowhere", where=link, hint=_HINT)
    if within is not None and not target.is_relative_to(within):
        return Fault(f"a link that leads out of {within.name}/", where=link, hint=_HINT)
    return None


def file_below(folder: Path, name: str) -> Path | None:
    """Returns the path of a file that an author names relative to ``folder``; None if there is no such."""
    parts = name.split("/")
    if any(is_hidden(part) for part in parts):
        return None
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
