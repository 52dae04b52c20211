"""The roster: the company's list of members, and who recruited whom.

``fields`` declares and checks a row's columns, ``reading`` splits a file into rows, ``forest`` works out the tree of
sponsors, ``loading`` writes the checked rows into an SQLite index, and ``roster`` looks members up in that index
without keeping all of them in memory.
"""

from sitegen.roster.query import Query
from sitegen.roster.roster import Roster
from sitegen.roster.table import MemberRow, to_member

__all__ = ["MemberRow", "Query", "Roster", "to_member"]
