"""The roster: who has a site, and who stands above whom.

``fields`` says what a row may hold, ``reading`` takes a file apart, ``forest`` resolves sponsors, ``loading``
writes the checked rows into an SQLite index, and ``roster`` answers from it without holding the members in
memory.
"""

from sitegen.roster.roster import Query, Roster
from sitegen.roster.table import MemberRow, to_member

__all__ = ["MemberRow", "Query", "Roster", "to_member"]
