"""The end of a trace: what was printed becomes the trees' texts, and the trees become forms."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sitegen.stamping.expressions import Expr
from sitegen.stamping.ledger import Ledger
from sitegen.stamping.regions import Region
from sitegen.stamping.slots import Printed
from sitegen.stamping.visits import Visit


def settle(ledger: Ledger, page: Visit, ended: Iterable[Visit], parts: Iterable[Any]) -> None:
    """Give each region in the page's parts its text, and each region that ended its new form.

    A region's text is what stands between its two marks. `ended` is in the order in which the visits ended,
    so that rooms come before what prints them. Raises Decline if a leaf is printed with another text than
    before.
    """
    page.end()
    stack: list[tuple[Visit, list[Any]]] = [(page, [])]
    for part in parts:
        if type(part) is not Visit:
            stack[-1][1].append(part.expr if type(part) is Printed else part)
        elif stack[-1][0] is not part:
            stack.append((part, []))
        else:
            visit, pieces = stack.pop()
            if visit.region.straight:
                stack[-1][1].extend(pieces)
            else:
                visit.print(_merged(ledger, pieces))
                stack[-1][1].append(visit.region)
    page.print(_merged(ledger, stack[0][1]))
    for visit in ended:
        if not (visit.region.straight or visit.valued):
            visit.region.refresh(ledger)
    page.region.refresh(ledger)


def _merged(ledger: Ledger, pieces: list[Any]) -> list[Expr | Region]:
    """The pieces, with neighbouring strings made one constant."""
    merged: list[Expr | Region] = []
    for fixed, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if fixed:
            merged.append(ledger.const("".join(group).encode()))
        else:
            merged.extend(group)
    return merged
