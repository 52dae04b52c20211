"""Says which names of files are left out everywhere in a site folder. Imports nothing, as ``input_digests`` does."""

from __future__ import annotations

_BEGINNINGS = (".", "~", "#")


def is_hidden(name: str) -> bool:
    """Returns whether a file or folder of this name is left out: names that begin with ``.``, ``~`` or ``#``, or end in
    ``~``.

    Editors, office programs and file managers give such names to locks, copies and notes of their own.
    """
    return name.startswith(_BEGINNINGS) or name.endswith("~")
