"""The options that say which site a command works on. Imports no other module of the generator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """The site that a command works on: folder, keys that sign tokens, values that replace those in ``site.toml``."""

    folder: Path
    token_keys: tuple[str, ...]
    """The keys for tokens, newest first; the first one signs."""
    url: str | None = None
    capture_url: str | None = None
    theme: str | None = None
