"""Where the themes and the sample company that come with Espalier lie: in the wheel, or in the source tree."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent.parent


def folder(name: str) -> Path:
    """``themes`` or ``content`` as they were installed."""
    installed = _HERE / "bundled" / name
    return installed if installed.is_dir() else _HERE.parent / name
