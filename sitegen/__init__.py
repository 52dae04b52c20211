"""Espalier's generator: one personalised site for each member, from shared Markdown and Jinja themes."""

from functools import cache

DISTRIBUTION = "espalier-sites"
"""The name that the program is installed by."""


@cache
def version() -> str:
    """The version that is installed; ``0+unknown`` in a source tree that never was."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
