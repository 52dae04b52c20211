"""Where mail services report bounces and complaints: one address for each service, in use once its secret is set."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import BadRequest, Unauthorized

from capture.bounces import reports
from capture.bounces.certificates import Certificates
from capture.bounces.consequences import Consequences
from capture.bounces.services import amazon, brevo, mailgun, postmark, sendgrid
from capture.bounces.services.amazon import Confirmation
from capture.bounces.services.event import Event, NotVerified, Unreadable
from capture.web import service
from capture.web.access import Audience, open_to

log = logging.getLogger("capture.reports")

blueprint = Blueprint("mail_services", __name__)

certificates = Certificates()
"""Those of Amazon SNS, shared by all requests of a process."""

Read = Callable[[Mapping[str, str], bytes, str, datetime], list[Event] | Confirmation]

READERS: dict[str, Read] = {
    "amazon": lambda headers, body, topic, now: amazon.read(headers, body, topic, now, certificates),
    "brevo": lambda headers, body, token, now: brevo.read(headers, body, token),
    "mailgun": mailgun.read,
    "postmark": lambda headers, body, login, now: postmark.read(headers, body, login),
    "sendgrid": sendgrid.read,
}
"""By the last part of the address: what reads a request, given headers, body, the service's secret and the time."""


@blueprint.post("/bounces/<name>")
@open_to(Audience.PROGRAM)
def report(name: str) -> Response:
    """Acts on the events of a mail service. Returns 204 also where they mean nothing here, or they would be sent
    again."""
    current = service.current()
    secret = current.settings.delivery.services.get(name)
    if secret is None:
        abort(404)
    now = current.clock()
    try:
        events = READERS[name](dict(request.headers), request.get_data(cache=False), secret, now)
    except NotVerified as error:
        log.warning("refused a report of %s: %s", name, error)
        raise Unauthorized from error
    except Unreadable as error:
        log.warning("a report of %s cannot be read: %s", name, error)
        raise BadRequest from error
    if isinstance(events, Confirmation):
        log.warning("Amazon SNS asks whether %s may call this address; to agree, open %s", events.topic, events.url)
        return Response(status=204)
    with current.database.write() as session:
        consequences = Consequences(current.links)
        kinds = [reports.record_event(session, event, consequences, now) for event in events]
    log.info("%s reported: %s", name, ", ".join(kinds) or "nothing that counts")
    return Response(status=204)
