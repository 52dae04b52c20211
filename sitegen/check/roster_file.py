"""The roster's file of a site, which may be read before the rest of the site is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sitegen.errors import EspalierError
from sitegen.roster.portions import RosterFile
from sitegen.roster.values import Rules
from sitegen.site import config
from sitegen.site.config import Settings


def of(settings: Settings) -> RosterFile:
    """Returns the roster's file, to be read by the settings of a site."""
    rules = Rules(frozenset(settings.locales), frozenset(), None, settings.roster_mapping)
    return RosterFile(settings.roster_path, rules, settings.default_locale)


@contextmanager
def ahead(folder: Path) -> Iterator[RosterFile | None]:
    """Begins to read the rows of a large roster while its site is not yet loaded, and yields the roster's file.

    Yields None if ``site.toml`` cannot be read, which loading the site tells.
    """
    try:
        settings = config.load(folder)
    except EspalierError:
        yield None
        return
    file = of(settings)
    with file.ahead():
        yield file
