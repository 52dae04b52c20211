"""The demo's mailbox: shows the mails that would have been sent, as a mail program does.

It shows personal data without a sign-in, so it exists only in the demo and answers only this machine.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template
from sqlalchemy import select

from capture.base import words
from capture.demo import this_machine
from capture.mailing.outbox import WEBHOOK
from capture.models import OutboxMail
from capture.web import headers, service
from capture.web.access import Audience, open_to

blueprint = Blueprint("mailbox", __name__, url_prefix="/dev/mailbox")

NUMBER = "<int(max=9223372036854775807):mail_id>"
"""A mail's id; larger numbers do not fit the databases."""

SHOWN = 200
"""The newest mails that the list holds."""


blueprint.before_request(this_machine.only)


@blueprint.get("")
@blueprint.get(f"/{NUMBER}")
@open_to(Audience.THIS_MACHINE)
def show(mail_id: int | None = None) -> Response:
    """Shows the list of mails and the chosen mail, by default the newest."""
    with service.current().database.read() as session:
        letters = select(OutboxMail).where(OutboxMail.kind != WEBHOOK)
        mails = session.scalars(letters.order_by(OutboxMail.id.desc()).limit(SHOWN)).all()
        chosen = session.get(OutboxMail, mail_id) if mail_id is not None else next(iter(mails), None)
    if mail_id is not None and chosen is None:
        abort(404)
    values = {"mails": mails, "mail": chosen, "words": words.load(words.FALLBACK)}
    response = make_response(render_template("demo/mailbox.html", title="Mailbox", **values))
    response.headers["Content-Security-Policy"] = headers.policy(frame_src="'self'")
    return response


@blueprint.get(f"/{NUMBER}/html")
@open_to(Audience.THIS_MACHINE)
def html(mail_id: int) -> Response:
    """Returns the HTML part alone, for the frame. The policy allows it inline styles and nothing else."""
    with service.current().database.read() as session:
        mail = session.get(OutboxMail, mail_id)
    if mail is None:
        abort(404)
    response = make_response(mail.html)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = headers.policy(
        style_src="'unsafe-inline'", form_action="'none'", frame_ancestors="'self'", sandbox=""
    )
    return response
