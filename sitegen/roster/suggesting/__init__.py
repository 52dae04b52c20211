"""Proposes how a roster that another program exported is read: ``sitegen check --suggest``.

``known`` has the names and words of other programs, ``seen`` reads a file and counts what is in its columns,
``choosing`` decides by both, and ``wording`` writes the proposal as TOML.
"""

from sitegen.roster.suggesting.choosing import suggest
from sitegen.roster.suggesting.suggestion import Suggestion
from sitegen.roster.suggesting.wording import to_json, to_toml

__all__ = ["Suggestion", "suggest", "to_json", "to_toml"]
