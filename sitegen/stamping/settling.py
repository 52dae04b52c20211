"""The end of a trace: what was printed becomes the trees' texts, and the trees become forms."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.expressions import Expr
from sitegen.stamping.printers import Printed
from sitegen.stamping.regions import Region
from sitegen.stamping.visits import RegionVisit


def settle(table: ExpressionTable, page: RegionVisit, ended: Iterable[RegionVisit], parts: Iterable[Any]) -> None:
    """Give each region in the page's parts its text, and each region that was run its new form.

    page: the visit to the whole page, which ends here. ended: the visits inside it in the order in which they
    ended, so that inner regions come before what prints them. parts: the page's output: fixed strings, Printed,
    and the regions' sentinels; a region's text is what stands between its two. Raises Decline if a leaf is
    printed with another text than before.
    """
    page.end()
    stack: list[tuple[RegionVisit, list[Any]]] = [(page, [])]
    for part in parts:
        if type(part) is not RegionVisit:
            stack[-1][1].append(part)
        elif stack[-1][0] is not part:
            stack.append((part, []))
        else:
            visit, pieces = stack.pop()
            stack[-1][1].extend(_settle_region(table, visit, pieces))
    page.set_text(_merged(table, stack[0][1]))
    for visit in ended:
        if not (visit.region.straight or visit.chosen):
            visit.region.refresh(table)
    page.region.refresh(table)


def _settle_region(table: ExpressionTable, visit: RegionVisit, pieces: list[Any]) -> list[Any]:
    """Give one region its text; returns what stands for it in the text around it."""
    if visit.region.straight:
        if not any(isinstance(piece, Region) for piece in pieces):
            visit.region.kept = pieces
        return pieces
    if not visit.known:
        visit.set_text(_merged(table, pieces))
    return [visit.region]


def _merged(table: ExpressionTable, pieces: list[Any]) -> list[Expr | Region]:
    """The pieces, with neighbouring strings made one constant."""
    merged: list[Expr | Region] = []
    for fixed, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if fixed:
            merged.append(table.const("".join(group).encode()))
        else:
            merged.extend(piece.expr if type(piece) is Printed else piece for piece in group)
    return merged
