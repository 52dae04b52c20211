"""Stores lists that are uploaded in the browser, and how far each has come: columns, dry run, import.

The file is stored in the database, so that a worker on any host can process it. The file is deleted after the import,
and after a day in any case. A worker reserves its list by a lease (for a minute), which each batch of rows extends.
If a worker is killed, another continues after the last batch, and no row is processed twice.
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
from capture.company.generator import shown
from capture.imports.answers import stored_answers
from capture.imports.importing import ImportTotals, ListOrigin
from capture.imports.lists import LeadList
from capture.models import Provenance, Upload

LARGEST = 20 * 1024 * 1024
"""The most bytes of an uploaded file."""

MOST_ROWS = 250_000
"""The most rows of an uploaded file. The command ``capture import`` has no limit."""

KEPT = timedelta(days=1)
"""How long an uploaded file is kept if it is not imported."""

MOST_OPEN = 5
"""The most lists that one member, or all staff together, may have uploaded and neither imported nor deleted yet."""

_BEGINNING = 100_000
"""The number of characters of an uploaded file that the preview reads."""

LEASE = timedelta(minutes=1)

OPEN = ("new", "checking", "checked", "taking")

TO_DESCRIBE = ("new", "checked")
"""The states of an uploaded list in which columns and origin can still be changed."""

_AT_WORK = ("checking", "taking")


class LeaseLostError(Exception):
    """The worker may not continue with a list, because another worker has it now, or the list was deleted."""


@dataclass(frozen=True, slots=True)
class ListMeaning:
    """What the importing person says about a list: its columns, origin and campaign.

    ``places``: the column of each field, counted from 0.
    """

    places: Mapping[str, int]
    vendor: str | None = None
    obtained_on: date | None = None
    wording: str | None = None
    campaign_id: int | None = None


def store_upload(
    session: Session, person: Person, found: LeadList, text: str, rows: int, now: datetime
) -> Upload | None:
    """Stores an uploaded list with its file. Returns None if this person already has MOST_OPEN lists that are neither
    imported nor deleted."""
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
    """Returns the uploaded list with the id ``number``; None if it does not exist or this person may not see it.

    ``content``: whether to load the text of the file as well.
    """
    query = select(Upload).where(Upload.id == number, scope(person).uploads)
    return session.scalars(query.options(undefer(Upload.content)) if content else query).first()


def list_uploads(session: Session, person: Person, size: int = 20) -> Sequence[Upload]:
    """Returns the newest ``size`` uploaded lists that this person may see, the newest first."""
    return session.scalars(select(Upload).where(scope(person).uploads).order_by(Upload.id.desc()).limit(size)).all()


def open_list(upload: Upload, region: str | None = None) -> LeadList | None:
    """Opens an uploaded list's stored file for reading; returns None if the file was deleted. ``region``: the country
    of local telephone numbers."""
    if upload.content is None:
        return None
    found = LeadList.of_text(upload.file, upload.digest, upload.content, upload.places, region)
    found.answer(stored_answers(upload.answers))
    return found


def list_preview(session: Session, upload: Upload) -> LeadList | None:
    """Opens only the beginning of an uploaded list's file, for the preview; returns None if the file was deleted."""
    text = session.scalar(select(func.substr(Upload.content, 1, _BEGINNING)).where(Upload.id == upload.id))
    return LeadList.of_text(upload.file, upload.digest, text, upload.places) if text else None


def origin_of(upload: Upload) -> ListOrigin:
    """Returns where an uploaded list comes from, as ``importing`` needs it."""
    return ListOrigin(upload.member_id, upload.vendor, upload.obtained_on, upload.wording, upload.campaign_id)


def set_columns(session: Session, upload: Upload, meaning: ListMeaning) -> bool:
    """Stores a list's columns and origin, and requests a dry run.

    Returns False, and changes nothing, if a dry run or import is under way or the list is imported or deleted.
    """
    changed = {**asdict(meaning), "places": dict(meaning.places), "outcomes": {}}
    return _move(session, upload, TO_DESCRIBE, "checking", **changed)


def set_answers(session: Session, upload: Upload, said: Mapping[str, str]) -> bool:
    """Stores what unknown words of a list mean, by ``Question.key``, and requests a dry run again.

    Returns False, and changes nothing, if no dry run is done, or the import was requested already.
    """
    return _move(session, upload, ("checked",), "checking", answers=dict(said), outcomes={})


def start_import(session: Session, upload: Upload) -> bool:
    """Requests the import of a list. Returns False if no dry run is done, or the import was requested already."""
    return _move(session, upload, ("checked",), "taking")


def discard_upload(session: Session, upload: Upload, now: datetime) -> bool:
    """Deletes the file of a list. Returns False if the import was requested already, or the file was deleted before."""
    return _move(session, upload, ("new", "checking", "checked"), "gone", content=None, finished_at=now)


def has_work(session: Session, owner: str, now: datetime) -> bool:
    """Returns True if a list waits for a worker, or an old file must be deleted. ``owner``: the worker's name."""
    return session.scalars(select(Upload.id).where(or_(_due(owner, now), _over(now))).limit(1)).first() is not None


def lease_upload(session: Session, owner: str, now: datetime) -> Upload | None:
    """Reserves the list that has waited longest for the worker named ``owner``, for the time LEASE.

    Returns None if no list waits.
    """
    query = select(Upload).where(_due(owner, now)).order_by(Upload.id).limit(1).options(undefer(Upload.content))
    found = session.scalars(query.with_for_update(skip_locked=True)).first()
    if found is not None:
        found.lease_owner, found.leased_until = owner, now + LEASE
        session.flush()
    return found


def renew_lease(
    session: Session, number: int, owner: str, now: datetime, done: int, provenance_id: int | None = None
) -> None:
    """Extends the worker's lease of a list, and stores how many rows are done.

    Raises LeaseLostError if another worker has the list now, or if it was deleted.
    """
    values = {"done": done, "leased_until": now + LEASE, "provenance_id": provenance_id}
    mine = (Upload.id == number, Upload.lease_owner == owner, Upload.state.in_(_AT_WORK))
    if not session.execute(update(Upload).where(*mine).values(values).returning(Upload.id)).all():
        raise LeaseLostError


def release_lease(session: Session, number: int, owner: str) -> None:
    """Gives up the worker's lease of a list, so that another worker can continue with the list at once."""
    mine = (Upload.id == number, Upload.lease_owner == owner)
    session.execute(update(Upload).where(*mine).values(lease_owner=None, leased_until=None))


def finish_trial(session: Session, number: int, owner: str, totals: ImportTotals, read: Mapping[str, Any]) -> None:
    """Stores the totals of a list's dry run, and how the list was read (``reading``). Raises LeaseLostError if another
    worker has the list or it was deleted."""
    outcomes = {**as_json(totals), "phones_lost": totals.phones_lost, **read}
    _end(session, number, owner, "checking", state="checked", outcomes=outcomes, done=totals.rows)


def finish_import(session: Session, number: int, owner: str, totals: ImportTotals, now: datetime) -> None:
    """Stores the totals of a list's import and deletes the file.

    Raises LeaseLostError if another worker has the list now, or if it was deleted.
    """
    ended = {"content": None, "finished_at": now, "done": totals.rows}
    _end(session, number, owner, "taking", state="done", outcomes=as_json(totals), **ended)


def is_imported(session: Session, upload: Upload) -> bool:
    """Returns True if all rows of a list are imported, which is possible although its state is still "taking": a worker
    may be killed before ``finish_import``."""
    found = session.get(Provenance, upload.provenance_id) if upload.provenance_id else None
    return found is not None and found.finished_at is not None


def purge_uploads(session: Session, now: datetime) -> int:
    """Deletes the files of lists that were uploaded longer than KEPT ago and not imported. Returns how many."""
    gone = update(Upload).where(_over(now)).values(content=None, state="gone", finished_at=now)
    return len(session.execute(gone.returning(Upload.id)).all())


def _due(owner: str, now: datetime) -> ColumnElement[bool]:
    free = or_(Upload.leased_until.is_(None), Upload.leased_until < now, Upload.lease_owner == owner)
    return and_(Upload.state.in_(_AT_WORK), free)


def _over(now: datetime) -> ColumnElement[bool]:
    # A worker at one of these loses its lease at the next batch.
    return and_(Upload.state.in_(OPEN), Upload.at <= now - KEPT)


def _move(session: Session, upload: Upload, before: Sequence[str], after: str, **values: object) -> bool:
    """Changes a list's state to ``after`` if it is one of ``before``, else returns False. Of two requests at the same
    moment only one succeeds."""
    row = {"state": after, "done": 0, "lease_owner": None, "leased_until": None, **values}
    moved = update(Upload).where(Upload.id == upload.id, Upload.state.in_(before)).values(row)
    return bool(session.execute(moved.returning(Upload.id)).all())


def _end(session: Session, number: int, owner: str, before: str, **values: object) -> None:
    mine = (Upload.id == number, Upload.lease_owner == owner, Upload.state == before)
    row = {"lease_owner": None, "leased_until": None, **values}
    if not session.execute(update(Upload).where(*mine).values(row).returning(Upload.id)).all():
        raise LeaseLostError


def reading(found: LeadList) -> dict[str, Any]:
    """Returns how a list is read, as ``Upload.outcomes`` stores it after a dry run: the columns and the file's name
    that decide who left, the unknown words, the country of local telephone numbers, and what is kept of consents."""
    asked = [
        {"key": each.key, "column": shown(each.column), "place": each.place, "word": shown(each.word),
         "rows": each.rows, "answers": list(each.answers)}
        for each in found.words_asked
    ]  # fmt: skip
    decides = [[shown(name), kind.name.lower()] for name, kind in found.leaving.kinds(found.header)]
    everyone = found.leaving.everyone.name.lower()
    proofs = [[name, shown(column)] for name, column in found.proofs.items()]
    return {"decides": decides, "everyone": everyone, "asked": asked, "market": found.region, "proofs": proofs}


def as_json(totals: ImportTotals) -> dict[str, Any]:
    """Returns an import's totals as plain values, as ``Upload.outcomes`` stores them."""
    return {"outcomes": dict(totals.outcomes), "reasons": dict(totals.reasons), "told": dict(totals.told)}
