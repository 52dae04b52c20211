"""The pages "My data", on which people see, correct and erase what is stored about them, by a link in a mail.

The mailed link shows personal data, so it is valid for a day and used once. Opening it shows one button, since mail
scanners open every link; the button uses the link up. The page that it shows contains a signed value of its own, with
which its forms and the download work for an hour.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from capture.base.tokens import Purpose, SignedValue
from capture.base.words import Words
from capture.company import hosts
from capture.consent import confirming, erasing, my_data
from capture.limits import single_use
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
def ask_to_show(signed: str) -> Response:
    """Shows the button that opens "My data", and uses nothing up; for a link that is too old or used, a page that
    offers a new one."""
    link = questions.read_link(Purpose.MY_DATA, signed)
    with service.current().database.read() as session:
        lead, words, company = _subject(session, link)
        if lead is None:
            return _invalid(words, company, signed, "my_data_old")
        if single_use.is_used(session, Purpose.MY_DATA, link):
            return _invalid(words, company, signed, "my_data_used")
        return questions.question_page(words, "my_data_show", company)


@blueprint.post("/<signed>")
@open_to(Audience.LINK)
def show(signed: str) -> Response:
    """Uses the mailed link up, and shows everything stored about the person whom it names, with all members."""
    link = questions.read_link(Purpose.MY_DATA, signed)
    current = service.current()
    with current.database.write() as session:
        lead, words, company = _subject(session, link)
        if lead is None:
            return _invalid(words, company, signed, "my_data_old")
        if not single_use.use_link(session, Purpose.MY_DATA, link):
            return _invalid(words, company, signed, "my_data_used")
        opened = current.links.sign(Purpose.MY_DATA_PAGE, link.value, current.clock())
        return _page(session, lead, words, company, opened)


@blueprint.get("/<signed>/download")
@open_to(Audience.LINK)
def download(signed: str) -> Response:
    """Returns everything stored about a person as a JSON file. ``signed``: the value that their page contains."""
    current = service.current()
    with current.database.read() as session:
        lead, words, company = _open(session, signed)
        if lead is None:
            return _invalid(words, company, signed, "my_data_closed")
        response = jsonify(my_data.held(session, current.features, current.links, lead.email, current.clock()))
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@blueprint.post("/<signed>/again")
@constant_time
@open_to(Audience.LINK)
def again(signed: str) -> Response:
    """Mails a new link to "My data" in place of one that is expired or used, or of a page whose hour is over. The
    response never reveals whether one was sent."""
    link = questions.read_link_of((Purpose.MY_DATA, Purpose.MY_DATA_PAGE), signed)
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
            return _invalid(words, company, signed, "my_data_closed")
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
            return _invalid(words, company, signed, "my_data_closed")
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
            return _invalid(words, company, signed, "my_data_closed")
        if request.form.get("sure") != "yes":
            return _page(session, lead, words, company, signed, said=words("not_sure"), status=422)
        count = erasing.erase(session, current.features, current.links, lead.email, current.clock())
    log.info("erased a person's data: %d leads", count)
    if not current.database.truncate_log():
        log.warning("a reader keeps the write-ahead log: what was erased stays in it until the next checkpoint")
    return questions.message_page(words, "erased", company)


def _open(session: Session, signed: str) -> tuple[Lead | None, Words, Company]:
    """Returns the lead of an open page "My data", the page's words in the lead's language, and the company.

    The lead is None if the page's hour is over or everything was erased. Raises NotFound if ``signed`` is not the value
    that such a page contains; the mailed link is not.
    """
    return _subject(session, questions.read_link(Purpose.MY_DATA_PAGE, signed))


def _subject(session: Session, link: SignedValue) -> tuple[Lead | None, Words, Company]:
    """Returns the lead that a signed value names (None if it expired or everything was erased), words and company."""
    lead = confirming.lead_of_link(session, link.value)
    words = questions.use_locale(questions.locale_of(lead))
    return (None if link.expired else lead), words, hosts.get_company(session)


def _invalid(words: Words, company: Company, signed: str, name: str) -> Response:
    """Returns the page that says why nothing can be shown any more; a button on it requests a new link. ``name``: the
    message."""
    if answers.wants_json():
        return questions.message_page(words, name, company, status=410)
    return questions.question_page(words, name, company, status=410, action=f"my-data/{signed}/again")


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
