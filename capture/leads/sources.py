"""The sources of leads without a campaign."""

from __future__ import annotations

OWN, LIST, MET = "own", "list", "met"
"""A page without a campaign, an imported list, a meeting in person."""
