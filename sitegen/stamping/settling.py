"""Ends a trace: puts the printed texts into the question trees of the regions, and makes forms from the trees."""

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
    """Gives each region in the page's parts its text, and each region that was run its new form.

    page: the visit to the whole page, which ends here. ended: the visits to the regions inside, in the order in
    which they ended, so that an inner region comes before the region that prints it. parts: the page's output:
    fixed strings, Printed objects, and two sentinels for each region, with the region's text between them. Raises
    Decline if a leaf is printed with another text than before.
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
    """Gives one region its text, and returns what replaces the region in the text around it.

    A region that asked nothing is replaced by its own pieces, any other by the Region object.
    """
    if visit.region.straight:
        if not any(isinstance(piece, Region) for piece in pieces):
            visit.region.kept = pieces
        return pieces
    if not visit.known:
        visit.set_text(_merged(table, pieces))
    return [visit.region]


def _merged(table: ExpressionTable, pieces: list[Any]) -> list[Expr | Region]:
    """Returns the pieces of a text, with neighbouring fixed strings joined into one constant expression."""
    merged: list[Expr | Region] = []
    for fixed, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if fixed:
            merged.append(table.const("".join(group).encode()))
        else:
            merged.extend(piece.expr if type(piece) is Printed else piece for piece in group)
    return merged
