"""Finds which statements belong together: from the one that opens a block to the one that ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from sitegen.site.dialect.jinja_pieces import Piece


@dataclass(frozen=True, slots=True)
class Group:
    """Lines with statements that belong to one block, in order; one line if it opens none."""

    lines: tuple[int, ...]
    forward: set[int]
    """Those of the lines that have to do with what follows: they open a block or begin another branch of it."""


def groups(pieces: Mapping[int, Sequence[Piece]], alone: Set[int]) -> list[Group]:
    """Returns the groups of statement lines. Lines that share a block are one group.

    ``pieces``: the Jinja of each line that has some; ``alone``: the lines that hold nothing but statements.
    """
    group_of = {at: [at] for at in alone}
    opened: list[int] = []
    for at in sorted(pieces):
        for piece in pieces[at]:
            if piece.depth == 1:
                opened.append(at)
            elif opened and (piece.depth == -1 or piece.is_between):
                if at in alone and opened[-1] in alone:
                    _join(group_of, opened[-1], at)
                if piece.depth == -1:
                    opened.pop()
    forward = {at for at in alone if _looks_forward(pieces[at])}
    found = {id(group): sorted(group) for group in group_of.values()}
    return [Group(tuple(group), forward.intersection(group)) for group in found.values()]


def _join(group_of: dict[int, list[int]], one: int, other: int) -> None:
    into, gone = group_of[one], group_of[other]
    if into is not gone:
        into += gone
        group_of.update(dict.fromkeys(gone, into))


def _looks_forward(pieces: Sequence[Piece]) -> bool:
    return not any(piece.depth == -1 for piece in pieces) or any(piece.depth == 1 for piece in pieces)
