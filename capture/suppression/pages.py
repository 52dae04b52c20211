"""The office page for staff about addresses that must not be mailed. Addresses are sent by POST, never in a page's
address, which servers log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from capture.accounts import access
from capture.base.identity import identity
from capture.mailing import suppression
from capture.mailing.suppression import LIFTABLE, Source
from capture.suppression import by_hand
from capture.suppression.forms import AddressForm
from capture.web import service

blueprint = Blueprint("suppression", __name__, url_prefix="/office")

NEWEST = 50
"""So many of the newest marks are shown."""


@blueprint.get("/suppression")
@access.office(log="suppression")
def overview() -> Response:
    """Shows staff the newest marks, and the form for one address."""
    _staff_only()
    return _page(AddressForm())


@blueprint.post("/suppression")
@access.office(log="suppression")
def look_up() -> Response:
    """Shows the marks of one address, with the buttons that change them."""
    _staff_only()
    form = AddressForm(request.form)
    if not access.is_valid(form):
        return _page(form, 422)
    return _page(form, address=identity(form.email.data))


@blueprint.post("/suppression/add")
@access.office(log="suppress")
def add() -> Response:
    """Puts an address on the list, because the person asked the company for it."""
    _staff_only()
    form = AddressForm(request.form)
    if not access.is_valid(form) or not form.note.data:
        return _page(form, 422, address=None if form.email.errors else identity(form.email.data), without_note=True)
    current, address = service.current(), identity(form.email.data)
    with current.database.write() as session:
        by_hand.add(session, current.links, address, form.note.data, current.clock(), Source.STAFF)
    return _page(form, address=address, done="added")


@blueprint.post("/suppression/lift")
@access.office(log="unsuppress")
def lift() -> Response:
    """Lifts the marks of an address that servers or staff set."""
    _staff_only()
    form = AddressForm(request.form)
    if not access.is_valid(form):
        return _page(form, 422)
    current, address = service.current(), identity(form.email.data)
    with current.database.write() as session:
        lifted = by_hand.lift(session, current.links, address, current.clock())
    return _page(form, address=address, done="lifted" if lifted.lifted else "nothing")


def _staff_only() -> None:
    if access.person().staff is None:
        raise NotFound


def _page(form: AddressForm, status: int = 200, *, address: str | None = None, **values: Any) -> Response:
    current = service.current()
    now = current.clock()
    with current.database.read() as session:
        marks = suppression.marks(session, current.links.address_keys, address) if address else []
        stops = {mark.reason: suppression.counts(mark, now) for mark in marks}
        newest = [] if address else list(by_hand.entries(session, current.links, now, newest=NEWEST))
        values |= {"form": form, "address": address, "marks": marks, "stops": stops, "newest": newest}
        values = {
            "done": None,
            "without_note": False,
            "liftable": any(mark.reason in LIFTABLE for mark in marks),
        } | values
        response = access.page(
            "suppression/suppression.html", access.reader_words(), status, at="suppression", **values
        )
    access.shows(1 if address else sum(each.address is not None for each in newest))
    return response
