"""The pages behind the links of the confirmation mail: "yes, it was me" and "this wasn't me".

Both links can be used again while they are valid, since a repeated answer says the same and shows nothing personal: the
second confirmation changes nothing, and objecting must be as easy as it was the first time (GDPR, Art. 21).
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response

from capture.base.prepared import Driver
from capture.base.tokens import Purpose
from capture.base.words import Words
from capture.company import hosts
from capture.company.hosts import Host
from capture.consent import confirming
from capture.models import Company, Lead
from capture.web import answers, questions, service
from capture.web.access import Audience, open_to
from capture.web.constant_time import constant_time

log = logging.getLogger("capture.confirm")


blueprint = Blueprint("confirm", __name__)


@blueprint.get("/confirm/<signed>")
@open_to(Audience.LINK)
def ask(signed: str) -> Response:
    """Shows the page with the button; for an expired link, a page that offers a new mail."""
    link = questions.read_link(Purpose.CONFIRM, signed)
    with service.current().database.read() as session:
        company = hosts.get_company(session)
        lead = confirming.lead_of_link(session, link.value)
        words = questions.use_locale(questions.locale_of(lead))
        if lead is None:
            return questions.message_page(words, "spent", company, status=410)
        if lead.confirmed:
            return _thanks(words, hosts.assignee_of(session, lead), lead)
        if link.expired:
            return _expired(company, signed)
        return questions.question_page(
            words, "confirm", company, host_name=hosts.active_host(session, lead.member_id).name
        )


@blueprint.post("/confirm/<signed>")
@open_to(Audience.LINK)
def confirm(signed: str) -> Response:
    """Confirms the sign-up, and thanks the prospect in the name of the member or company who follows up."""
    link = questions.read_link(Purpose.CONFIRM, signed)
    current = service.current()
    now = current.clock()
    with current.database.write() as session:
        company = hosts.get_company(session)
        lead = confirming.lead_of_link(session, link.value)
        words = questions.use_locale(questions.locale_of(lead))
        if lead is None:
            return questions.message_page(words, "spent", company, status=410)
        if link.expired and not lead.confirmed:
            return _expired(company, signed)
        confirmed = confirming.confirm(session, lead, link.issued, now, current.letters)
        number, thanks = lead.id, _thanks(words, confirmed.host, lead)
    if confirmed.stale:
        return _expired(company, signed)
    log.info("confirmed: lead %d", number)
    return thanks


@blueprint.post("/confirm/<signed>/again")
@constant_time
@open_to(Audience.LINK)
def again(signed: str) -> Response:
    """Sends a new mail in place of an expired link; the response is the same whether one could be sent or not."""
    link = questions.read_link(Purpose.CONFIRM, signed)
    current = service.current()
    with current.database.write() as session:
        company = hosts.get_company(session)
        lead = confirming.lead_of_link(session, link.value)
        words = questions.use_locale(questions.locale_of(lead))
        if lead is not None and not lead.confirmed:
            host = hosts.active_host(session, lead.member_id)
            confirming.ask_to_confirm(Driver.of(session), host, lead, current.clock(), current.letters)
    return questions.message_page(words, "fresh", company)


@blueprint.get("/not-me/<signed>")
@open_to(Audience.LINK)
def ask_not_me(signed: str) -> Response:
    """Shows the page with the button, and changes nothing."""
    link = questions.read_link(Purpose.NOT_ME, signed)
    with service.current().database.read() as session:
        company = hosts.get_company(session)
        lead = confirming.lead_of_link(session, link.value)
    words = questions.use_locale(questions.locale_of(lead))
    if lead is None or link.expired:
        return questions.message_page(words, "spent", company, status=410)
    return questions.question_page(words, "not_me", company)


@blueprint.post("/not-me/<signed>")
@open_to(Audience.LINK)
def not_me(signed: str) -> Response:
    """Suppresses the address for good and erases what was typed with it. An expired link changes nothing, and the page
    says so."""
    link = questions.read_link(Purpose.NOT_ME, signed)
    current = service.current()
    with current.database.write() as session:
        company = hosts.get_company(session)
        lead = confirming.lead_of_link(session, link.value)
        words = questions.use_locale(questions.locale_of(lead))
        if link.expired:
            return questions.message_page(words, "spent", company, status=410)
        if lead is not None:
            confirming.disown(session, current.features, lead, current.clock(), current.letters)
            log.info("disowned: lead %d", lead.id)
    return questions.message_page(words, "disowned", company)


def _thanks(words: Words, host: Host, lead: Lead) -> Response:
    """Returns the page that names who follows up, and says so if that is not the member whose page it was."""
    another = lead.member if lead.member is not None and lead.member is not host.member else None
    return answers.page(200, "consent/confirmed.html", words, host=host, instead_of=another)


def _expired(company: Company, signed: str) -> Response:
    words = answers.visitor_words()
    return questions.question_page(words, "expired", company, status=410, action=f"confirm/{signed}/again")
