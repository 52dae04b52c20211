"""Unsubscribing: a page with a button for people, and the POST that mail programs send with one click (RFC 8058).

These links stay valid for ever and can be used any number of times: it must always be as easy to withdraw consent as it
was to give it (GDPR, Art. 7(3)), and mail programs repeat a POST of which they did not see the answer. A second one
changes nothing.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response

from capture.base.tokens import Purpose
from capture.company import hosts
from capture.consent import unsubscribing
from capture.web import questions, service
from capture.web.access import Audience, open_to

log = logging.getLogger("capture.unsubscribe")


blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/unsubscribe/<signed>")
@open_to(Audience.LINK)
def ask(signed: str) -> Response:
    """Shows the page with the button "Unsubscribe", and changes nothing."""
    link = questions.read_link(Purpose.UNSUBSCRIBE, signed)
    with service.current().database.read() as session:
        company, locale = hosts.get_company(session), unsubscribing.locale_of(session, link.value)
    fields = {"List-Unsubscribe": "One-Click"}
    return questions.question_page(questions.use_locale(locale), "unsubscribe", company, fields=fields)


@blueprint.post("/unsubscribe/<signed>")
@open_to(Audience.LINK)
def leave(signed: str) -> Response:
    """Unsubscribes the mail's recipient, whom the signed link names. The body of the request is ignored."""
    link = questions.read_link(Purpose.UNSUBSCRIBE, signed)
    current = service.current()
    with current.database.write() as session:
        company, locale = hosts.get_company(session), unsubscribing.locale_of(session, link.value)
        unsubscribing.unsubscribe(session, link.value, current.clock())
    log.info("unsubscribed one address")
    return questions.message_page(questions.use_locale(locale), "unsubscribed", company)
