"""A list in a file on the service's own machine: whose leads it holds, and what becomes of it as a whole.

Lists that are brought in the browser go by ``uploads`` and ``worker``.
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
    """What became of a list's rows: of those of this run, and of all that are done.

    The two differ where an earlier run was cut off.
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
    """What is known of a list, by the member's slug and the campaign's code.

    Raises EspalierError for a slug that no member ever had, and for a code that is unknown or another member's.
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
    """Takes a list in, or goes on with one that was cut off; ``dry_run``: says what that would do, and writes nothing.

    ``progress`` is told the rows done so far. Raises TakenElsewhereError.
    """
    if dry_run:
        totals = importing.try_list(database, links, found, origin, progress)
        return Imported(totals, totals)
    totals = importing.import_list(database, links, found, origin, clock, progress)
    if not totals.before or totals.provenance_id is None:
        return Imported(totals, totals)
    with database.read() as session:
        return Imported(totals, importing.totals_of(session, totals.provenance_id))
