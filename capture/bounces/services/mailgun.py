"""Reads events of Mailgun, whose requests contain an HMAC over timestamp and token (its manual: "Securing webhooks",
"Event structure")."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from capture.bounces.services.event import (
    DEAD,
    PASSING,
    UNCLEAR,
    Event,
    Fields,
    NotVerified,
    bounce,
    check_age,
    complaint,
    objects,
    part,
    same,
    words_of,
)
from capture.mailing.refusals import Judgement

LONGEST_RETRY = timedelta(hours=9)
"""The greatest age of a request that is accepted. Mailgun repeats an unanswered request for eight hours."""

SUPPRESSED = 605
"""Mailgun's code for a mail that it did not send, because an earlier mail to the address bounced for good."""

LEFT = {606, 607}
"""Mailgun's codes for a mail that it did not send, because the person unsubscribed by Mailgun's link, or complained."""


def read(headers: Mapping[str, str], body: bytes, signing_key: str, now: datetime) -> list[Event]:
    """Verifies a request of Mailgun and returns its event; an empty list if it is neither a bounce nor a complaint.

    ``signing_key``: the account's HTTP webhook signing key. Raises NotVerified and Unreadable.
    """
    (request,) = objects(body)[:1] or [{}]
    _verify(part(request, "signature"), signing_key, now)
    fields = part(request, "event-data")
    recipient, named = fields.get("recipient"), part(part(fields, "message"), "headers").get("message-id")
    status = part(fields, "delivery-status")
    words = words_of(status.get("message"), status.get("description"))
    kind, code = fields.get("event"), status.get("code")
    if kind in ("complained", "unsubscribed") or (kind == "failed" and code in LEFT):
        return [complaint(fields, recipient, named=named, words=words)]
    if kind != "failed" or fields.get("severity") == "temporary":
        return []  # after a temporary failure Mailgun goes on trying, and tells the end
    enhanced = status.get("enhanced-code")
    return [bounce(fields, recipient, words, named=named, code=code, enhanced=enhanced, otherwise=_own(fields, code))]


def _own(fields: Fields, code: object) -> Judgement:
    if code == SUPPRESSED:
        return DEAD
    return PASSING if fields.get("reason") == "old" else UNCLEAR


def _verify(signature: Fields, signing_key: str, now: datetime) -> None:
    stamp, token, given = (str(signature.get(name, "")) for name in ("timestamp", "token", "signature"))
    expected = hmac.new(signing_key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not signing_key or not token or not same(given, expected):
        raise NotVerified("the signature is missing or wrong")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise NotVerified("the request has no time")
    check_age(datetime.fromtimestamp(int(stamp), UTC), now, LONGEST_RETRY)
