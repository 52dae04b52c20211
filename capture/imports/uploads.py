"""Lists that come in the browser: kept until their columns are known, tried, then taken in by whoever works at them.

The file itself lies in the database, so that any process of any host can go on with it; it is destroyed as soon as it
was taken in, and after a day in any case. Who works at a list has a lease on it, renewed in the transaction of each
piece: of a worker that was killed, another takes the list over where it stands, and nothing is done twice.
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
"""How long a file is kept that is not taken in."""

MOST_OPEN = 5
"""Files that one person may have lying here at a time; the whole staff counts as one."""

_BEGINNING = 100_000
"""Characters."""

LEASE = timedelta(minutes=1)

OPEN = ("new", "checking", "checked", "taking")

TO_DESCRIBE = ("new", "checked")
"""Where its owner can still say what the columns are."""

_AT_WORK = ("checking", "taking")


class LeaseLostError(Exception):
    """The lease is another's, or the list was given up."""


@dataclass(frozen=True, slots=True)
class ListMeaning:
    """What its owner says about a list. ``places``: field to column, counted from 0."""

    places: Mapping[str, int]
    vendor: str | None = None
    obtained_on: date | None = None
    wording: str | None = None
    campaign_id: int | None = None


def store_upload(
    session: Session, person: Person, found: LeadList, text: str, rows: int, now: datetime
) -> Upload | None:
    """Keeps a file. None where too many of theirs lie here already."""
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
    """The list of that number, if this person may see it. ``content``: with the file."""
    query = select(Upload).where(Upload.id == number, scope(person).uploads)
    return session.scalars(query.options(undefer(Upload.content)) if content else query).first()


def list_uploads(session: Session, person: Person, size: int = 20) -> Sequence[Upload]:
    """Their lists, the newest first."""
    return session.scalars(select(Upload).where(scope(person).uploads).order_by(Upload.id.desc()).limit(size)).all()


def open_list(upload: Upload) -> LeadList | None:
    """The list as it stands in the file; None once that was destroyed."""
    if upload.content is None:
        return None
    return LeadList.of_text(upload.file, upload.digest, upload.content, upload.places)


def list_preview(session: Session, upload: Upload) -> LeadList | None:
    """The same with its first rows only, for looking at it."""
    text = session.scalar(select(func.substr(Upload.content, 1, _BEGINNING)).where(Upload.id == upload.id))
    return LeadList.of_text(upload.file, upload.digest, text, upload.places) if text else None


def origin_of(upload: Upload) -> ListOrigin:
    """What is known of it, as taking it in wants to know."""
    return ListOrigin(upload.member_id, upload.vendor, upload.obtained_on, upload.wording, upload.campaign_id)


def set_columns(session: Session, upload: Upload, meaning: ListMeaning) -> bool:
    """Says what the columns are and where the list is from, and asks for a dry run. False when it is too late."""
    changed = {**asdict(meaning), "places": dict(meaning.places), "outcomes": {}}
    return _move(session, upload, TO_DESCRIBE, "checking", **changed)


def start_import(session: Session, upload: Upload) -> bool:
    """Asks for it to be taken in. False where no dry run came before, or it was asked already."""
    return _move(session, upload, ("checked",), "taking")


def discard_upload(session: Session, upload: Upload, now: datetime) -> bool:
    """Destroys the file; False where it is being taken in, or was."""
    return _move(session, upload, ("new", "checking", "checked"), "gone", content=None, finished_at=now)


def has_work(session: Session, owner: str, now: datetime) -> bool:
    """Whether there is anything to do for a worker."""
    return session.scalars(select(Upload.id).where(or_(_due(owner, now), _over(now))).limit(1)).first() is not None


def lease_upload(session: Session, owner: str, now: datetime) -> Upload | None:
    """Takes the list that has waited longest for this worker alone; None where there is none."""
    query = select(Upload).where(_due(owner, now)).order_by(Upload.id).limit(1).options(undefer(Upload.content))
    found = session.scalars(query.with_for_update(skip_locked=True)).first()
    if found is not None:
        found.lease_owner, found.leased_until = owner, now + LEASE
        session.flush()
    return found


def renew_lease(
    session: Session, number: int, owner: str, now: datetime, done: int, provenance_id: int | None = None
) -> None:
    """Writes down how far it is. Raises LostError."""
    values = {"done": done, "leased_until": now + LEASE, "provenance_id": provenance_id}
    mine = (Upload.id == number, Upload.lease_owner == owner, Upload.state.in_(_AT_WORK))
    if not session.execute(update(Upload).where(*mine).values(values).returning(Upload.id)).all():
        raise LeaseLostError


def release_lease(session: Session, number: int, owner: str) -> None:
    """Leaves the list to whoever comes next."""
    mine = (Upload.id == number, Upload.lease_owner == owner)
    session.execute(update(Upload).where(*mine).values(lease_owner=None, leased_until=None))


def finish_trial(session: Session, number: int, owner: str, totals: ImportTotals) -> None:
    """The dry run is over. Raises LostError."""
    _end(session, number, owner, "checking", state="checked", outcomes=as_json(totals), done=totals.rows)


def finish_import(session: Session, number: int, owner: str, totals: ImportTotals, now: datetime) -> None:
    """It was taken in: the file is not needed any more. Raises LostError."""
    ended = {"content": None, "finished_at": now, "done": totals.rows}
    _end(session, number, owner, "taking", state="done", outcomes=as_json(totals), **ended)


def is_imported(session: Session, upload: Upload) -> bool:
    """Whether all its rows are in, though nobody could say so any more."""
    found = session.get(Provenance, upload.provenance_id) if upload.provenance_id else None
    return found is not None and found.finished_at is not None


def purge_uploads(session: Session, now: datetime) -> int:
    """Destroys the files that have lain here too long. Returns how many."""
    gone = update(Upload).where(_over(now)).values(content=None, state="gone", finished_at=now)
    return len(session.execute(gone.returning(Upload.id)).all())


def _due(owner: str, now: datetime) -> ColumnElement[bool]:
    free = or_(Upload.leased_until.is_(None), Upload.leased_until < now, Upload.lease_owner == owner)
    return and_(Upload.state.in_(_AT_WORK), free)


def _over(now: datetime) -> ColumnElement[bool]:
    # Whoever is at one of these loses it at the next piece.
    return and_(Upload.state.in_(OPEN), Upload.at <= now - KEPT)


def _move(session: Session, upload: Upload, before: Sequence[str], after: str, **values: object) -> bool:
    """To another state, where it is in one of these before; two who press at once move it once."""
    row = {"state": after, "done": 0, "lease_owner": None, "leased_until": None, **values}
    moved = update(Upload).where(Upload.id == upload.id, Upload.state.in_(before)).values(row)
    return bool(session.execute(moved.returning(Upload.id)).all())


def _end(session: Session, number: int, owner: str, before: str, **values: object) -> None:
    mine = (Upload.id == number, Upload.lease_owner == owner, Upload.state == before)
    row = {"lease_owner": None, "leased_until": None, **values}
    if not session.execute(update(Upload).where(*mine).values(row).returning(Upload.id)).all():
        raise LeaseLostError


def as_json(totals: ImportTotals) -> dict[str, Any]:
    """Totals as a list keeps them."""
    return {"outcomes": dict(totals.outcomes), "reasons": dict(totals.reasons)}
