"""How lighttpd is started with a recipe, in the foreground and as whoever runs the tests."""

from __future__ import annotations

import os
from pathlib import Path

from tests.deploy.apache import AS_NOBODY

MODULE_FOLDER = Path("/usr/lib/lighttpd")
MODULES = ("mod_magnet", "mod_openssl", "mod_deflate")
"""Those of the recipes that Debian has in packages of their own."""


def missing() -> list[str]:
    """The modules that this machine lacks, though it has lighttpd."""
    lacking = (MODULE_FOLDER / f"{name}.so" for name in MODULES)
    return [str(each) for each in lacking if MODULE_FOLDER.exists() and not each.exists()]


def command(work: Path, recipe: str, script: str) -> list[str]:
    """Writes a recipe and its script into the folder ``work``; returns the command that starts lighttpd."""
    (work / "espalier.lua").write_text(script, encoding="utf-8")
    (work / "lighttpd.conf").write_text(recipe, encoding="utf-8")
    (work / "uploads").mkdir()
    return [*(AS_NOBODY if os.getuid() == 0 else ()), "lighttpd", "-D", "-f", str(work / "lighttpd.conf")]
