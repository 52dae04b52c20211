"""The pages of signing in and out: asking for a link, using it, ending a session."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session

from capture.accounts import access, signing_in
from capture.accounts.forms import OfficeForm
from capture.base.tokens import Purpose
from capture.company import hosts
from capture.models import Member, Staff
from capture.web import answers, questions, service
from capture.web.access import Audience, open_to
from capture.web.constant_time import constant_time

log = logging.getLogger("capture.office")


blueprint = Blueprint("accounts", __name__, url_prefix="/office")

LONGEST_ADDRESS = 254


@blueprint.get("/sign-in")
@open_to(Audience.EVERYONE)
def ask() -> Response:
    """Shows the form that asks for a sign-in link."""
    with service.current().database.read() as session:
        company = hosts.get_company(session)
    return answers.page(200, "accounts/sign-in.html", answers.visitor_words(), company=company)


@blueprint.post("/sign-in")
@constant_time
@open_to(Audience.EVERYONE)
def send() -> Response:
    """Mails a sign-in link to a member or to staff; the response is the same for every address."""
    access.refuse_other_sites()
    typed = request.form.get("email", "")[:LONGEST_ADDRESS]
    current = service.current()
    wanted = [code for code, _ in request.accept_languages]
    with current.database.write() as session:
        company = hosts.get_company(session)
        sent = signing_in.send_link(session, current.letters, typed, current.clock(), wanted)
    log.info("a sign-in link was asked for: %s", "its mail is in the outbox" if sent else "no mail is sent")
    return questions.message_page(answers.visitor_words(), "office_sent", company)


@blueprint.get("/enter/<signed>")
@open_to(Audience.LINK)
def knock(signed: str) -> Response:
    """Shows the page behind a sign-in link, with a button that signs in, or one for each of the people who share the
    address. Opening the page does not use the link up, since programs that scan mails open links before people do."""
    link = questions.read_link(Purpose.SIGN_IN, signed)
    current = service.current()
    with current.database.read() as session:
        return _choice(session, signing_in.people_of_link(session, link.value, current.clock()))


@blueprint.post("/enter/<signed>")
@open_to(Audience.LINK)
def enter(signed: str) -> Response:
    """Uses a sign-in link up and signs this browser in; shows a notice if the link was used before or has expired, and
    the choice again if several people share the address and none was chosen."""
    access.refuse_other_sites()
    link = questions.read_link(Purpose.SIGN_IN, signed)
    current = service.current()
    with current.database.write() as session:
        people = signing_in.people_of_link(session, link.value, current.clock())
        only = next(iter(people)) if len(people) == 1 else ""
        chosen = request.form.get("who") or only
        if chosen not in people:
            return _choice(session, people, asked=True)
        secret = signing_in.open_session(session, link.value, chosen, current.clock())
        if secret is None:
            return _choice(session, {})
    log.info("a person signed in to the office")
    return access.remember(make_response(redirect("../", 303)), secret)


def _choice(session: Session, people: Mapping[str, Member | Staff], *, asked: bool = False) -> Response:
    """Returns the page behind a sign-in link that these people may use; the one for an old link if there are none.
    ``asked``: the request was to choose one of them."""
    words, company = answers.visitor_words(), hosts.get_company(session)
    if not people:
        return questions.message_page(words, "office_old", company, status=410)
    if len(people) == 1:
        return questions.question_page(words, "office_enter", company)
    named = [(own, None if isinstance(each, Staff) else each) for own, each in people.items()]
    return answers.page(422 if asked else 200, "accounts/choose.html", words, company=company, people=named)


@blueprint.post("/sign-out")
@access.office(log=None)
def leave() -> Response:
    """Signs the person out in this browser or, if they chose so, in all their browsers."""
    access.is_valid(OfficeForm(request.form))
    current = service.current()
    everywhere = request.form.get("everywhere") == "yes"
    with current.database.write() as session:
        signing_in.close_session(session, access.person(), current.clock(), everywhere=everywhere)
    log.info("a person signed out of the office%s", " in all browsers" if everywhere else "")
    response = make_response(redirect("sign-in", 303))
    response.delete_cookie(access.COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response
