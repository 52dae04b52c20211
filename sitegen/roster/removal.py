"""The rule that keeps a cut-off export from removing a company's sites: how many members may go in one run unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sitegen.errors import Fault, RosterError

SHARE = 0.05
"""The share of the members that may go in one run."""

LEAST = 10
"""Fewer than so many may go whatever their share is, unless they are all there are."""

_NAMED = 5  # that a message names


@dataclass(frozen=True, slots=True)
class Guard:
    """Asks for the rule where a roster's index takes the place of an earlier one. ``up_to``: how many may go; None:
    few. ``verb``: what becomes of members who are gone, for the message."""

    up_to: int | None = None
    verb: str = "take down"


def may_go(before: int, gone: int, up_to: int | None = None) -> bool:
    """Returns whether ``gone`` of ``before`` members may be removed or deactivated in one run.

    With ``up_to``, which a person gave, up to so many may. Without it, fewer than ten or up to 5 % of the members, but
    never all of them.
    """
    if gone == 0:
        return True
    if up_to is not None:
        return gone <= up_to
    return gone < before and (gone < LEAST or gone <= before * SHARE)


def refuse_many(
    file: Path,
    before: int,
    gone: int,
    examples: Sequence[str],
    *,
    up_to: int | None = None,
    verb: str = "remove",
    of: str = "members",
) -> None:
    """Raises RosterError if so many members may not go in one run. ``examples``: addresses of some of them.

    ``file``: the roster. ``verb``: what would be done, for the message: the sites are removed, or the members
    deactivated; ``of``: what would go, if it is not members.
    """
    if may_go(before, gone, up_to):
        return
    some = ", ".join(examples[:_NAMED]) + (", …" if gone > _NAMED else "")
    message = f"this file would {verb} {gone:,} of {before:,} {of} ({some}); nothing was changed"
    hint = f"if the file is whole and all of them are meant to go, say so: --remove-up-to {gone}"
    raise RosterError(Fault(message, where=file, hint=hint))
