"""Requests of mail services, in the form of their manuals: verified, read, and refused where anything was changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from capture.bounces.services import amazon, brevo, mailgun, postmark, sendgrid
from capture.bounces.services.amazon import Confirmation
from capture.bounces.services.event import Event, NotVerified, Told, Unreadable
from capture.mailing.refusals import About

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ID = "0123456789abcdef0123456789abcdef@fern.example.com"
TO = "pat@box.example"
UNKNOWN_USER = f"550 5.1.1 <{TO}>: User unknown"
BLOCKED = "550 192.0.2.9 blocked using bl.example"

Read = list[Event] | Confirmation


def told(events: Read) -> list[tuple[str, str | None, str | None, About | None]]:
    assert isinstance(events, list)
    return [(e.told.value, e.recipient, e.message_id, e.judgement.about if e.judgement else None) for e in events]


def one(
    kind: str, about: About | None, message_id: str | None = ID
) -> list[tuple[str, str | None, str | None, About | None]]:
    return [(kind, TO, message_id, about)]


# -- Mailgun ---------------------------------------------------------------------------------------------


def by_mailgun(event: dict[str, Any], *, key: str = "key-1", age: int = 0) -> bytes:
    stamp, token = str(int((NOW - timedelta(seconds=age)).timestamp())), "a" * 50
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    signed = {"timestamp": stamp, "token": token, "signature": signature}
    return json.dumps({"signature": signed, "event-data": event}).encode()


def mailgun_event(event: str = "failed", **more: Any) -> dict[str, Any]:
    status = more.pop("status", {"code": 550, "message": UNKNOWN_USER, "description": ""})
    headers = {"message-id": ID, "to": TO}
    return {
        "event": event,
        "severity": "permanent",
        "recipient": TO,
        "delivery-status": status,
        "message": {"headers": headers},
    } | more


@pytest.mark.parametrize(
    ("event", "right"),
    [
        (mailgun_event(), one("bounce", About.RECIPIENT)),
        (mailgun_event(status={"code": 550, "message": BLOCKED}), one("bounce", About.US)),
        (mailgun_event(status={"code": 552, "message": "5.2.2 mailbox full"}), one("bounce", About.NOW)),
        (
            mailgun_event(
                status={"code": 605, "message": "", "description": "Not delivering to previously bounced address"}
            ),
            one("bounce", About.RECIPIENT),
        ),
        (mailgun_event(status={"code": 607, "description": "x"}), one("complaint", None)),
        (mailgun_event(severity="temporary"), []),
        (mailgun_event("complained"), one("complaint", None)),
        (mailgun_event("unsubscribed"), one("complaint", None)),
        (mailgun_event("opened"), []),
        (mailgun_event("delivered"), []),
        (
            {"event": "failed", "severity": "permanent", "recipient": TO, "user-variables": {"mail": ID}},
            one("bounce", About.UNKNOWN),
        ),
    ],
)
def test_mailgun(event, right):
    assert told(mailgun.read({}, by_mailgun(event), "key-1", NOW)) == right


@pytest.mark.parametrize(
    "body",
    [
        by_mailgun(mailgun_event(), key="other"),
        by_mailgun(mailgun_event(), age=86400),
        by_mailgun(mailgun_event(), age=-600),
        b"{}",
        b"[]",
    ],
)
def test_mailgun_unverified(body):
    with pytest.raises(NotVerified):
        mailgun.read({}, body, "key-1", NOW)
    with pytest.raises(NotVerified):
        mailgun.read({}, by_mailgun(mailgun_event(), key=""), "", NOW)


# -- Postmark --------------------------------------------------------------------------------------------


def postmark_event(kind: str = "HardBounce", details: str = f"smtp;{UNKNOWN_USER}", **more: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "Type": kind,
        "TypeCode": 1,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"mail": ID},
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": details,
        "Email": TO,
    } | more


BASIC = {"authorization": "Basic " + base64.b64encode(b"hook:secret").decode()}


@pytest.mark.parametrize(
    ("event", "right"),
    [
        (postmark_event(), one("bounce", About.RECIPIENT)),
        (postmark_event(details=BLOCKED), one("bounce", About.US)),
        (postmark_event("BadEmailAddress", "x"), one("bounce", About.RECIPIENT)),
        (postmark_event("SoftBounce", "x"), one("bounce", About.NOW)),
        (postmark_event("SpamNotification", "x"), one("bounce", About.US)),
        (postmark_event("AutoResponder", "x"), []),
        (postmark_event("SpamComplaint", RecordType="SpamComplaint"), one("complaint", None)),
        (
            {
                "RecordType": "SubscriptionChange",
                "Recipient": TO,
                "SuppressSending": True,
                "Origin": "Recipient",
                "Metadata": {"mail": ID},
            },
            one("complaint", None),
        ),
        ({"RecordType": "Open"}, []),
    ],
)
def test_postmark(event, right):
    body = json.dumps(event).encode()
    assert told(postmark.read(BASIC, body, "hook:secret")) == right
    assert told(postmark.read({}, body, "in-the-path", "in-the-path")) == right


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic !"}, {"Authorization": "Bearer hook:secret"}, {"Authorization": "Basic eDp5"}],
)
def test_postmark_unverified(headers):
    body = json.dumps(postmark_event()).encode()
    with pytest.raises(NotVerified):
        postmark.read(headers, body, "hook:secret")
    for secret, given in (("a", "b"), ("", ""), ("hook:secret", "")):
        with pytest.raises(NotVerified):
            postmark.read(BASIC, body, secret, given)


# -- Brevo -----------------------------------------------------------------------------------------------

BEARER = {"Authorization": "Bearer token-1"}


def brevo_event(event: str = "hard_bounce", reason: str = UNKNOWN_USER) -> dict[str, Any]:
    return {
        "event": event,
        "email": TO,
        "id": 1,
        "message-id": f"<{ID}>",
        "ts_event": 1604933654,
        "reason": reason,
        "tags": ["x"],
    }


@pytest.mark.parametrize(
    ("event", "right"),
    [
        (brevo_event(), one("bounce", About.RECIPIENT)),
        (brevo_event(reason=BLOCKED), one("bounce", About.US)),
        (brevo_event("soft_bounce", "x"), one("bounce", About.NOW)),
        (brevo_event("invalid_email", ""), one("bounce", About.RECIPIENT)),
        (brevo_event("blocked", "x"), one("bounce", About.UNKNOWN)),
        (brevo_event("spam"), one("complaint", None)),
        (brevo_event("unsubscribed"), one("complaint", None)),
        (brevo_event("deferred"), []),
        (brevo_event("click"), []),
    ],
)
def test_brevo(event, right):
    assert told(brevo.read(BEARER, json.dumps(event).encode(), "token-1")) == right
    assert told(brevo.read(BEARER, json.dumps([event, event]).encode(), "token-1")) == right * 2


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer other"}, {"Authorization": "token-1"}, {"Authorization": "Bearer "}]
)
def test_brevo_unverified(headers):
    for token in ("token-1", ""):
        with pytest.raises(NotVerified):
            brevo.read(headers, json.dumps(brevo_event()).encode(), token)


# -- SendGrid --------------------------------------------------------------------------------------------

EC_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(EC_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def by_sendgrid(body: bytes, *, age: int = 0) -> dict[str, str]:
    stamp = str(int((NOW - timedelta(seconds=age)).timestamp()))
    signature = base64.b64encode(EC_KEY.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return {sendgrid.SIGNATURE.lower(): signature, sendgrid.TIMESTAMP: stamp}


def sendgrid_event(event: str = "bounce", reason: str = UNKNOWN_USER, **more: Any) -> dict[str, Any]:
    return {
        "email": TO,
        "timestamp": 1,
        "event": event,
        "smtp-id": f"<{ID}>",
        "sg_event_id": "x",
        "reason": reason,
        "status": "5.0.0",
    } | more


@pytest.mark.parametrize(
    ("event", "right"),
    [
        (sendgrid_event(), one("bounce", About.RECIPIENT)),
        (sendgrid_event(reason=BLOCKED, type="blocked"), one("bounce", About.US)),
        (sendgrid_event("dropped", "Bounced Address"), one("bounce", About.RECIPIENT)),
        (sendgrid_event("dropped", "Invalid SMTPAPI header"), one("bounce", About.UNKNOWN)),
        (sendgrid_event("dropped", "Unsubscribed Address"), one("complaint", None)),
        (sendgrid_event("spamreport"), one("complaint", None)),
        (sendgrid_event("deferred"), []),
        ({"event": "bounce", "email": TO, "reason": UNKNOWN_USER, "mail": ID}, one("bounce", About.RECIPIENT)),
        ({"event": "bounce", "email": TO, "reason": UNKNOWN_USER}, one("bounce", About.RECIPIENT, None)),
    ],
)
def test_sendgrid(event, right):
    body = json.dumps([event]).encode()
    assert told(sendgrid.read(by_sendgrid(body), body, PUBLIC, NOW)) == right


def test_sendgrid_unverified():
    body = json.dumps([sendgrid_event()]).encode()
    other = base64.b64encode(
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()
    signed = by_sendgrid(body)
    for headers, content, key in (
        ({}, body, PUBLIC),
        (signed, body + b" ", PUBLIC),
        (signed, body, other),
        (signed, body, ""),
        (signed, body, "AAAA"),
        (signed | {sendgrid.TIMESTAMP: "1"}, body, PUBLIC),
        (by_sendgrid(body, age=200_000), body, PUBLIC),
        (by_sendgrid(body, age=-3600), body, PUBLIC),
    ):
        with pytest.raises(NotVerified):
            sendgrid.read(headers, content, key, NOW)


# -- Amazon ----------------------------------------------------------------------------------------------

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem"
RSA_KEY = rsa.generate_private_key(65537, 2048)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])


def certificate(begin: datetime = NOW - timedelta(days=1), end: datetime = NOW + timedelta(days=90)) -> bytes:
    made = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(RSA_KEY.public_key())
    made = made.serial_number(1).not_valid_before(begin).not_valid_after(end)
    return made.sign(RSA_KEY, SHA256()).public_bytes(Encoding.PEM)


PEM = certificate()


def by_amazon(
    message: object, *, version: str = "2", kind: str = "Notification", age: int = 0, **more: str
) -> dict[str, Any]:
    fields = {
        "Type": kind,
        "MessageId": "22b80b92",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": (NOW - timedelta(seconds=age)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
    } | more
    names = amazon.NOTIFICATION if kind == "Notification" else amazon.CONFIRMATION
    signed = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields).encode()
    signature = RSA_KEY.sign(signed, padding.PKCS1v15(), SHA256() if version == "2" else SHA1())
    return fields | {"Signature": base64.b64encode(signature).decode()}


def read_amazon(fields: object, certificates: Callable[[str], bytes] = lambda url: PEM) -> Read:
    return amazon.read({}, json.dumps(fields).encode(), TOPIC, NOW, certificates)


def ses(
    kind: str = "Bounce",
    words: str | None = f"smtp; {UNKNOWN_USER}",
    *,
    sub: str = "General",
    name: str = "notificationType",
    **more: Any,
) -> dict[str, Any]:
    person = (
        {"emailAddress": TO, "action": "failed", "status": "5.1.1", "diagnosticCode": words}
        if words
        else {"emailAddress": TO}
    )
    mail = {
        "messageId": "0102018b",
        "headers": [{"name": "To", "value": TO}, {"name": "Message-ID", "value": f"<{ID}>"}],
    }
    bounced = {"bounceType": "Permanent", "bounceSubType": sub, "bouncedRecipients": [person]} | more
    complained = {"complainedRecipients": [{"emailAddress": TO}], "complaintFeedbackType": "abuse"} | more
    return {name: kind, "mail": mail, "bounce": bounced, "complaint": complained}


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    ("message", "right"),
    [
        (ses(), one("bounce", About.RECIPIENT)),
        (ses(name="eventType"), one("bounce", About.RECIPIENT)),
        (ses(words=f"smtp; {BLOCKED}"), one("bounce", About.US)),
        (ses(words=None, sub="NoEmail"), one("bounce", About.RECIPIENT)),
        (ses(words=None, sub="OnAccountSuppressionList"), one("bounce", About.UNKNOWN)),
        (ses(words=None, sub="MailboxFull", bounceType="Transient"), one("bounce", About.NOW)),
        (ses(words=None, bounceType="Transient"), one("bounce", About.NOW)),
        (ses("Complaint"), one("complaint", None)),
        (ses("Complaint", complaintFeedbackType="not-spam"), []),
        (ses("Delivery"), []),
    ],
)
def test_amazon(message, right, version):
    assert told(read_amazon(by_amazon(message, version=version))) == right


def test_amazon_asks_for_a_confirmation_and_an_operator_gives_it():
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    asked = by_amazon("You have chosen …", kind="SubscriptionConfirmation", SubscribeURL=url, Token="x")
    assert read_amazon(asked) == Confirmation(TOPIC, url)
    with pytest.raises(NotVerified):
        read_amazon(
            by_amazon("x", kind="SubscriptionConfirmation", SubscribeURL="https://elsewhere.example/", Token="x")
        )


@pytest.mark.parametrize(
    "fields",
    [
        by_amazon(ses()) | {"Message": json.dumps(ses("Complaint"))},
        by_amazon(ses()) | {"Signature": "AAAA"},
        by_amazon(ses()) | {"SignatureVersion": "1"},
        by_amazon(ses(), TopicArn="arn:aws:sns:eu-west-1:999999999999:bounces"),
        by_amazon(ses(), age=20_000),
        by_amazon(ses(), age=-3600),
        {},
    ],
)
def test_amazon_unverified(fields):
    with pytest.raises(NotVerified):
        read_amazon(fields)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com",
        "https://s3.eu-west-1.amazonaws.com/bucket/a.pem",
        "https://me@sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://sns.x.s3.amazonaws.com/a.pem",
        "",
        "file:///etc/passwd",
        "https://[",
        "https://sns.eu-west-1.amazonaws.com\n.evil.example/",
    ],
)
def test_a_certificate_of_another_address_is_never_asked_for(url):
    def never(asked: str) -> bytes:
        raise AssertionError(asked)

    with pytest.raises(NotVerified):
        read_amazon(by_amazon(ses(), SigningCertURL=url), never)


@pytest.mark.parametrize(
    "pem",
    [b"", b"nonsense", certificate(NOW - timedelta(days=9), NOW - timedelta(days=1))],
    ids=["empty", "nonsense", "expired"],
)
def test_a_certificate_that_does_not_hold(pem):
    with pytest.raises(NotVerified):
        read_amazon(by_amazon(ses()), lambda url: pem)


def test_china_is_amazon_too():
    assert amazon.is_of_amazon("https://sns.cn-north-1.amazonaws.com.cn/a.pem")
    assert amazon.is_of_amazon("https://sns.us-gov-west-1.amazonaws.com/a.pem")


# -- all -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"\xff", b'"x"', b"[1]", b"[" * 100_000])
def test_what_is_no_json(body):
    for read in (
        lambda: mailgun.read({}, body, "key-1", NOW),
        lambda: postmark.read(BASIC, body, "hook:secret"),
        lambda: brevo.read(BEARER, body, "token-1"),
        lambda: sendgrid.read(by_sendgrid(body), body, PUBLIC, NOW),
        lambda: amazon.read({}, body, TOPIC, NOW, lambda url: PEM),
    ):
        with pytest.raises(Unreadable):
            read()


@pytest.mark.parametrize(
    "fields",
    [
        {"event": 5},
        {"event": "bounce", "email": ["x"], "reason": {"a": 1}, "smtp-id": 7, "status": []},
        {"event": "hard_bounce", "email": "a\x00"},
    ],
)
def test_fields_of_other_types(fields):
    body = json.dumps(fields).encode()
    events = sendgrid.read(by_sendgrid(body), body, PUBLIC, NOW) + brevo.read(BEARER, body, "token-1")
    assert all(event.recipient is None and event.message_id is None and event.told is Told.BOUNCE for event in events)
