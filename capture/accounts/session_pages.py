"""The office page on which staff see who is signed in, and end the sessions and sign-in links of a member or of one of
the staff, as when a telephone was stolen."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from capture.accounts import access, ending
from capture.accounts.forms import OfficeForm, is_shown, trimmed
from capture.models import Member, Staff
from capture.web import service

log = logging.getLogger("capture.office")

blueprint = Blueprint("sessions", __name__, url_prefix="/office")

MOST_SHOWN = 50
"""So many people are shown, those who signed in last."""


class WhoForm(OfficeForm):
    """The form that names the person to be signed out: by e-mail address, or by a member's slug."""

    who = StringField(filters=[trimmed], validators=[InputRequired(), Length(max=254), is_shown])


@blueprint.get("/sessions")
@access.office(log="sessions")
def overview() -> Response:
    """Shows staff who is signed in."""
    _staff()
    return _page(WhoForm())


@blueprint.post("/sessions")
@access.office(log="end-sessions")
def end() -> Response:
    """Ends all sessions and sign-in links of the people that an e-mail address or slug names, and records who did."""
    by, form, current = _staff(), WhoForm(request.form), service.current()
    valid = access.is_valid(form)
    with current.database.write() as session:
        people = ending.find(session, form.who.data) if valid else []
        ended = sum(ending.end_by_hand(session, each, current.clock(), by) for each in people)
    if not people:
        return _page(form, 422)
    log.info("staff %d ended %d sessions of %d people", by.id, ended, len(people))
    return _page(WhoForm(), ended=ended)


def _staff() -> Staff:
    """Returns the signed-in staff member. Raises NotFound for members."""
    found = access.person().staff
    if found is None:
        raise NotFound
    return found


def _row(person: Member | Staff, sessions: int, newest: datetime) -> dict[str, Any]:
    who, name = (person.email, None) if isinstance(person, Staff) else (person.slug, person.name)
    return {"who": who, "name": name, "email": person.email, "sessions": sessions, "since": newest}


def _page(form: WhoForm, status: int = 200, **values: Any) -> Response:
    current = service.current()
    with current.database.read() as session:
        people = [_row(*each) for each in ending.signed_in(session, current.clock(), MOST_SHOWN)]
    values = {"ended": None, "wrong": status == 422, "people": people, "form": form, "at": "sessions"} | values
    access.shows(len(people))
    return access.page("accounts/sessions.html", access.reader_words(), status, **values)
