"""Sends events of confirmed leads to another program, signed as the Standard Webhooks specification 1.0 defines.

An event is an outbox row like a mail: added in the transaction that confirms the lead, sent by the worker, and tried
again until the receiver answers 2xx. The receiver recognises duplicates by the ``webhook-id`` header.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime
from http.client import HTTPException, HTTPMessage
from typing import IO
from uuid import uuid4

from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook

from capture.mailing.outbox import WEBHOOK
from capture.mailing.smtp import PutOff, Refused
from capture.models import Lead, OutboxMail

CONFIRMED = "lead.confirmed"
TIMEOUT = 15.0
"""How many seconds the receiver of an event has to answer; Standard Webhooks recommends 15 to 30."""


def promise(session: Session, lead: Lead, now: datetime) -> None:
    """Adds the event "lead.confirmed" to the outbox, for the company's other program. The caller commits."""
    event = {
        "type": CONFIRMED,
        "timestamp": now.isoformat(timespec="seconds"),
        "data": {
            "lead": lead.id,
            "email": lead.email,
            "first_name": lead.first_name,
            "interest": lead.interest,
            "locale": lead.locale,
            "member": lead.member_id,
            "signed_up_at": lead.created_at.isoformat(timespec="seconds"),
            "confirmed_at": now.isoformat(timespec="seconds"),
        },
    }
    row = OutboxMail(
        lead_id=lead.id,
        kind=WEBHOOK,
        recipient=WEBHOOK,
        domain=WEBHOOK,
        locale=lead.locale,
        subject=CONFIRMED,
        text=json.dumps(event, ensure_ascii=False),
        html="",
        message_id=f"evt_{uuid4().hex}",
        state="waiting",
        created_at=now,
        next_attempt_at=now,
    )
    session.add(row)


class WebhookSender:
    """Sends events about confirmed leads to the company's other program, by POST to one web address."""

    def __init__(self, url: str, secret: str, *, timeout: float = TIMEOUT) -> None:
        self._url = url
        self._signer = Webhook(secret)
        self._timeout = timeout
        self._opener = urllib.request.build_opener(NoRedirects)

    def send(self, row: OutboxMail, now: datetime) -> None:
        """Sends one event from the outbox. Raises Refused if the receiver answers 410 Gone, so that the event is not
        tried again; PutOff on any other failure."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "espalier-capture",
            "webhook-id": row.message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(row.message_id, now, row.text),
        }
        request = urllib.request.Request(self._url, row.text.encode(), headers, method="POST")
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        except (OSError, HTTPException) as error:
            raise PutOff(f"the webhook's address cannot be reached: {type(error).__name__}") from error
        if status == 410:
            raise Refused("410: the webhook's address is gone")
        if not 200 <= status <= 299:
            raise PutOff(f"the webhook's address answered {status}")


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Treats a redirect as a failure: what is sent or fetched stays with the address that was chosen."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follows no redirect: returns None, by which urllib reports the redirect as an error."""
        return
