"""Lists that are uploaded in the browser: stored until their columns are known, tried in a dry run, then imported.

The file is stored in the database, so that a worker on any host can process it. It is deleted after the import, and
after a day in any case. A worker holds a lease on its list and renews it in the transaction of each batch. If a worker
is killed, another continues after the last batch, and no row is processed twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, undefer

from capture.accounts.scope import scope
from capture.accounts.signing_in import Person
from capture.imports.importing import ImportTotals, ListOrigin
from capture.imports.lists import LeadList
from capture.models import Provenance, Upload

LARGEST = 20 * 1024 * 1024
"""Bytes of a file."""

MOST_ROWS = 250_000
"""Rows of a file; the command takes more."""

KEPT = timedelta(days=1)
"""How long a file is kept that is not imported."""

MOST_OPEN = 5
"""Lists that one person may have open at a time; all staff together count as one."""

_BEGINNING = 100_000
"""Characters of a file that the preview reads."""

LEASE = timedelta(minutes=1)

OPEN = ("new", "checking", "checked", "taking")

TO_DESCRIBE = ("new", "checked")
"""The states in which columns and origin can still be changed."""

_AT_WORK = ("checking", "taking")


class LeaseLostError(Exception):
    """The worker no longer holds the lease: another has it, or the list was discarded or purged."""


@dataclass(frozen=True, slots=True)
class ListMeaning:
    """What the importing person says about a list. ``places``: field to column position, counted from 0."""

    places: Mapping[str, int]
    vendor: str | None = None
    obtained_on: date | None = None
    wording: str | None = None
    campaign_id: int | None = None


def store_upload(
    session: Session, person: Person, found: LeadList, text: str, rows: int, now: datetime
) -> Upload | None:
    """Stores an uploaded file. Returns None if this person has MOST_OPEN open lists already."""
    open_ones = select(func.count()).select_from(Upload).where(scope(person).uploads, Upload.state.in_(OPEN))
    if (session.scalar(open_ones) or 0) >= MOST_OPEN:
        return None
    upload = Upload(file=found.name[:200], digest=found.digest, rows=rows, content=text, state="new", at=now)
    upload.member_id = person.member_id
    upload.staff_id = person.staff.id if person.staff else None
    upload.places, upload.outcomes = dict(found.places), {}
    session.add(upload)
    session.flush()
    return upload


def find_upload(session: Session, person: Person, number: int, *, content: bool = False) -> Upload | None:
    """Returns the list with that id; None if there is none that this person may see. ``content``: loads the file."""
    query = select(Upload).where(Upload.id == number, scope(person).uploads)
    return session.scalars(query.options(undefer(Upload.content)) if content else query).first()


def list_uploads(session: Session, person: Person, size: int = 20) -> Sequence[Upload]:
    """Returns the lists that this person may see, the newest first."""
    return session.scalars(select(Upload).where(scope(person).uploads).order_by(Upload.id.desc()).limit(size)).all()


def open_list(upload: Upload) -> LeadList | None:
    """Returns the list in the stored file; None if the file was deleted."""
    if upload.content is None:
        return None
    return LeadList.of_text(upload.file, upload.digest, upload.content, upload.places)


def list_preview(session: Session, upload: Upload) -> LeadList | None:
    """Returns the list with its first rows only, for the preview; None if the file was deleted."""
    text = session.scalar(select(func.substr(Upload.content, 1, _BEGINNING)).where(Upload.id == upload.id))
    return LeadList.of_text(upload.file, upload.digest, text, upload.places) if text else None


def origin_of(upload: Upload) -> ListOrigin:
    """Returns the list's origin, for ``importing``."""
    return ListOrigin(upload.member_id, upload.vendor, upload.obtained_on, upload.wording, upload.campaign_id)


def set_columns(session: Session, upload: Upload, meaning: ListMeaning) -> bool:
    """Stores columns and origin, and requests a dry run. Returns False if the state no longer allows it."""
    changed = {**asdict(meaning), "places": dict(meaning.places), "outcomes": {}}
    return _move(session, upload, TO_DESCRIBE, "checking", **changed)


def start_import(session: Session, upload: Upload) -> bool:
    """Requests the import. Returns False if no dry run is done, or the import was requested already."""
    return _move(session, upload, ("checked",), "taking")


def discard_upload(session: Session, upload: Upload, now: datetime) -> bool:
    """Deletes the file. Returns False if the import was requested already, or the file is deleted."""
    return _move(session, upload, ("new", "checking", "checked"), "gone", content=None, finished_at=now)


def has_work(session: Session, owner: str, now: datetime) -> bool:
    """Returns True if this worker could lease a list, or a file is due to be purged."""
    return session.scalars(select(Upload.id).where(or_(_due(owner, now), _over(now))).limit(1)).first() is not None


def lease_upload(session: Session, owner: str, now: datetime) -> Upload | None:
    """Leases the list that has waited longest to this worker, for LEASE. Returns None if no list waits."""
    query = select(Upload).where(_due(owner, now)).order_by(Upload.id).limit(1).options(undefer(Upload.content))
    found = session.scalars(query.with_for_update(skip_locked=True)).first()
    if found is not None:
        found.lease_owner, found.leased_until = owner, now + LEASE
        session.flush()
    return found


def renew_lease(
    session: Session, number: int, owner: str, now: datetime, done: int, provenance_id: int | None = None
) -> None:
    """Extends the lease and stores the number of rows done. Raises LeaseLostError."""
    values = {"done": done, "leased_until": now + LEASE, "provenance_id": provenance_id}
    mine = (Upload.id == number, Upload.lease_owner == owner, Upload.state.in_(_AT_WORK))
    if not session.execute(update(Upload).where(*mine).values(values).returning(Upload.id)).all():
        raise LeaseLostError


def release_lease(session: Session, number: int, owner: str) -> None:
    """Gives up the lease, so that another worker can continue with the list."""
    mine = (Upload.id == number, Upload.lease_owner == owner)
    session.execute(update(Upload).where(*mine).values(lease_owner=None, leased_until=None))


def finish_trial(session: Session, number: int, owner: str, totals: ImportTotals) -> None:
    """Stores the totals of the dry run. Raises LeaseLostError."""
    _end(session, number, owner, "checking", state="checked", outcomes=as_json(totals), done=totals.rows)


def finish_import(session: Session, number: int, owner: str, totals: ImportTotals, now: datetime) -> None:
    """Stores the totals of the import and deletes the file. Raises LeaseLostError."""
    ended = {"content": None, "finished_at": now, "done": totals.rows}
    _end(session, number, owner, "taking", state="done", outcomes=as_json(totals), **ended)


def is_imported(session: Session, upload: Upload) -> bool:
    """Returns True if all rows are stored, although the worker was killed before ``finish_import``."""
    found = session.get(Provenance, upload.provenance_id) if upload.provenance_id else None
    return found is not None and found.finished_at is not None


def purge_uploads(session: Session, now: datetime) -> int:
    """Deletes the files of open lists older than KEPT. Returns how many."""
    gone = update(Upload).where(_over(now)).values(content=None, state="gone", finished_at=now)
    return len(session.execute(gone.returning(Upload.id)).all())


def _due(owner: str, now: datetime) -> ColumnElement[bool]:
    free = or_(Upload.leased_until.is_(None), Upload.leased_until < now, Upload.lease_owner == owner)
    return and_(Upload.state.in_(_AT_WORK), free)


def _over(now: datetime) -> ColumnElement[bool]:
    # A worker at one of these loses its lease at the next batch.
    return and_(Upload.state.in_(OPEN), Upload.at <= now - KEPT)


def _move(session: Session, upload: Upload, before: Sequence[str], after: str, **values: object) -> bool:
    """Changes the state if it is one of ``before``; of two simultaneous requests only one returns True."""
    row = {"state": after, "done": 0, "lease_owner": None, "leased_until": None, **values}
    moved = update(Upload).where(Upload.id == upload.id, Upload.state.in_(before)).values(row)
    return bool(session.execute(moved.returning(Upload.id)).all())


def _end(session: Session, number: int, owner: str, before: str, **values: object) -> None:
    mine = (Upload.id == number, Upload.lease_owner == owner, Upload.state == before)
    row = {"lease_owner": None, "leased_until": None, **values}
    if not session.execute(update(Upload).where(*mine).values(row).returning(Upload.id)).all():
        raise LeaseLostError


def as_json(totals: ImportTotals) -> dict[str, Any]:
    """Returns outcomes and reasons as an Upload stores them."""
    return {"outcomes": dict(totals.outcomes), "reasons": dict(totals.reasons)}
