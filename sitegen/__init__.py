"""Espalier's generator: one personalised site for each member, from shared Markdown and Jinja themes."""

from functools import cache

DISTRIBUTION = "espalier-sites"
"""The name of the package that pip installs."""


@cache
def version() -> str:
    """Returns the version of the installed package; ``0+unknown`` in a source tree that was never installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
