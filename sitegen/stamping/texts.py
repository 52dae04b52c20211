"""What to do when template code inspects a Text: text that it printed into a variable and that has slots in it."""

from __future__ import annotations

from markupsafe import Markup

from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.expressions import Expr
from sitegen.stamping.printers import Printed, printed_text
from sitegen.stamping.signals import Dissolve
from sitegen.stamping.slots import Text
from sitegen.stamping.visits import RegionVisit


def text_value(table: ExpressionTable, text: Text) -> Expr:
    """Returns the expression whose value is the whole text, as str or Markup.

    Raises Dissolve for the regions in the text that asked questions: a text has no expression of its own while
    the question trees of regions choose parts of it.
    """
    visits = [part for part in text._parts if type(part) is RegionVisit and not part.region.straight]
    if visits:
        raise Dissolve(visit.region.site for visit in visits)
    children = []
    for part in text._parts:
        if isinstance(part, str):
            children.append(table.const(part))
        elif type(part) is Printed:
            children.append(table.call(printed_text, (table.const(part.kind), part.source), label=part.source.label))
    return table.call(_join_markup if text._markup else _join, tuple(children), label="text")


def has_fixed(text: Text) -> bool:
    """Returns True if the text has a fixed string outside all regions, so that it is not empty for any member."""
    open_visits: list[RegionVisit] = []
    for part in text._parts:
        if isinstance(part, RegionVisit):
            if open_visits and open_visits[-1] is part:
                open_visits.pop()
            else:
                open_visits.append(part)
        elif isinstance(part, str) and part and not open_visits:
            return True
    return False


def _join(*parts: str) -> str:
    return "".join(parts)


def _join_markup(*parts: str) -> Markup:
    return Markup("".join(parts))
