"""The office's pages for importing a list: upload, columns and origin, dry run, import, ledger.

The pages only request a dry run or an import, and show how far it is. A worker runs it in the background (see
``capture.imports.worker``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from capture.accounts import access
from capture.accounts.forms import OfficeForm
from capture.base import spreadsheet
from capture.base.db import Database
from capture.campaigns import catalogue
from capture.company.generator import shown
from capture.imports import forms, importing, list_file, lists, member_view, uploads
from capture.imports.headers import FIELDS
from capture.imports.lists import LeadList, ListProblem, NotAListError
from capture.limits.slots import UploadSlots
from capture.models import Campaign, ImportRow, Upload
from capture.web import answers, service

blueprint = Blueprint("imports", __name__, url_prefix="/office/import")

SENDING_SECONDS = 600.0
"""The time limit of an upload in seconds: twenty megabytes from a phone take minutes."""

RETRY_SECONDS = 60
"""Seconds after which to try again (Retry-After), if an upload is refused because too many others are running."""

BESIDE_THE_FILE = 64 * 1024
"""The most bytes that an upload form may have besides the file."""

BUFFER = 512 * 1024
"""The most bytes of an upload form that Flask may hold in memory; Flask reads the file in pieces of an eighth of it."""

SHOWN = 5
"""The number of rows that the preview of a list shows."""

EVERY_SECONDS = 3
"""Seconds after which the page of a list reloads while a dry run or an import is running."""

LINES = 2_000
"""The number of rows of the ledger (the result of each row of a list) that one query reads."""

LEDGER = ("row", "outcome", "reason")


@blueprint.get("")
@access.office(log=None)
def start() -> Response:
    """Shows the form for uploading a list, and the lists that the person uploaded before."""
    return _start(200)


@blueprint.post("")
@access.office(log=None)
def bring() -> Response:
    """Receives an uploaded list and stores the file for the dry run. No lead is created yet.

    Answers 503 if too many other uploads are running.
    """
    # The sender is already authenticated, before any byte of the file is read: no other address accepts as much.
    request.max_content_length = uploads.LARGEST + BESIDE_THE_FILE
    if (request.content_length or 0) > request.max_content_length:
        return _start(413, "large")
    found = access.person()
    # The slot belongs to the person, not to the session: a second session gives no second slot.
    holder = f"staff {found.staff.id}" if found.staff else f"member {found.member_id}"
    with service.current().part(UploadSlots).held(holder) as free:
        if free:
            return _bring()
    response = _start(503, "busy")
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


@blueprint.get("/<row:number>")
@access.office(log="import")
def show(number: int) -> Response:
    """Shows an uploaded list in its present state: the choice of columns, the dry run, the import, or the result."""
    return _show(number)


@blueprint.post("/<row:number>")
@access.office(log="list-dry-run", members=True)
def describe(number: int) -> Response:
    """Stores the columns and the origin of an uploaded list, and requests a dry run."""
    form = forms.MeaningForm(request.form)
    current = service.current()
    with current.database.read() as session:
        upload = _find(session, number)
        _choices(session, form, uploads.list_preview(session, upload))
    valid = access.is_valid(form) and _past(form, access.today())
    if upload.state not in uploads.TO_DESCRIBE:
        return _late(number)
    if not valid:
        return _show(number, 422, form)
    places = {name: int(form.column(name).data) for name in FIELDS if form.column(name).data}
    meaning = uploads.ListMeaning(
        places,
        form.vendor.data or None,
        form.obtained_on.data,
        form.wording.data or None,
        int(form.campaign.data) if form.campaign.data else None,
    )
    with current.database.write() as session:
        allowed = _may_try(session)
        done = allowed and uploads.set_columns(session, _find(session, number), meaning)
    if not allowed:
        return _show(number, 429, form)
    return _requested(number, upload.rows) if done else _late(number)


@blueprint.post("/<row:number>/take")
@access.office(log="list-import", members=True)
def take(number: int) -> Response:
    """Requests the import of an uploaded list whose dry run is done."""
    access.is_valid(OfficeForm(request.form))
    with service.current().database.write() as session:
        upload = _find(session, number)
        done, rows = uploads.start_import(session, upload), upload.rows
    return _requested(number, rows) if done else _late(number)


@blueprint.post("/<row:number>/words")
@access.office(log="list-dry-run", members=True)
def answer(number: int) -> Response:
    """Stores what unknown words of an uploaded list mean, and requests a dry run again. Words without an answer stay
    unknown."""
    access.is_valid(OfficeForm(request.form))
    with service.current().database.write() as session:
        upload = _find(session, number)
        asked = {each["key"]: each["answers"] for each in upload.outcomes.get("asked", ())}
        told = {key: request.form.get(f"word-{key}", "") for key in asked}
        said = {key: value for key, value in told.items() if value in asked[key]}
        allowed = _may_try(session)
        done, rows = allowed and uploads.set_answers(session, upload, said), upload.rows
    if not allowed:
        return _show(number, 429)
    return _requested(number, rows) if done else _late(number)


@blueprint.post("/<row:number>/discard")
@access.office(log="import")
def discard(number: int) -> Response:
    """Deletes the file of an uploaded list that is not to be imported."""
    access.is_valid(OfficeForm(request.form))
    current = service.current()
    with current.database.write() as session:
        done = uploads.discard_upload(session, _find(session, number), current.clock())
    return make_response(redirect(f"{answers.root()}office/import", 303)) if done else _late(number)


@blueprint.get("/<row:number>/ledger.csv")
@access.office(log=None)
def ledger(number: int) -> Response:
    """Returns the result of each row of an imported list as CSV, without personal data.

    Answers 404 before the import has begun.
    """
    database = service.current().database
    with database.read() as session:
        found = _find(session, number).provenance_id
    if found is None:
        raise NotFound
    response = Response(_ledger(database, found, told=access.person().member is not None))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="list-{number}.csv"'
    return response


def _bring() -> Response:
    """Reads the uploaded file, which may take minutes, and stores it if it is a list."""
    request.max_form_memory_size = BUFFER
    service.give_time(SENDING_SECONDS)
    access.is_valid(OfficeForm(request.form))
    file = request.files.get("file")
    if file is None or not file.filename:
        return _start(422, "missing")
    with closing(file):
        content = file.read()
    if len(content) > uploads.LARGEST:
        return _start(413, "large")
    name = shown(file.filename.replace("\\", "/").rpartition("/")[2])
    try:
        text, digest = lists.decoded(content, name)
        found = LeadList.of_text(name, digest, text)
        rows = found.count(uploads.MOST_ROWS)
    except NotAListError as error:
        return _start(422, error.wrong.value)
    if not rows:
        return _start(422, ListProblem.EMPTY.value)
    current = service.current()
    with current.database.write() as session:
        kept = uploads.store_upload(session, access.person(), found, text, rows, current.clock())
        number = kept.id if kept else None
    if number is None:
        return _start(409, "many")
    return _to(number)


def _ledger(database: Database, provenance_id: int, *, told: bool) -> Iterator[str]:
    """Yields the results of a list's rows as CSV in pieces; ``told``: those that a member is told. No database
    connection is in use between two pieces."""
    outcome = member_view.TOLD_OUTCOME if told else ImportRow.outcome
    query = select(ImportRow.row, outcome, ImportRow.reason).where(ImportRow.provenance_id == provenance_id)
    last, out = 0, io.StringIO()
    spreadsheet.write_table(LEDGER, (), out)
    while text := out.getvalue():
        yield text
        out = io.StringIO()
        with database.read() as session:
            found = session.execute(query.where(ImportRow.row > last).order_by(ImportRow.row).limit(LINES)).all()
        if found:
            last = found[-1].row
        spreadsheet.write_rows(map(tuple, found), out)


def _find(session: Session, number: int) -> Upload:
    """Returns the uploaded list with the id ``number``. Raises NotFound if it does not exist or this person may not see
    it."""
    found = uploads.find_upload(session, access.person(), number)
    if found is None:
        raise NotFound
    return found


def _start(status: int, wrong: str | None = None) -> Response:
    with service.current().database.read() as session:
        before = uploads.list_uploads(session, access.person())
        return access.page(
            "imports/imports.html",
            access.reader_words(),
            status,
            lists=before,
            wrong=wrong,
            at="leads",
            most=uploads.MOST_OPEN,
        )


def _show(number: int, status: int = 200, form: forms.MeaningForm | None = None, *, late: bool = False) -> Response:
    """Returns the page of an uploaded list. Opens a transaction, so it must not be called within another."""
    with service.current().database.read() as session:
        upload = _find(session, number)
        beginning = uploads.list_preview(session, upload) if upload.state in uploads.TO_DESCRIBE else None
        rows = beginning.first(SHOWN) if beginning else []
        if form is None:
            form = forms.MeaningForm(data=_told(upload))
            _choices(session, form, beginning)
        values: dict[str, Any] = {
            "list": upload,
            "form": form,
            "header": [shown(cell) for cell in beginning.header] if beginning else [],
            "first_rows": rows,
            "proven": uploads.origin_of(upload).proven,
            "campaign": session.get(Campaign, upload.campaign_id) if upload.campaign_id else None,
            "whole": _totals(session, upload),
            "outcomes": member_view.TOLD if access.person().member else importing.OUTCOMES,
            "still": request.args.get("still") == "yes",
            "late": late,
            "spent": status == 429,
            "fields": list(FIELDS),
            "read": _reading(session, upload, beginning),
        }
        response = access.page("imports/import.html", access.reader_words(), status, at="leads", **values)
    if upload.state in ("checking", "taking") and not values["still"]:
        response.headers["Refresh"] = str(EVERY_SECONDS)
    access.shows(len(rows))
    return response


def _past(form: forms.MeaningForm, today: date) -> bool:
    """Returns False, and adds an error to the form, if the day on which the list was obtained is after ``today``."""
    if form.obtained_on.data and form.obtained_on.data > today:
        form.obtained_on.errors = ["later"]
        return False
    return True


def _totals(session: Session, upload: Upload) -> dict[str, Any] | None:
    """Returns the totals of the dry run or the import as plain values, for a member those that a member may be told;
    None before there are any."""
    found = _outcomes(session, upload)
    if found is None or access.person().staff:
        return found
    return {"outcomes": found.get("told") or member_view.told_totals(found["outcomes"]), "reasons": found["reasons"]}


def _outcomes(session: Session, upload: Upload) -> dict[str, Any] | None:
    if upload.outcomes:
        return upload.outcomes
    if upload.state == "gone" and upload.provenance_id is not None:
        return uploads.as_json(importing.totals_of(session, upload.provenance_id))
    return None


def _reading(session: Session, upload: Upload, beginning: LeadList | None) -> dict[str, Any] | None:
    """Returns how the list is read: by its dry run, else by its beginning; None if its file was deleted."""
    if "decides" in upload.outcomes:
        return upload.outcomes
    if beginning is None:
        return None
    region = list_file.home_region(session, upload.member_id)
    return {**uploads.reading(beginning), "market": region, "asked": [], "phones_lost": 0}


def _told(upload: Upload) -> dict[str, Any]:
    """Returns what is stored about an uploaded list as values for the fields of the form that describes it."""
    columns = {f"column_{name}": str(place) for name, place in upload.places.items()}
    campaign = str(upload.campaign_id) if upload.campaign_id else ""
    origin = {"vendor": upload.vendor, "obtained_on": upload.obtained_on, "wording": upload.wording}
    return {**columns, **origin, "campaign": campaign}


def _choices(session: Session, form: forms.MeaningForm, beginning: LeadList | None) -> None:
    """Fills the select fields of the form that describes a list: the file's columns, and the person's campaigns."""
    words = access.reader_words()
    header = beginning.header if beginning else []
    columns = [
        (str(place), shown(cell) or words("office_list_column", number=place + 1)) for place, cell in enumerate(header)
    ]
    for name in FIELDS:
        none = words("office_list_choose" if name == "email" else "office_list_none")
        form.column(name).choices = [("", none), *columns]
    offered = [
        (str(each.id), f"{each.name} ({each.code})") for each in catalogue.campaigns_to_choose(session, access.person())
    ]
    form.campaign.choices = [("", words("office_list_no_campaign")), *offered]


def _late(number: int) -> Response:
    """Answers 409 with the page of the list as it is now, because the list's state changed before this request."""
    return _show(number, 409, late=True)


def _may_try(session: Session) -> bool:
    """Counts a dry run. Returns False if the member who is signed in may start no more today."""
    current = service.current()
    member_id = access.person().member_id
    return member_view.may_bring(session, current.links, member_view.DRY_RUNS, member_id, current.clock())


def _requested(number: int, rows: int) -> Response:
    """Redirects to the page of a list after a dry run or an import was requested, which the access log records."""
    access.shows(rows)
    return _to(number)


def _to(number: int) -> Response:
    return make_response(redirect(f"{answers.root()}office/import/{number}", 303))
