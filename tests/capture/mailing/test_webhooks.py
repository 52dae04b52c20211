"""Another program is told of confirmed leads, under a signature it can check."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from standardwebhooks.webhooks import Webhook

from capture.mailing import webhooks
from capture.mailing.outbox import Retry
from capture.mailing.quota import Quota
from capture.mailing.webhooks import WebhookSender
from capture.mailing.worker import Worker
from capture.models import Lead, OutboxMail
from capture.ops.mail_worker import LocalMailbox

SECRET = "whsec_" + "c2VjcmV0" * 4


class Receiver:
    """The other program: it answers with the statuses it was given, 204 when none is left."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.events: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.events.append((dict(self.headers.items()), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in"


QUOTA = Quota(10**6, str.upper)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def worker(database, clock, receiver):
    return Worker(
        database,
        LocalMailbox(),
        gate=None,  # type: ignore[arg-type]  events are no mails
        sender="",
        clock=clock,
        quota=QUOTA,
        hooks=WebhookSender(receiver.url, SECRET, timeout=5),
        retry=Retry(most=3),
    )


@pytest.fixture
def event(client, form, database, clock, rows):
    """The event of a lead, alone in the outbox."""
    client.post("/signup", data=form("m-1", first_name="Zoë"))
    with database.write() as session:
        session.query(OutboxMail).delete()
        webhooks.promise(session, session.get_one(Lead, rows(Lead)[0].id), clock.now)
    return rows(OutboxMail)[0]


def test_an_event_arrives_signed(worker, receiver, event, rows, clock):
    worker.step()
    [(headers, body)] = receiver.events
    assert rows(OutboxMail)[0].state == "sent"
    names = {name.lower(): value for name, value in headers.items()}
    assert names["content-type"] == "application/json"
    assert names["webhook-id"] == event.message_id
    assert names["webhook-timestamp"] == str(int(clock.now.timestamp()))
    assert names["webhook-signature"] == Webhook(SECRET).sign(event.message_id, clock.now, body.decode())
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("lead.confirmed", "2026-03-04T05:06:07+00:00")
    assert (told["data"]["email"], told["data"]["first_name"], told["data"]["member"]) == (
        "pat@example.com",
        "Zoë",
        "m-1",
    )


@pytest.mark.parametrize("status", [500, 503, 400, 302, 307])
def test_anything_but_2xx_is_tried_again_under_the_same_id(worker, receiver, event, rows, clock, status):
    receiver.statuses = [status]
    worker.step()
    [row] = rows(OutboxMail)
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, f"the webhook's address answered {status}")
    clock.forward(minutes=1)
    worker.step()
    assert rows(OutboxMail)[0].state == "sent"
    assert {
        value for headers, _ in receiver.events for name, value in headers.items() if name.lower() == "webhook-id"
    } == {event.message_id}
    assert len(receiver.events) == 2, "redirects are not followed"


def test_an_address_that_is_gone_ends_it(worker, receiver, event, rows):
    receiver.statuses = [410]
    worker.step()
    assert rows(OutboxMail)[0].state == "dead"


def test_nobody_listens(database, clock, event, rows, receiver):
    sender = WebhookSender("http://127.0.0.1:9/in", SECRET, timeout=2)
    Worker(database, LocalMailbox(), None, "", clock, QUOTA, hooks=sender).step()  # type: ignore[arg-type]
    [row] = rows(OutboxMail)
    assert row.state == "waiting"
    assert row.last_error == "the webhook's address cannot be reached: URLError"


def test_where_no_address_is_set_events_are_dropped(database, clock, event, rows):
    Worker(database, LocalMailbox(), None, "", clock, QUOTA).step()  # type: ignore[arg-type]
    assert rows(OutboxMail)[0].state == "dropped"
