"""Prints lines on the demo's terminal."""

from __future__ import annotations

from rich.console import Console


def say(console: Console, line: str) -> None:
    """Prints a line and flushes it. Lines are neither wrapped nor coloured, so that addresses stay whole."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.file.flush()
