"""Reads events of Amazon SES. They come by Amazon SNS, which signs each message (their manuals: "Verifying the
signatures of Amazon SNS messages", "Amazon SNS notification contents for Amazon SES").

The signature proves only that Amazon sent the message, for any customer's topic: so the topic must be the operator's.
The signing certificate comes from a function that is passed in, which is called only for addresses at Amazon's hosts.
A new topic first asks for a confirmation: the operator gives it, never this program.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from capture.bounces.services.event import (
    DEAD,
    FULL,
    OURS,
    PASSING,
    UNCLEAR,
    Event,
    Fields,
    NotVerified,
    Unreadable,
    bounce,
    check_age,
    complaint,
    objects,
    part,
    parts,
    words_of,
)

Certificates = Callable[[str], bytes]
"""A function that returns the certificate (PEM) at an address of Amazon's. May raise NotVerified if there is none."""

LONGEST_RETRY = timedelta(hours=2)
"""The greatest age of a request that is accepted. SNS repeats a failed request for an hour at most."""

HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+){1,3}-\d\.amazonaws\.com(?:\.cn)?")

NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
"""The signed fields of SNS's notifications and confirmations, in their order. Each name and each value is a line of the
signed text."""

OWN = {
    "NoEmail": DEAD,
    "Suppressed": DEAD,
    "OnAccountSuppressionList": UNCLEAR,
    "MailboxFull": FULL,
    "MessageTooLarge": OURS,
    "ContentRejected": OURS,
    "AttachmentRejected": OURS,
}
"""What SES's subtypes of bounces mean; used if the receiving server's words say nothing. The account's own suppression
list holds complaints and bounces alike, so its subtype is unclear."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A request in which SNS asks whether the topic may send events to us. An operator opens ``url`` to agree."""

    topic: str
    url: str


def read(
    headers: Mapping[str, str], body: bytes, topic: str, now: datetime, certificates: Certificates
) -> list[Event] | Confirmation:
    """Verifies a request of SNS and returns its events, or the confirmation that it asks for.

    ``topic``: the ARN of the operator's topic. ``certificates``: fetches Amazon's signing certificate. Raises
    NotVerified and Unreadable.
    """
    (message,) = objects(body)[:1] or [{}]
    _verify(message, topic, now, certificates)
    if message.get("Type") == "SubscriptionConfirmation":
        url = str(message.get("SubscribeURL"))
        _check_host(url)
        return Confirmation(topic, url)
    if message.get("Type") != "Notification":
        return []
    (fields,) = objects(str(message.get("Message")).encode())[:1] or [{}]
    return events(fields)


def is_of_amazon(url: str) -> bool:
    """Returns True for an address of Amazon SNS with https and without a port or login."""
    try:
        there = urlsplit(url)
        return there.scheme == "https" and HOST.fullmatch(there.netloc) is not None
    except ValueError:
        return False


def events(fields: Fields) -> list[Event]:
    """Returns the events of a message of SES, which SNS sends by web request or by mail. Verifies nothing."""
    kind, mail = fields.get("notificationType") or fields.get("eventType"), part(fields, "mail")
    named = _named(mail)
    if kind == "Complaint":
        told = part(fields, "complaint")
        if told.get("complaintFeedbackType") == "not-spam":
            return []
        people = parts(told, "complainedRecipients")
        return [complaint(mail, person.get("emailAddress"), named=named) for person in people]
    if kind != "Bounce":
        return []
    told = part(fields, "bounce")
    own = OWN.get(str(told.get("bounceSubType")), PASSING if told.get("bounceType") == "Transient" else UNCLEAR)
    return [
        bounce(
            mail, person.get("emailAddress"), re.sub(r"^\s*[\w.-]+;\s*", "", words_of(person.get("diagnosticCode"))),
            named=named, enhanced=person.get("status"), otherwise=own,
        )
        for person in parts(told, "bouncedRecipients")
    ]  # fmt: skip


def _named(mail: Fields) -> object:
    """Returns the Message-ID that we gave the mail. SES sends the mail with another one, and reports ours among the
    headers."""
    for each in parts(mail, "headers"):
        if str(each.get("name")).lower() == "message-id":
            return each.get("value")
    return part(mail, "commonHeaders").get("messageId")


def _verify(message: Fields, topic: str, now: datetime, certificates: Certificates) -> None:
    if not topic or message.get("TopicArn") != topic:
        raise NotVerified("the message is of another topic than the operator's")
    address = str(message.get("SigningCertURL"))
    _check_host(address)
    try:
        certificate = load_pem_x509_certificate(certificates(address))
        key, signature = certificate.public_key(), base64.b64decode(str(message.get("Signature")), validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            raise NotVerified("the certificate's key is no RSA key")
        digest = SHA256() if message.get("SignatureVersion") == "2" else SHA1()
        key.verify(signature, _signed(message), padding.PKCS1v15(), digest)
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise NotVerified("the signature is wrong") from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NotVerified("the certificate has expired")
    check_age(_moment(message), now, LONGEST_RETRY)


def _signed(message: Fields) -> bytes:
    names = NOTIFICATION if message.get("Type") == "Notification" else CONFIRMATION
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None).encode()


def _moment(message: Fields) -> datetime:
    try:
        moment = datetime.fromisoformat(str(message.get("Timestamp")))
    except ValueError as error:
        raise Unreadable("the message has no time") from error
    if moment.tzinfo is None:
        raise Unreadable("the message's time has no zone")
    return moment


def _check_host(url: str) -> None:
    if not is_of_amazon(url):
        raise NotVerified("the message names an address that is not Amazon's")
