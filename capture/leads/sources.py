"""Where leads come from that no campaign brought."""

from __future__ import annotations

OWN, LIST, MET = "own", "list", "met"
"""Someone's pages as they always stand there, a list, an encounter."""
