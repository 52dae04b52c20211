"""Reads events of Postmark, which signs nothing: the address that it calls contains a name and a password (its manual:
"Webhooks overview")."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from capture.bounces.services.event import (
    DEAD,
    OURS,
    PASSING,
    UNCLEAR,
    Event,
    NotVerified,
    bounce,
    complaint,
    header,
    objects,
    same,
    words_of,
)

OWN = {
    "HardBounce": UNCLEAR,
    "BadEmailAddress": DEAD,
    "SoftBounce": PASSING,
    "Transient": PASSING,
    "DnsError": PASSING,
    "SpamNotification": OURS,
    "VirusNotification": OURS,
    "Blocked": OURS,
    "DMARCPolicy": OURS,
    "SMTPApiError": OURS,
    "ChallengeVerification": OURS,
}
"""What Postmark's types of bounces mean; used if the receiving server's words say nothing. "HardBounce" is unclear,
since Postmark also calls a refusal by a server's policy hard."""

NO_BOUNCE = {"AutoResponder", "AddressChange", "Subscribe", "OpenRelayTest", "ManuallyDeactivated", "Unconfirmed"}


def read(headers: Mapping[str, str], body: bytes, secret: str, given: str | None = None) -> list[Event]:
    """Verifies a request of Postmark and returns its event; an empty list if it is neither a bounce nor a complaint.

    ``secret``: "name:password" of the address that Postmark calls, or a secret part of its path. ``given``: that part
    of the requested path, if the secret is in the path. Raises NotVerified and Unreadable.
    """
    if not same(given if given is not None else _login(headers), secret):
        raise NotVerified("the name and password, or the address, are wrong")
    return [event for fields in objects(body) for event in _of(fields)]


def _of(fields: dict[str, object]) -> list[Event]:
    record, kind = fields.get("RecordType"), str(fields.get("Type"))
    words = words_of(fields.get("Details"), fields.get("Description") if not fields.get("Details") else None)
    if record == "SpamComplaint" or kind in ("SpamComplaint", "Unsubscribe"):
        return [complaint(fields, fields.get("Email"))]
    if record == "SubscriptionChange" and fields.get("SuppressSending") and fields.get("Origin") == "Recipient":
        return [complaint(fields, fields.get("Recipient"))]
    if record not in ("Bounce", None) or "Type" not in fields or kind in NO_BOUNCE:
        return []
    return [bounce(fields, fields.get("Email"), words, otherwise=OWN.get(kind, UNCLEAR))]


def _login(headers: Mapping[str, str]) -> str:
    scheme, _, coded = header(headers, "Authorization").partition(" ")
    try:
        return base64.b64decode(coded, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        return ""
