"""Finds closed code: template code that, judging by its source, may become a region.

The code after closed code can see nothing of it but what it prints.
"""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import nodes

#: Statements that set names for the code after them.
_LEAKING = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Import,
    nodes.FromImport,
    nodes.Macro,
    nodes.Extends,
)
#: Statements with a scope of their own: names set inside stay inside.
_SCOPED = (
    nodes.For,
    nodes.With,
    nodes.CallBlock,
    nodes.Block,
    nodes.FilterBlock,
    nodes.Scope,
    nodes.OverlayScope,
)


def closed(statements: Sequence[nodes.Node]) -> bool:
    """Returns True if nothing remains of the statements but what they print, and no jump leaves them."""
    return not any(jumps(node) or _leaks(node) for node in statements)


def _leaks(node: nodes.Node) -> bool:
    """Returns True if the node sets a name for the code after it, or if it is an `extends` statement."""
    return isinstance(node, _LEAKING) or (not isinstance(node, _SCOPED) and any(map(_leaks, node.iter_child_nodes())))


def jumps(node: nodes.Node) -> bool:
    """Returns True if a `break` or `continue` in this node jumps out of it."""
    if isinstance(node, nodes.Break | nodes.Continue):
        return True
    # A jump in a loop's body stays in the loop; one in its `else` leaves it.
    return any(map(jumps, node.else_ if isinstance(node, nodes.For) else node.iter_child_nodes()))
