"""Finds out whether a build need look at a few members only: those whose rows in the roster have changed.

So it is if nothing else has changed since the last complete build. Then the other members' sites are as they should be,
and what the manifest says of them holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sitegen.build import up_to_date
from sitegen.build.manifest import Manifest
from sitegen.build.options import BuildOptions
from sitegen.build.up_to_date import BuildNote
from sitegen.roster import Roster
from sitegen.roster.roster import Changed
from sitegen.site.input_digests import InputDigests

_OTHERWISE = frozenset({"slug", "locale"})
"""The columns of the roster whose change is left to a build that looks at everybody."""

_SITEMAP = frozenset({"story", "status"})
"""The columns of the roster that decide whether a member's pages stand in the sitemap."""


def changed(before: BuildNote | None, now: InputDigests, roster: Roster, options: BuildOptions) -> Changed | None:
    """Returns which members' rows have changed since the last complete build; None if others must be looked at too.

    ``before``: what that build noted. ``now``: the inputs of this one.
    """
    if before is None or options.fresh or options.verify or options.state_folder.begun():
        return None
    if replace(before.inputs, roster=now.roster) != now:
        return None
    if roster.addresses.changes or roster.nameless or any(True for _ in roster.unread()):
        return None
    found = roster.changed_since(before.roster_digest)
    if found is None or found.columns & _OTHERWISE or not up_to_date.sites_stand(options):
        return None
    return found


def changes_sitemap(found: Changed) -> bool:
    """Returns whether the sitemap may be another."""
    return bool(found.columns & _SITEMAP)


def unused_photos(roster: Roster, manifest: Manifest, found: Changed) -> Iterator[str]:
    """Yields the names of photos that were in use and that no active member has now."""
    if found.columns & {"photo", "status"}:
        yield from (name for name in manifest.photo_names() if not roster.has_photo(name))


def runs(rows: Iterable[int], longest: int) -> list[range]:
    """Returns rows, which come in order, as ranges of neighbours of at most ``longest`` rows."""
    found: list[range] = []
    for row in rows:
        if found and found[-1].stop == row and len(found[-1]) < longest:
            found[-1] = range(found[-1].start, row + 1)
        else:
            found.append(range(row, row + 1))
    return found
