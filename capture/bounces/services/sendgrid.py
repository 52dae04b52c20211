"""Reads events of SendGrid, which signs time and body with ECDSA (its manual: "Signed Event Webhook", "Event Webhook
reference")."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from capture.bounces.services.event import (
    DEAD,
    UNCLEAR,
    Event,
    NotVerified,
    bounce,
    check_age,
    complaint,
    header,
    objects,
    words_of,
)

SIGNATURE, TIMESTAMP = "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"

LONGEST_RETRY = timedelta(hours=25)
"""The greatest age of a request that is accepted. SendGrid repeats an unanswered request for a day."""

LEFT = {"spamreport", "unsubscribe", "group_unsubscribe"}
LEFT_BEFORE = {"Spam Reporting Address", "Unsubscribed Address"}
"""SendGrid's reasons for dropping a mail that mean that the person complained or unsubscribed at SendGrid."""

DEAD_BEFORE = {"Bounced Address", "Invalid"}
"""SendGrid's reasons for dropping a mail that mean that the address is dead: an earlier bounce, or no valid address."""


def read(headers: Mapping[str, str], body: bytes, public_key: str, now: datetime) -> list[Event]:
    """Verifies a request of SendGrid and returns its bounces and complaints.

    ``public_key``: the verification key as SendGrid shows it (base64 of DER). Raises NotVerified and Unreadable.
    """
    _verify(headers, body, public_key, now)
    return [event for fields in objects(body) for event in _of(fields)]


def _of(fields: dict[str, object]) -> list[Event]:
    kind, recipient, named = fields.get("event"), fields.get("email"), fields.get("smtp-id")
    words = words_of(fields.get("reason"))
    if kind in LEFT or (kind == "dropped" and words in LEFT_BEFORE):
        return [complaint(fields, recipient, named=named)]
    if kind == "dropped":
        return [bounce(fields, recipient, "", named=named, otherwise=DEAD if words in DEAD_BEFORE else UNCLEAR)]
    if kind != "bounce":
        return []  # "deferred" comes before the end is known
    return [bounce(fields, recipient, words, named=named, enhanced=fields.get("status"))]


def _verify(headers: Mapping[str, str], body: bytes, public_key: str, now: datetime) -> None:
    stamp = header(headers, TIMESTAMP)
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        signature = base64.b64decode(header(headers, SIGNATURE), validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise NotVerified("the key is no elliptic-curve key")
        key.verify(signature, stamp.encode() + body, ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise NotVerified("the signature is missing or wrong") from error
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise NotVerified("the request has no time")
    check_age(datetime.fromtimestamp(int(stamp), UTC), now, LONGEST_RETRY)
