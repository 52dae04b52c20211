"""The error for a database that cannot serve, in a module of its own, so that catching it loads no driver."""

from __future__ import annotations


class Unavailable(Exception):
    """The database cannot be read or written at this moment: locked, full, gone, or not answering."""
