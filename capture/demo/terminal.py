"""Lines on the demo's terminal."""

from __future__ import annotations

from rich.console import Console


def say(console: Console, line: str) -> None:
    """Prints a line at once. Addresses must stay whole, so nothing is wrapped or coloured in the middle."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.file.flush()
