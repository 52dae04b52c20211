"""The pages "My data", on which people see, correct and erase what is stored about them, by a link in a mail."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from capture.base.tokens import Purpose
from capture.base.words import Words
from capture.company import hosts
from capture.consent import confirming, erasing, my_data
from capture.models import Company, Lead, details_of
from capture.web import answers, questions, service
from capture.web.access import Audience, open_to
from capture.web.constant_time import constant_time

log = logging.getLogger("capture.rights")


blueprint = Blueprint("rights", __name__, url_prefix="/my-data")

LONGEST_ADDRESS = 254


@blueprint.get("")
@open_to(Audience.EVERYONE)
def ask() -> Response:
    """Shows the form in which a person types their address to get the link to "My data"."""
    with service.current().database.read() as session:
        company = hosts.get_company(session)
    return answers.page(200, "consent/ask-my-data.html", questions.use_locale(None), company=company)


@blueprint.post("")
@constant_time
@open_to(Audience.EVERYONE)
def send() -> Response:
    """Mails the link to "My data" if something is stored about the typed address. The response does not reveal it."""
    typed = request.form.get("email", "")[:LONGEST_ADDRESS]
    current = service.current()
    with current.database.write() as session:
        company = hosts.get_company(session)
        sent = my_data.send_link(session, current.letters, typed, current.clock())
    log.info("a person asked for their data: %s", "a link is in the outbox" if sent else "no link is sent")
    return questions.message_page(questions.use_locale(None), "my_data_sent", company)


@blueprint.get("/<signed>")
@open_to(Audience.LINK)
def show(signed: str) -> Response:
    """Shows everything stored about the person whom the link names, with all members."""
    current = service.current()
    with current.database.read() as session:
        lead, words, company = _open(session, signed)
        if lead is None:
            return _old(words, company, signed)
        return _page(session, lead, words, company, signed)


@blueprint.get("/<signed>/download")
@open_to(Audience.LINK)
def download(signed: str) -> Response:
    """Returns everything stored about the person whom the link names as a JSON file."""
    current = service.current()
    with current.database.read() as session:
        lead, words, company = _open(session, signed)
        if lead is None:
            return _old(words, company, signed)
        response = jsonify(my_data.held(session, current.features, current.links, lead.email, current.clock()))
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@blueprint.post("/<signed>/again")
@constant_time
@open_to(Audience.LINK)
def again(signed: str) -> Response:
    """Mails a new link to "My data" in place of an expired one. The response never reveals whether one was sent."""
    link = questions.read_link(Purpose.MY_DATA, signed)
    current = service.current()
    with current.database.write() as session:
        company = hosts.get_company(session)
        lead = confirming.lead_of_link(session, link.value)
        words = questions.use_locale(questions.locale_of(lead))
        if lead is not None:
            my_data.send_link(session, current.letters, lead.email, current.clock())
    return questions.message_page(words, "my_data_sent", company)


@blueprint.post("/<signed>/introducer")
@open_to(Audience.LINK)
def correct(signed: str) -> Response:
    """Credits the person's leads to the member whom they now name as introducer; answers 422 if that cannot be done."""
    current = service.current()
    with current.database.write() as session:
        lead, words, company = _open(session, signed)
        if lead is None:
            return _old(words, company, signed)
        typed = request.form.get("introducer", "")[:LONGEST_ADDRESS]
        member = my_data.correct(session, current.letters, lead.email, typed, current.clock())
        said = words("corrected", member=member.name) if member else words("not_corrected")
        return _page(session, lead, words, company, signed, said=said, status=200 if member else 422)


@blueprint.post("/<signed>/withdraw")
@open_to(Audience.LINK)
def withdraw(signed: str) -> Response:
    """Withdraws the person's consent, so that no mail goes to them any more."""
    current = service.current()
    with current.database.write() as session:
        lead, words, company = _open(session, signed)
        if lead is None:
            return _old(words, company, signed)
        my_data.withdraw(session, current.links, lead.email, current.clock())
        return _page(session, lead, words, company, signed, said=words("withdrawn"))


@blueprint.post("/<signed>/erase")
@open_to(Audience.LINK)
def erase(signed: str) -> Response:
    """Erases everything stored about the person if they ticked the box "Yes"; otherwise asks them to tick it."""
    current = service.current()
    with current.database.write() as session:
        lead, words, company = _open(session, signed)
        if lead is None:
            return _old(words, company, signed)
        if request.form.get("sure") != "yes":
            return _page(session, lead, words, company, signed, said=words("not_sure"), status=422)
        count = erasing.erase(session, current.features, current.links, lead.email, current.clock())
    log.info("erased a person's data: %d leads", count)
    if not current.database.truncate_log():
        log.warning("a reader keeps the write-ahead log: what was erased stays in it until the next checkpoint")
    return questions.message_page(words, "erased", company)


def _open(session: Session, signed: str) -> tuple[Lead | None, Words, Company]:
    """Returns the lead that a link to "My data" names, the page's words in the lead's language, and the company.

    The lead is None if the link has expired or everything was erased.
    """
    link = questions.read_link(Purpose.MY_DATA, signed)
    lead = confirming.lead_of_link(session, link.value)
    words = questions.use_locale(questions.locale_of(lead))
    return (None if link.expired else lead), words, hosts.get_company(session)


def _old(words: Words, company: Company, signed: str) -> Response:
    """Returns the page for a link that has expired or whose data were erased; a button on it requests a new link."""
    if answers.wants_json():
        return questions.message_page(words, "my_data_old", company, status=410)
    return questions.question_page(words, "my_data_old", company, status=410, action=f"my-data/{signed}/again")


def _page(
    session: Session,
    lead: Lead,
    words: Words,
    company: Company,
    signed: str,
    *,
    said: str | None = None,
    status: int = 200,
) -> Response:
    session.flush()
    current = service.current()
    held = my_data.held(session, current.features, current.links, lead.email, current.clock())
    base = f"my-data/{signed}"
    values = {"company": company, "held": held, "base": base, "said": said, "days": company.correction_days}
    values["shown"] = [each.export for each in details_of(Lead).values() if each.shown]
    return answers.page(status, "consent/my-data.html", words, **values)
