"""The error for a database that cannot be used now, in a module of its own, so that catching it loads no database
driver."""

from __future__ import annotations


class Unavailable(Exception):
    """Raised if the database cannot be read or written at this moment: locked, full, gone, or not answering."""
