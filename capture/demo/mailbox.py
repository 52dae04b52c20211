"""The demo's mailbox: what would have been sent, as a mail reader shows it.

It shows personal data to whoever opens it, so it exists only in the demo, and there only for this machine.
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
"""No larger than the databases can count."""

SHOWN = 200
"""The newest mails that the list holds."""


blueprint.before_request(this_machine.only)


@blueprint.get("")
@blueprint.get(f"/{NUMBER}")
@open_to(Audience.THIS_MACHINE)
def show(mail_id: int | None = None) -> Response:
    """The list, and the mail that was chosen; the newest where none was."""
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
    """The HTML part alone, for the frame: it may style itself and do nothing else."""
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
