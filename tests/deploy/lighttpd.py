"""How lighttpd is started with a recipe, in the foreground and as whoever runs the tests."""

from __future__ import annotations

from pathlib import Path


def command(work: Path, recipe: str, script: str) -> list[str]:
    """Writes a recipe and its script into the folder ``work``; returns the command that starts lighttpd."""
    (work / "espalier.lua").write_text(script, encoding="utf-8")
    (work / "lighttpd.conf").write_text(recipe, encoding="utf-8")
    return ["lighttpd", "-D", "-f", str(work / "lighttpd.conf")]
