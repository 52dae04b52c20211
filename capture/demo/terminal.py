"""Prints the demo's messages on the terminal."""

from __future__ import annotations

from rich.console import Console


def say(console: Console, line: str) -> None:
    """Prints a line on the terminal at once, neither wrapped nor coloured, so that addresses in it stay whole."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.file.flush()
