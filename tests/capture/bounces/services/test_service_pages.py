"""The addresses where mail services report, with requests in the form of each service."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from capture.bounces import service_pages
from capture.bounces.certificates import Certificates
from capture.bounces.services import sendgrid
from capture.bounces.services.event import NotVerified
from capture.mailing.delivery import SERVICES, Delivery, DeliveryError
from capture.models import Lead, OutboxMail, Suppression
from tests.capture.applications import application
from tests.capture.bounces.services import test_services as forms

EC_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(EC_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
SECRETS = {
    "amazon_topic": forms.TOPIC,
    "brevo_token": "brevo-token",
    "mailgun_key": "key-1",
    "postmark_login": "mail:word",
    "sendgrid_key": PUBLIC,
}
NO_USER = "550 5.1.1 <ann@example.com>: User unknown"


@pytest.fixture
def service(settings, clock) -> Iterator[Any]:
    """A client of an application that knows the secrets of all five services."""
    clock.now = forms.NOW
    app = application(replace(settings, delivery=Delivery(**SECRETS)), clock)
    yield app.test_client()
    app.extensions["espalier"].database.engine.dispose()


@pytest.fixture
def mail(confirmed, rows) -> OutboxMail:
    """A mail that was sent to ann@example.com, who confirmed."""
    confirmed("m-1", "ann@example.com")
    return next(each for each in rows(OutboxMail) if each.recipient == "ann@example.com")


def basic(login: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}


def by_sendgrid(events: object) -> tuple[bytes, dict[str, str]]:
    body, stamp = json.dumps(events).encode(), str(int(forms.NOW.timestamp()))
    signature = base64.b64encode(EC_KEY.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return body, {sendgrid.SIGNATURE: signature, sendgrid.TIMESTAMP: stamp}


def request_of(name: str, mail: OutboxMail, kind: str, words: str = NO_USER) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a report: kind is "bounce" or "complaint"."""
    to, named, bounced = mail.recipient, f"<{mail.message_id}>", kind == "bounce"
    if name == "amazon":
        told = forms.ses("Bounce" if bounced else "Complaint", f"smtp; {words}")
        told["mail"]["headers"][1]["value"] = named
        return json.dumps(forms.by_amazon(told)).encode(), {}
    if name == "brevo":
        event = {"event": "hard_bounce" if bounced else "spam", "email": to, "message-id": named, "reason": words}
        return json.dumps(event).encode(), {"Authorization": "Bearer brevo-token"}
    if name == "mailgun":
        event = forms.mailgun_event("failed" if bounced else "complained", status={"code": 550, "message": words})
        event["recipient"], event["message"]["headers"]["message-id"] = to, named.strip("<>")
        return forms.by_mailgun(event), {}
    if name == "postmark":
        event = {"RecordType": "Bounce", "Type": "HardBounce", "Email": to, "Details": words}
        event = event if bounced else {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": to}
        return json.dumps(event | {"Metadata": {"mail": named}}).encode(), basic("mail:word")
    event = {"event": "bounce" if bounced else "spamreport", "email": to, "smtp-id": named, "reason": words}
    return by_sendgrid([event])


@pytest.fixture(autouse=True)
def certificate(monkeypatch) -> None:
    monkeypatch.setattr(service_pages, "certificates", lambda url: forms.PEM)


def post(client: Any, name: str, asked: tuple[bytes, dict[str, str]]) -> int:
    body, headers = asked
    return int(client.post(f"/bounces/{name}", data=body, headers=headers, content_type="application/json").status_code)


@pytest.mark.parametrize("name", SERVICES)
def test_a_dead_address_is_mailed_no_more(service, mail, rows, name):
    for _ in range(2):
        assert post(service, name, request_of(name, mail, "bounce")) == 204
    assert [each.reason for each in rows(Suppression)] == ["bounced"]
    assert rows(Lead)[0].withdrawn_at is None


@pytest.mark.parametrize("name", SERVICES)
def test_a_refusal_about_the_sender_marks_nobody(service, mail, rows, name):
    asked = request_of(name, mail, "bounce", "550 192.0.2.9 blocked using bl.example")
    assert post(service, name, asked) == 204
    assert rows(Suppression) == []
    assert next(each for each in rows(OutboxMail) if each.id == mail.id).last_error.startswith("came back")


@pytest.mark.parametrize("name", SERVICES)
def test_a_complaint_ends_mailing_as_unsubscribing_does(service, mail, rows, clock, name):
    assert post(service, name, request_of(name, mail, "complaint")) == 204
    assert [each.reason for each in rows(Suppression)] == ["unsubscribed"]
    assert rows(Lead)[0].withdrawn_at == clock.now


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_not_proven_changes_nothing(service, mail, rows, name, caplog):
    body, headers = request_of(name, mail, "bounce")
    spoilt = dict.fromkeys(headers, "nonsense")
    if name in ("amazon", "mailgun"):  # they prove it within the body
        body = body.replace(b'"signature": "', b'"signature": "0').replace(b'"Signature": "', b'"Signature": "AA')
    assert post(service, name, (body, spoilt)) == 401
    assert rows(Suppression) == []
    assert "ann@" not in caplog.text


@pytest.mark.parametrize("name", [*SERVICES, "elsewhere"])
def test_without_its_secret_there_is_no_such_address(client, mail, name):
    assert client.post(f"/bounces/{name}", json={}).status_code == 404


@pytest.mark.parametrize(
    ("name", "headers"), [("brevo", {"Authorization": "Bearer brevo-token"}), ("postmark", basic("mail:word"))]
)
def test_what_cannot_be_read_is_refused(service, name, headers):
    assert post(service, name, (b"[1", headers)) == 400
    assert post(service, name, (b"[1]", headers)) == 400
    assert post(service, name, (b'{"event": "\\ud800"}', headers)) == 400, "half a character"


def test_amazon_s_question_is_passed_on_to_the_operator(service, caplog):
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    asked = forms.by_amazon("You have chosen …", kind="SubscriptionConfirmation", SubscribeURL=url, Token="x")
    assert post(service, "amazon", (json.dumps(asked).encode(), {})) == 204
    assert url in caplog.text


def test_a_setting_in_another_form_is_named_with_a_hint():
    values = {"ESPALIER_AMAZON_TOPIC": "bounces", "ESPALIER_POSTMARK_LOGIN": "word", "ESPALIER_SENDGRID_KEY": "?"}
    with pytest.raises(DeliveryError) as caught:
        Delivery.from_values(values)
    assert {fault.where for fault in caught.value.faults} == set(values)
    assert all(fault.hint for fault in caught.value.faults)


def test_settings_name_their_service():
    values = {f"ESPALIER_{setting.upper()}": secret for setting, secret in SECRETS.items()}
    read = Delivery.from_values(values)
    assert read.services == {name: SECRETS[setting] for name, setting in SERVICES.items()}
    assert not any(secret in repr(read) for secret in SECRETS.values())


def test_a_certificate_is_fetched_once_and_no_redirect_is_followed():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if self.path == "/moved" else 200 if self.path.startswith("/key") else 404)
            self.send_header("Location", "/key")
            self.end_headers()
            self.wfile.write(b"PEM" * 50_000)

        def log_message(self, *values: object) -> None:
            """Keeps quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here, certificates = f"http://127.0.0.1:{server.server_port}", Certificates()
        assert len(certificates(f"{here}/key")) == 65_536
        certificates(f"{here}/key")
        assert asked == ["/key"]
        for path in ("/moved", "/gone"):
            with pytest.raises(NotVerified):
                certificates(here + path)
        assert asked == ["/key", "/moved", "/gone"]
        for number in range(9):
            certificates(f"{here}/key{number}")
        certificates(f"{here}/key")
        assert asked[-1] == "/key", "only the last ones are kept"
        server.shutdown()
    with pytest.raises(NotVerified):
        certificates(here + "/other")
