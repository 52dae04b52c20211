"""Guards the pages of the office, where members and staff sign in, and keeps the log of which staff saw whose data.
Each page is declared by ``office``.

A view gets the person from ``person()``; ``scope`` decides what that person may see.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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
from capture.company.calendar import Calendar, calendar_of
from capture.models import AccessLogEntry
from capture.web import answers, service
from capture.web.access import Audience, open_to

COOKIE = "__Host-espalier"
"""The name of the sign-in cookie. The prefix ``__Host-`` makes browsers accept the cookie only over HTTPS (or from this
machine), for this host alone and for every path."""

_TRUSTED_SITES = {"same-origin", "none"}

P = ParamSpec("P")


def office(*, log: str | None, members: bool = False) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Declares and guards a page of the office. A visitor who is not signed in is redirected to the sign-in form, or
    refused with 403 if the request would change something.

    ``log``: the name under which the access log records that staff saw personal data; the view says how many people it
    shows by calling ``shows``. None: the page shows no person. ``members``: record members as well, where a page
    takes in people whom others may know.
    """

    def guard(view: Callable[P, Response]) -> Callable[P, Response]:
        @open_to(Audience.OFFICE, log=log, members=members)
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            refuse_other_sites()
            current = service.current()
            with current.database.read() as session:
                found = signing_in.person_of_cookie(session, request.cookies.get(COOKIE, ""), current.clock())
                calendar = calendar_of(session, found.member if found else None)
            if found is None:
                if request.method in ("GET", "HEAD"):
                    return make_response(redirect(f"{answers.root()}office/sign-in", 303))
                raise Forbidden
            g.person = found
            g.calendar = calendar
            response = view(*args, **kwargs)
            _record(log, response.status_code, members=members)
            return response

        return guarded

    return guard


def shows(people: int, lead_id: int | None = None) -> None:
    """Sets how many people the current page shows, for the access log. ``lead_id``: the lead, if the page shows one."""
    g.shown = (people, lead_id)


def _record(log: str | None, status: int, *, members: bool) -> None:
    """Adds an entry to the access log, before the response is sent, if a page showed people to staff, or to a
    member where ``members`` is set.

    The entry has a transaction of its own, and most pages of members need none: showing a page must not hold up
    sign-ups.
    Raises RuntimeError for a logged page that does not say how many people it shows.
    """
    if log is None:
        return
    if "shown" not in g:
        if status < 300:
            raise RuntimeError(f"the page is logged as {log}, but does not say how many people it shows")
        return
    people, lead_id = g.shown
    found, current = person(), service.current()
    if people and (found.staff or members):
        who = {"staff_id": found.staff.id} if found.staff else {"member_id": found.member_id}
        with current.database.write() as session:
            session.add(AccessLogEntry(**who, what=log, lead_id=lead_id, rows=people, at=current.clock()))


def person() -> Person:
    """Returns the person who is signed in. For views that ``office`` guards."""
    found: Person = g.person
    return found


def calendar() -> Calendar:
    """Returns the days of the person who is signed in: a member's own, for staff the company's."""
    found: Calendar = g.calendar
    return found


def today() -> date:
    """Returns the day that it is now where the signed-in person is."""
    return calendar().day(service.current().clock())


def remember(response: Response, secret: str) -> Response:
    """Sets the cookie that signs the browser in, and returns the response. ``secret``: the cookie's value, as
    ``signing_in.open_session`` returned it."""
    age = int(signing_in.SESSION_LIFETIME.total_seconds())
    response.set_cookie(COOKIE, secret, max_age=age, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def reader_words() -> Words:
    """Returns the words of the office's pages in the member's own language; for staff, in the browser's language."""
    locale = person().locale
    if locale:
        setattr(g, answers.LOCALE, words.nearest([locale]))
    return answers.visitor_words()


def refuse_other_sites() -> None:
    """Raises Forbidden for a request that another site sent and that would change something.

    Browsers name the sender in Sec-Fetch-Site (W3C Fetch Metadata); a request without this header passes.
    """
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site", "none") not in _TRUSTED_SITES:
        raise Forbidden


def is_valid(form: OfficeForm) -> bool:
    """Returns True if an office form is valid. Raises Forbidden if the form was not made for this browser
    session (CSRF)."""
    valid = bool(form.validate())
    if form.errors.get("csrf_token"):
        raise Forbidden
    return valid


def navigation() -> list[NavigationItem]:
    """Returns the entries of the office's navigation that the signed-in person may see, in their order."""
    items = (item for feature in service.current().features for item in feature.navigation)
    is_member = person().member is not None
    mine = (item for item in items if not (item.staff_only if is_member else item.members_only))
    return sorted(mine, key=lambda item: item.order)


def page(template: str, words: Words, status: int = 200, **values: Any) -> Response:
    """Returns a page of the office: a template filled with the person, their calendar, the navigation, a CSRF value and
    ``values``."""
    form = OfficeForm()
    values |= {
        "person": person(),
        "calendar": calendar(),
        "navigation": navigation(),
        "csrf": form.csrf_token.current_token,
    }
    return answers.page(status, template, words, **values)
