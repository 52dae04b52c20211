"""Who may come in, and what staff looked at: each page of the office is declared by ``office``.

A view asks for ``person()``; what that person may see is decided in ``scope``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, g, make_response, redirect, request
from werkzeug.exceptions import Forbidden

from capture.accounts import signing_in
from capture.accounts.forms import OfficeForm
from capture.accounts.signing_in import Person
from capture.base import words
from capture.base.feature import NavigationItem
from capture.base.words import Words
from capture.models import AccessLogEntry
from capture.web import answers, service
from capture.web.access import Audience, open_to

COOKIE = "__Host-espalier"
"""The prefix makes browsers take it only over HTTPS (or from this machine), for this host and every path."""

_TRUSTED_SITES = {"same-origin", "none"}

P = ParamSpec("P")


def office(*, log: str | None) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Declares and guards a page of the office: only who is signed in gets in, others are led to the sign-in form.

    ``log``: the name under which the access log records that staff looked at people; the view says at how many by
    ``shows``. None: the page shows no person.
    """

    def guard(view: Callable[P, Response]) -> Callable[P, Response]:
        @open_to(Audience.OFFICE, log=log)
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            refuse_other_sites()
            current = service.current()
            with current.database.read() as session:
                found = signing_in.person_of_cookie(session, request.cookies.get(COOKIE, ""), current.clock())
            if found is None:
                if request.method in ("GET", "HEAD"):
                    return make_response(redirect(f"{answers.root()}office/sign-in", 303))
                raise Forbidden
            g.person = found
            response = view(*args, **kwargs)
            _record(log, response.status_code)
            return response

        return guarded

    return guard


def shows(people: int, lead_id: int | None = None) -> None:
    """Notes how many people the current page shows, for the access log. ``lead_id``: the one lead on it."""
    g.shown = (people, lead_id)


def _record(log: str | None, status: int) -> None:
    """Adds to the access log, before the answer goes out, what a page showed to staff.

    In a transaction of its own, and in none for members: looking at a page must not hold up those who sign up.
    Raises RuntimeError for a page that should be logged and does not say how many people it shows.
    """
    if log is None:
        return
    if "shown" not in g:
        if status < 300:
            raise RuntimeError(f"the page is logged as {log}, but says nothing of how many people it shows")
        return
    people, lead_id = g.shown
    staff, current = person().staff, service.current()
    if staff is not None and people:
        with current.database.write() as session:
            session.add(AccessLogEntry(staff_id=staff.id, what=log, lead_id=lead_id, rows=people, at=current.clock()))


def person() -> Person:
    """Who asks."""
    found: Person = g.person
    return found


def remember(response: Response, secret: str) -> Response:
    """Has the browser keep the cookie that signs it in. ``secret``: as ``signing_in`` gave it."""
    age = int(signing_in.SESSION_LIFETIME.total_seconds())
    response.set_cookie(COOKIE, secret, max_age=age, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def reader_words() -> Words:
    """The words of a member's language, or of the browser's for staff."""
    locale = person().locale
    if locale:
        setattr(g, answers.LOCALE, words.nearest([locale]))
    return answers.visitor_words()


def refuse_other_sites() -> None:
    """A form of another site must not act here, whatever cookies the browser sends along. Raises Forbidden."""
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site", "none") not in _TRUSTED_SITES:
        raise Forbidden


def is_valid(form: OfficeForm) -> bool:
    """Whether a form holds. Raises Forbidden where it was not made for this sitting."""
    valid = bool(form.validate())
    if form.errors.get("csrf_token"):
        raise Forbidden
    return valid


def navigation() -> list[NavigationItem]:
    """Returns the entries of the office's navigation for who is signed in, in their order."""
    items = (item for feature in service.current().features for item in feature.navigation)
    return sorted((item for item in items if person().member or not item.members_only), key=lambda item: item.order)


def page(template: str, words: Words, status: int = 200, **values: Any) -> Response:
    """A page of the office."""
    form = OfficeForm()
    values |= {"person": person(), "navigation": navigation(), "csrf": form.csrf_token.current_token}
    return answers.page(status, template, words, **values)
