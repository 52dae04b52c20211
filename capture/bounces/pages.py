"""The address to which a mail service reports bounces. Requests must be signed as the Standard Webhooks specification
says, so that nobody else can report any."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Blueprint, Response, abort, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug.exceptions import BadRequest, Unauthorized

from capture.base import metrics
from capture.bounces import reports
from capture.bounces.consequences import Consequences
from capture.bounces.reports import BounceReport
from capture.mailing.refusals import NO_SUCH_MAILBOX
from capture.mailing.suppression import Source
from capture.web import service
from capture.web.access import Audience, open_to

log = logging.getLogger("capture.reports")


blueprint = Blueprint("bounces", __name__)

BOUNCED = "mail.bounced"
"""The type of the only webhook event that has an effect; events of other types are accepted and ignored."""


@blueprint.post("/bounces")
@open_to(Audience.PROGRAM)
def report() -> Response:
    """Records a bounce that a mail service reports. If the address does not exist, nothing more is mailed to it.

    Answers 204 even if the report has no effect: after an error, the mail service would send it again. Answers 400 if
    the request cannot be read, 401 without a valid signature, and 404 if the operator has set no secret for bounces.
    """
    current = service.current()
    secret = current.settings.delivery.bounce_secret
    if secret is None:
        abort(404)
    event = _verified(secret)
    if event.get("type") != BOUNCED:
        return Response(status=204)
    data = event.get("data")
    if not isinstance(data, dict):
        raise BadRequest
    message_id, recipient, status = (_text(data, name) for name in ("message_id", "recipient", "status"))
    if not status or not (message_id or recipient):
        raise BadRequest
    gate, now = Consequences(current.links), current.clock()
    with current.database.write() as session:
        kind = "unknown"
        if message_id:
            report = BounceReport(message_id.strip("<>"), status, source=Source.SERVICE)
            kind = reports.record_bounce(session, report, gate, now)
        if kind == "unknown" and recipient and reports.is_hard(status):
            # The signature says that the mail service wrote this, so an address alone will do.
            gate.bounced(session, recipient, now, source=Source.SERVICE, strong=status in NO_SUCH_MAILBOX)
            metrics.BOUNCES.labels("hard").inc()
            kind = "hard"
    log.info("a bounce was reported: %s", kind)
    return Response(status=204)


def _verified(secret: str) -> dict[str, Any]:
    body = request.get_data(cache=False)
    try:
        Webhook(secret).verify(body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        log.warning("refused a bounce report: its signature is missing, wrong or too old")
        raise Unauthorized from error
    try:
        event = json.loads(body)
    except ValueError as error:
        raise BadRequest from error
    if not isinstance(event, dict):
        raise BadRequest
    return event


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or "\x00" in value:
        raise BadRequest
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half a character, as JSON can write it
        raise BadRequest from error
    return value
