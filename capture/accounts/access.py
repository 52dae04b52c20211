"""Who may come in, and to what: each page of the office begins here.

A view asks for ``person()``; where nobody is signed in the browser is sent to the door. What a person may see is
decided in ``caseload.visible``; what staff looked at is written down by ``seen``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, g, make_response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden, NotFound

from capture.accounts import signing_in
from capture.accounts.forms import OfficeForm
from capture.accounts.signing_in import Person
from capture.base import words
from capture.base.words import Words
from capture.leads import caseload
from capture.models import Lead, Viewing
from capture.web import answers, service

COOKIE = "__Host-espalier"
"""The prefix makes browsers take it only over HTTPS (or from this machine), for this host and every path."""

_TRUSTED_SITES = {"same-origin", "none"}

P = ParamSpec("P")


def signed_in(view: Callable[P, Response]) -> Callable[P, Response]:
    """Only for who is signed in; everybody else is shown the door, where they find the way back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        refuse_other_sites()
        current = service.current()
        with current.database.read() as session:
            found = signing_in.find(session, request.cookies.get(COOKIE, ""), current.clock())
        if found is None:
            if request.method in ("GET", "HEAD"):
                return make_response(redirect(f"{answers.root()}office/sign-in", 303))
            raise Forbidden
        g.person = found
        return view(*args, **kwargs)

    return guarded


def person() -> Person:
    """Who asks."""
    found: Person = g.person
    return found


def speak() -> Words:
    """The words of a member's language, or of the browser's for staff."""
    locale = person().locale
    if locale:
        setattr(g, answers.LOCALE, words.nearest([locale]))
    return answers.visitor_words()


def refuse_other_sites() -> None:
    """A form of another site must not act here, whatever cookies the browser sends along. Raises Forbidden."""
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site", "none") not in _TRUSTED_SITES:
        raise Forbidden


def checked(form: OfficeForm) -> bool:
    """Whether a form holds. Raises Forbidden where it was not made for this sitting."""
    valid = bool(form.validate())
    if form.errors.get("csrf_token"):
        raise Forbidden
    return valid


def lead(session: Session, number: int) -> Lead:
    """The lead, where this person may see it. Raises NotFound: there is no telling whether a lead is somebody else's
    or nobody's."""
    found = caseload.find(session, person(), number)
    if found is None:
        raise NotFound
    return found


def seen(what: str, rows: int, lead_id: int | None = None) -> None:
    """Writes down, before the answer goes out, that somebody of the staff looked at so many people.

    A transaction of its own, and none for members: looking at a page must not hold up those who sign up.
    """
    staff, current = person().staff, service.current()
    if staff is not None and rows:
        with current.database.write() as session:
            session.add(Viewing(staff_id=staff.id, what=what, lead_id=lead_id, rows=rows, at=current.clock()))


def page(template: str, words: Words, status: int = 200, **values: Any) -> Response:
    """A page of the office."""
    form = OfficeForm()
    return answers.page(status, template, words, person=person(), csrf=form.csrf_token.current_token, **values)
