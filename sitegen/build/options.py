"""The options of a build, and its summary. Imports next to nothing: see up_to_date.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sitegen.build.state_folder import StateFolder
from sitegen.errors import Fault
from sitegen.site.options import SiteOptions


class Compression(StrEnum):
    """Whether pages are written plain, compressed (gzip), or both."""

    NONE = "none"
    BESIDE = "beside"
    """The page, and its compressed copy beside it."""
    ALONE = "alone"
    """The compressed copy alone; the web server must be configured to serve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions(SiteOptions):
    """The options of a build: which site, into which folder, and how."""

    out: Path
    state: Path | None = None
    """The folder for the build's own files; None: ``.<name of out>.espalier`` beside ``out``."""
    compression: Compression = Compression.NONE
    jobs: int = 0
    """How many processes share the work; 0: one for each core that this process may use."""
    fresh: bool = False
    """Compare every file instead of trusting the manifest of the last build."""
    verify: bool = False
    """Compare every stamped page with the page that plain Jinja renders."""

    frozen: bool = False
    """Give no new address: a member whom the address book does not know is a fault."""
    strict: bool = False
    """Stop at any fault of a single member's row, instead of leaving out what cannot be read."""
    remove_up_to: int | None = None
    """How many members' sites may be removed; None: as many as may go without asking."""

    @property
    def state_folder(self) -> StateFolder:
        """The folder for the build's own files: manifest, lock, files being written."""
        return StateFolder.of(self.out, self.state)

    @property
    def processes(self) -> int:
        """How many processes share the work: ``jobs``, or one for each core that this process may use."""
        return self.jobs or len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build did. ``pages`` counts all pages of the finished tree; ``seconds`` is wall time."""

    members: int
    pages: int
    written: int
    unchanged: int
    removed: int
    bytes_written: int
    seconds: float
    faults: tuple[Fault, ...] = ()
    """Why the sites of single members could not be built; their old pages stay."""
    unstamped: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Pages (key and language) that some processes had to render by plain Jinja, and why."""
