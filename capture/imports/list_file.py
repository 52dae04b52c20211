"""Imports a list from a file on the service's machine, for ``capture import``.

Lists that are uploaded in the browser go through ``uploads`` and ``worker``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from capture.base.db import Database
from capture.base.tokens import Links
from capture.company import members
from capture.imports import importing
from capture.imports.importing import ImportTotals, ListOrigin
from capture.imports.lists import LeadList


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of importing a list: the totals of this run, and of the whole list.

    The two differ if this run continued an interrupted one.
    """

    run: ImportTotals
    whole: ImportTotals


def origin(
    database: Database,
    *,
    member: str | None,
    campaign: str | None,
    vendor: str | None,
    obtained_on: date | None,
    wording: str | None,
) -> ListOrigin:
    """Returns the origin of a list. ``member``: the member's slug; ``campaign``: the campaign's code.

    Raises EspalierError if no member ever had the slug, or if the code is unknown or another member's.
    """
    with database.read() as session:
        member_id = members.member_of(session, member) if member else None
        campaign_id = importing.campaign_of(session, campaign, member_id) if campaign else None
    return ListOrigin(member_id, vendor, obtained_on, wording, campaign_id)


def import_list(
    database: Database,
    links: Links,
    found: LeadList,
    origin: ListOrigin,
    clock: Callable[[], datetime],
    progress: Callable[[int], None],
    *,
    dry_run: bool,
) -> Imported:
    """Imports a list, or continues an interrupted import. ``dry_run``: returns what an import would do, stores nothing.

    ``progress`` is called after each batch with the number of rows done so far. Raises TakenElsewhereError if another
    process imports the same list.
    """
    if dry_run:
        totals = importing.try_list(database, links, found, origin, clock(), progress)
        return Imported(totals, totals)
    totals = importing.import_list(database, links, found, origin, clock, progress)
    if not totals.before or totals.provenance_id is None:
        return Imported(totals, totals)
    with database.read() as session:
        return Imported(totals, importing.totals_of(session, totals.provenance_id))
