"""Mails that came back: by a signed request, and from a mailbox file."""

from __future__ import annotations

import json
import mailbox
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from capture.app import create_app
from capture.base.tokens import Links
from capture.bounces import reports
from capture.bounces.consequences import Consequences
from capture.consent.mails import THANK_YOU
from capture.mailing import suppression
from capture.mailing.delivery import Delivery
from capture.mailing.refusals import About
from capture.models import Lead, OutboxMail, Suppression
from sitegen.errors import EspalierError
from tests.capture.bounces.samples import MESSAGE_ID, samples
from tests.capture.cast import KEY
from tests.capture.clock import Clock

SECRET = "whsec_" + "c2VjcmV0" * 4
LINKS = Links([KEY])
NOW = Clock().now

REPORT = """\
From: mailer-daemon@mx.example
To: mail@fern.example.com
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It came back.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b
Content-Type: {kind}

Message-ID: <{message_id}>
Subject: Thanks

--b--
"""


@pytest.fixture
def gate() -> Consequences:
    return Consequences(LINKS)


@pytest.fixture
def sent(client, form, rows) -> OutboxMail:
    """A mail that was sent to pat@example.com."""
    client.post("/signup", data=form())
    return rows(OutboxMail)[0]


def write_box(path, *reports: str | bytes):
    box = mailbox.mbox(path) if path.suffix == ".mbox" else mailbox.Maildir(path)
    for each in reports:
        box.add(each)
    box.close()
    return path


def report(mail: OutboxMail, **changes: str) -> str:
    values = {"address": "x@y.example", "action": "failed", "status": "5.1.1", "kind": "message/rfc822"}
    return REPORT.format(**(values | {"message_id": mail.message_id} | changes))


def is_suppressed(database, address: str = "pat@example.com") -> bool:
    with database.read() as session:
        return suppression.blocks(session, LINKS.address_keys, address, THANK_YOU, NOW)


@pytest.mark.parametrize("name", ["box.mbox", "maildir"])
@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_hard_bounce_ends_all_mail_to_the_address(database, sent, gate, clock, tmp_path, rows, name, kind):
    box = write_box(tmp_path / name, report(sent, kind=kind), "Subject: hello\n\nI am on holiday\n")
    assert reports.read_file(database, box, gate, clock.now) == {"hard": 1, "other": 1}
    assert is_suppressed(database)
    assert not is_suppressed(database, "x@y.example"), "the report's word for the address is not taken"
    assert rows(OutboxMail)[0].last_error == "came back: 5.1.1"
    assert reports.read_file(database, box, gate, clock.now) == {"hard": 1, "other": 1}


@pytest.mark.parametrize("changes", [{"status": "5.2.2"}, {"status": "5.7.1"}])
def test_a_full_mailbox_is_no_dead_one(database, sent, gate, clock, tmp_path, changes):
    box = write_box(tmp_path / "box.mbox", report(sent, **changes))
    assert reports.read_file(database, box, gate, clock.now) == {"soft": 1}
    assert not is_suppressed(database)


def test_several_mails_that_come_back_for_no_clear_reason_are_a_weak_report(
    database, sent, gate, clock, tmp_path, rows, client, form
):
    """Some servers never say why. Reports about one mail count once, and other people's mails do not count."""
    client.post("/signup", data=form(email="kim@example.com"))
    with database.write() as session:
        first = session.get_one(OutboxMail, sent.id)
        values = {each.key: getattr(first, each.key) for each in OutboxMail.__table__.columns if each.key != "id"}
        for number in range(2):
            session.add(OutboxMail(**values | {"message_id": f"{number:032x}@fern.example.com"}))
    mails = [each for each in rows(OutboxMail) if each.recipient == "pat@example.com"]
    for mail in (mails[0], mails[0], mails[1], rows(OutboxMail)[1]):
        box = write_box(tmp_path / "box.mbox", report(mail, status="5.0.0"))
        assert reports.read_file(database, box, gate, clock.now)["soft"] >= 1
        assert not is_suppressed(database)
    box = write_box(tmp_path / "last.mbox", report(mails[2], status="5.0.0"))
    reports.read_file(database, box, gate, clock.now)
    assert is_suppressed(database)
    [mark] = rows(Suppression)
    assert (mark.strong, mark.source) == (False, "report")


@pytest.mark.parametrize(
    "changes", [{"action": "delayed"}, {"message_id": "forged@fern.example.com"}, {"status": ""}, {"message_id": ""}]
)
def test_a_forged_or_idle_report_changes_nothing(database, sent, gate, clock, tmp_path, changes):
    box = write_box(tmp_path / "box.mbox", report(sent, **changes))
    assert "hard" not in reports.read_file(database, box, gate, clock.now)
    assert not is_suppressed(database)


ONE_OF_EACH = [sample for sample in samples() if sample.case in ("hard", "soft")]


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("sample", ONE_OF_EACH, ids=lambda sample: f"{sample.system}: {sample.case}")
def test_a_report_of_any_mail_system_finds_its_mail(database, sent, gate, clock, tmp_path, sample):
    """Amazon SES leaves nothing of our Message-ID but the boundary of the mail."""
    content = sample.content.decode().replace(MESSAGE_ID, sent.message_id)
    content = content.replace(MESSAGE_ID.partition("@")[0], sent.message_id.partition("@")[0])
    box = write_box(tmp_path / "box.mbox", content.encode())
    dead = sample.about is About.RECIPIENT
    assert reports.read_file(database, box, gate, clock.now) == {"hard" if dead else "soft": 1}
    assert is_suppressed(database) is dead


def test_a_folder_that_is_no_maildir(database, gate, clock, tmp_path):
    with pytest.raises(EspalierError, match="not a Maildir"):
        reports.read_file(database, tmp_path, gate, clock.now)


# -- the web request ------------------------------------------------------------------------------------


@pytest.fixture
def asked(settings, clock):
    """Sends a report to a service that has the secret."""
    app = create_app(replace(settings, delivery=Delivery(bounce_secret=SECRET)), clock=clock)
    client = app.test_client()

    def post(event: object, *, secret: str = SECRET, age: int = 0, body: bytes | None = None, **headers: str):
        content = json.dumps(event).encode() if body is None else body
        moment = datetime.now(UTC) - timedelta(seconds=age)
        signed = {
            "webhook-id": "evt_1",
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret).sign("evt_1", moment, content.decode("latin-1")),
        }
        return client.post("/bounces", data=content, content_type="application/json", headers=signed | headers)

    yield post
    app.extensions["espalier"].database.engine.dispose()


def event(**data: object) -> dict[str, object]:
    return {"type": "mail.bounced", "timestamp": "2026-03-04T05:06:07Z", "data": data}


def test_without_a_secret_there_is_no_such_address(client):
    assert client.post("/bounces", json=event()).status_code == 404


def test_a_signed_report_is_believed(asked, sent, database):
    assert asked(event(message_id=f"<{sent.message_id}>", status="5.1.1")).status_code == 204
    assert is_suppressed(database)


def test_a_signed_report_may_name_an_address_alone(asked, sent, database):
    assert asked(event(recipient="pat@example.com", status="4.2.2")).status_code == 204
    assert not is_suppressed(database)
    for _ in range(2):
        assert asked(event(recipient="pat@example.com", status="5.1.1")).status_code == 204
    assert is_suppressed(database)


def test_half_a_character_is_refused(asked, database):
    assert asked(event(message_id="\ud800", status="5.1.1")).status_code == 400
    assert not is_suppressed(database)


def test_other_events_are_taken_and_left_alone(asked):
    assert asked({"type": "mail.opened"}).status_code == 204


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "whsec_" + "ZmFsc2UhISEh" * 3},
        {"age": 600},
        {"age": -600},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,\u00e9"},
        {"webhook-timestamp": "soon"},
        {"webhook-id": "evt_2"},
    ],
)
def test_without_a_signature_that_holds_nothing_is_believed(asked, sent, database, how):
    assert asked(event(message_id=sent.message_id, status="5.1.1"), **how).status_code == 401
    assert not is_suppressed(database)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"type":"mail.bounced"}', b"\xff", b'"x"'])
def test_a_signed_report_that_cannot_be_read(asked, body):
    assert asked(None, body=body).status_code in (400, 401)


@pytest.mark.parametrize(
    "data",
    [{}, {"status": "5.1.1"}, {"recipient": "a@example.com"}, {"recipient": 5, "status": "5.1.1"},
     {"recipient": "a\x00@example.com", "status": "5.1.1"}],
)  # fmt: skip
def test_a_signed_report_that_says_too_little(asked, data):
    assert asked(event(**data)).status_code == 400


def test_a_complaint_by_mail_ends_mailing_as_unsubscribing_does(database, confirmed, gate, clock, tmp_path, rows):
    confirmed("m-1", "ann@example.com")
    mail = next(each for each in rows(OutboxMail) if each.recipient == "ann@example.com")
    complaint = COMPLAINT.format(message_id=mail.message_id)
    box = write_box(tmp_path / "box.mbox", complaint, COMPLAINT.format(message_id="forged@fern.example.com"))
    assert reports.read_file(database, box, gate, clock.now) == {"complaint": 1, "unknown": 1}
    assert reports.read_file(database, box, gate, clock.now) == {"complaint": 1, "unknown": 1}
    assert [each.reason for each in rows(Suppression)] == ["unsubscribed"]
    assert rows(Lead)[0].withdrawn_at == clock.now
    assert not is_suppressed(database, "stranger@example.com"), "only a mail of ours proves who complained"


COMPLAINT = """\
From: complaints@box.example
To: mail@fern.example.com
Subject: A reader calls this mail spam
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="parts"

--parts
Content-Type: text/plain

This is a report about a mail that we received.

--parts
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1.0
Version: 1
Original-Rcpt-To: <stranger@example.com>

--parts
Content-Type: message/rfc822

From: mail@fern.example.com
To: ann@example.com
Subject: Thank you
Message-ID: <{message_id}>

Hello

--parts--
"""
