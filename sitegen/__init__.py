"""Espalier's generator: one personalised site for each member, from shared Markdown and Jinja themes."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("espalier")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
