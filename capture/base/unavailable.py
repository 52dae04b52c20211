"""The error for a database that cannot be used now, in a module of its own, so that catching it loads no database
driver."""

from __future__ import annotations


class Unavailable(Exception):
    """Raised if the database cannot be read or written at this moment: locked, full, gone, or not answering.

    ``hint``: what an operator may look at.
    """

    hint = "is another program writing to it, or its disk full?"


class Unreachable(Unavailable):
    """Raised if there is no connection to the database's server, or if the server or a pooler ended it. The message is
    what they or libpq say."""

    hint = "does the server run, and is ESPALIER_DATABASE_URL right?"
