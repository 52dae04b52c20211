"""What a build is asked for, and what it tells afterwards. Imports next to nothing: see inputs.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sitegen.errors import Fault

SITE_FILE = "site.toml"
"""The file that makes a folder a site's."""

CAMPAIGNS_FILE = "campaigns.csv"
"""The file of the campaigns in a site folder; without it there are none."""


def find_folder(named: Path | None) -> Path:
    """The site folder: the one named, else the current one or ``content`` where that holds ``site.toml``."""
    if named is not None:
        return named
    here = Path()
    return here if (here / SITE_FILE).is_file() or not (here / "content" / SITE_FILE).is_file() else Path("content")


class Packing(StrEnum):
    """Which files a page becomes."""

    NONE = "none"
    BESIDE = "beside"
    """The page, and its compressed copy beside it."""
    ALONE = "alone"
    """The compressed copy alone; every web server that serves it must be told."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which site to build, where to, and how. ``url``, ``capture_url`` and ``theme`` take the place of those in
    ``site.toml``; ``token_keys`` are newest first."""

    folder: Path
    out: Path
    token_keys: tuple[str, ...]
    url: str | None = None
    capture_url: str | None = None
    theme: str | None = None
    packing: Packing = Packing.NONE
    jobs: int = 0
    """Processes that share the members; 0: one for each core that this process may use."""
    fresh: bool = False
    """Compare every file instead of trusting the record of the last build."""
    verify: bool = False
    """Compare every stamped page with plain Jinja's."""

    @property
    def processes(self) -> int:
        """How many processes share the members."""
        return self.jobs or len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. ``pages`` counts those of the finished tree; ``seconds`` is wall time."""

    members: int
    pages: int
    written: int
    unchanged: int
    removed: int
    bytes_written: int
    seconds: float
    faults: tuple[Fault, ...] = ()
    """What kept single members from being built; their old pages stay."""
    unstamped: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Pages (key and language) that were rendered plainly for some members, and why."""
