"""What a build is asked for, and what it tells afterwards. Imports next to nothing: see up_to_date.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sitegen.errors import Fault
from sitegen.site.options import SiteOptions


class Compression(StrEnum):
    """Whether pages are written plain, compressed (gzip), or both."""

    NONE = "none"
    BESIDE = "beside"
    """The page, and its compressed copy beside it."""
    ALONE = "alone"
    """The compressed copy alone; every web server that serves it must be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions(SiteOptions):
    """Which site to build, where to, and how."""

    out: Path
    compression: Compression = Compression.NONE
    jobs: int = 0
    """Processes that share the members; 0: one for each core that this process may use."""
    fresh: bool = False
    """Compare every file instead of trusting the manifest of the last build."""
    verify: bool = False
    """Compare every stamped page with plain Jinja's."""

    @property
    def processes(self) -> int:
        """How many processes share the members."""
        return self.jobs or len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class BuildSummary:
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
