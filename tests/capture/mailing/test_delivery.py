"""How mails and events leave: settings, servers, envelopes."""

from __future__ import annotations

import pytest

from capture.mailing.delivery import Delivery, DeliveryError
from capture.mailing.envelope import Envelope, compose
from capture.mailing.smtp import MailServerError, NoServer, Server, SmtpMailer
from capture.models import OutboxMail
from tests.capture.clock import Clock
from tests.capture.mailserver import Handler, serving

MAIL = Envelope("mail@fern.example.com", "pat@example.com", b"Subject: x\r\nMessage-ID: <1@x>\r\n\r\nHi\r\n", False)


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("smtp://mail.example.com", Server("smtp", "mail.example.com", 25)),
        ("smtp+starttls://u%40x:p%2Fw@h", Server("smtp+starttls", "h", 587, "u@x", "p/w")),
        ("smtps://u:p@h:1465", Server("smtps", "h", 1465, "u", "p")),
    ],
)
def test_a_mail_server_s_address(address, read):
    assert Server.read(address) == read
    assert "p/w" not in repr(Server.read(address))


@pytest.mark.parametrize("address", ["mail.example.com", "http://h", "smtp://", "smtp://h:x", "smtp://h:99999"])
def test_an_address_that_is_none(address):
    with pytest.raises(MailServerError, match="ESPALIER_SMTP_URL: not a mail server's address\n  hint: "):
        Server.read(address)


def test_all_faults_are_told_together():
    with pytest.raises(DeliveryError) as caught:
        Delivery.from_values(
            {
                "ESPALIER_SMTP_URL": "smtp://h",
                "ESPALIER_WEBHOOK_URL": "ftp://h",
                "ESPALIER_BOUNCE_SECRET": "whsec_c2hvcnQ=",
                "ESPALIER_MAILS_PER_DOMAIN": "many",
            }
        )
    assert [fault.where for fault in caught.value.faults] == [
        "ESPALIER_MAIL_FROM",
        "ESPALIER_WEBHOOK_URL",
        "ESPALIER_WEBHOOK_SECRET",
        "ESPALIER_BOUNCE_SECRET",
        "ESPALIER_MAILS_PER_DOMAIN",
    ]


def test_nothing_needs_to_be_set():
    assert Delivery.from_values({}) == Delivery()


def test_no_secret_is_shown():
    secret = "whsec_" + "c2VjcmV0" * 4
    values = {
        "ESPALIER_SMTP_URL": "smtp://u:hidden@h",
        "ESPALIER_MAIL_FROM": "a@example.com",
        "ESPALIER_WEBHOOK_URL": "https://h/hidden",
        "ESPALIER_WEBHOOK_SECRET": secret,
        "ESPALIER_BOUNCE_SECRET": secret,
        "ESPALIER_METRICS_TOKEN": "hidden",
    }
    shown = repr(Delivery.from_values(values))
    assert "hidden" not in shown
    assert "c2Vj" not in shown


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on the loopback address, in clear
def test_logging_in():
    handler = Handler()
    with serving(handler, login=("u", "right")) as port:
        mailer = SmtpMailer(Server("smtp", "127.0.0.1", port, "u", "right"), timeout=5)
        mailer.send(MAIL)
        mailer.close()
        with pytest.raises(NoServer) as caught:
            SmtpMailer(Server("smtp", "127.0.0.1", port, "u", "wrong"), timeout=5).send(MAIL)
    assert len(handler.mails) == 1
    assert "wrong" not in str(caught.value)


def test_without_the_promised_encryption_nothing_is_sent():
    handler = Handler()
    with serving(handler) as port:
        for scheme in ("smtp+starttls", "smtps"):
            with pytest.raises(NoServer):
                SmtpMailer(Server(scheme, "127.0.0.1", port), timeout=2).send(MAIL)
    assert handler.mails == []


@pytest.mark.parametrize(
    ("recipient", "told"), [("pat@exämple.com", "pat@xn--exmple-cua.com"), ("jörg@example.com", "jörg@example.com")]
)
def test_addresses_beyond_ascii(recipient, told):
    row = OutboxMail(
        recipient=recipient, subject="Ünïcode", text="t\n", html="h\n", message_id="1@x", created_at=Clock().now
    )
    envelope = compose(row, "mail@fern.example.com", "Férn & Flint")
    assert (envelope.recipient, envelope.international) == (told, not told.isascii())
    handler = Handler()
    with serving(handler) as port:
        mailer = SmtpMailer(Server("smtp", "127.0.0.1", port), timeout=5)
        mailer.send(envelope)
        mailer.close()
    if envelope.international:
        assert "Subject: Ünïcode".encode() in envelope.content, "letters stand in the header as they are"
    else:
        assert handler.mails[0]["Subject"] == "Ünïcode"
        assert handler.mails[0]["From"].addresses[0].display_name == "Férn & Flint"


def test_a_header_cannot_be_smuggled_in():
    row = OutboxMail(
        recipient="a@example.com", subject="x\r\nBcc: b@example.com", text="t", html="h", message_id="1@x",
        created_at=Clock().now,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"CR or LF|linefeed or carriage return"):
        compose(row, "mail@fern.example.com", "F")
