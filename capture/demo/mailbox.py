"""The demo's mailbox: pages that show the mails that would have been sent, as a mail program does.

They show personal data without a sign-in, so they exist only in the demo and answer only this machine.
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
"""The part of a route that is a mail's id; larger numbers do not fit the databases."""

SHOWN = 200
"""How many mails the list shows, the newest first."""


blueprint.before_request(this_machine.only)


@blueprint.get("")
@blueprint.get(f"/{NUMBER}")
@open_to(Audience.THIS_MACHINE)
def show(mail_id: int | None = None) -> Response:
    """Shows the demo's mailbox: the list of mails and one of them, by default the newest. Answers 404 if there is no
    mail with the number ``mail_id``."""
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
    """Returns the HTML part of a mail alone, for a frame in the mailbox page. The response's Content-Security-Policy
    allows inline styles and nothing else."""
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
