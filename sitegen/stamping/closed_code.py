"""Closed code: what may become a region, as far as the template's text shows.

Nothing that closed code does may be seen by the code after it, except what it prints.
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
    """Whether the statements leave nothing behind but what they print, and are not left by a jump."""
    return not any(jumps(node) or _leaks(node) for node in statements)


def _leaks(node: nodes.Node) -> bool:
    """Whether the node sets a name, or reaches the inheritance of templates, outside its own scope."""
    return isinstance(node, _LEAKING) or (not isinstance(node, _SCOPED) and any(map(_leaks, node.iter_child_nodes())))


def jumps(node: nodes.Node) -> bool:
    """Whether a `break` or `continue` leaves this node."""
    if isinstance(node, nodes.Break | nodes.Continue):
        return True
    # A jump in a loop's body stays in the loop; one in its `else` leaves it.
    return any(map(jumps, node.else_ if isinstance(node, nodes.For) else node.iter_child_nodes()))
