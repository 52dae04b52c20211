"""Finds the themes and the sample company that come with Espalier, in the wheel or in the source tree."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """Returns a folder that comes with Espalier: ``themes``, or ``content`` (the sample company)."""
    installed = _HERE / "bundled" / name
    return installed if installed.is_dir() else _HERE.parent / name
