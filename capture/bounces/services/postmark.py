"""Postmark signs nothing: name and password stand in the address that it calls (its manual: "Webhooks overview")."""

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
"""Postmark's types of bounces, for where the receiving server's words tell nothing. It calls policies hard too."""

NO_BOUNCE = {"AutoResponder", "AddressChange", "Subscribe", "OpenRelayTest", "ManuallyDeactivated", "Unconfirmed"}


def read(headers: Mapping[str, str], body: bytes, secret: str, given: str | None = None) -> list[Event]:
    """The event of a request. ``secret``: "name:password" of the address, or a secret part of its path.

    ``given``: what stood in that part of the path, where the secret is there.
    """
    if not same(given if given is not None else _login(headers), secret):
        raise NotVerified("not the name and password, or not the address")
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
