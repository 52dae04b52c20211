"""Finds paths that would have two owners: something of the company's own, and a member's site."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.errors import Fault
from sitegen.roster import Roster
from sitegen.site.site import Site


def of_two(site: Site, members: Roster) -> Iterator[Fault]:
    """Yields a fault for each address of a member, present or former, that something of the company's would take.

    New members are never given such an address; this finds pages, languages and reserved words that came later.
    """
    for slug, (file, what) in sorted(site.top_owners().items()):
        entry = members.addresses.owner(slug)
        if entry is None or not entry.id:
            continue
        member = members.by_id(entry.id)
        name = f"{entry.id} ({member.name})" if member else f"{entry.id}, who is not in the roster"
        was = f"belongs to member {name} since {entry.since}" if entry.until is None else f"was given to member {name}"
        message = f'the address "{slug}" {was}, and {what} would take it'
        hint = "printed codes lead there: choose another address here (a page may have a slug of its own)"
        yield Fault(message, where=file, hint=hint)
