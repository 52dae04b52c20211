"""The sources of leads that came without a campaign."""

from __future__ import annotations

OWN, LIST, MET = "own", "list", "met"
"""OWN: a sign-up on a page without a campaign. LIST: an imported list. MET: entered by a member who met the person."""
