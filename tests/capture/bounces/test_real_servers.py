"""From the sign-up to the mark, through a real mail server: it passes the mail on, is refused, and reports in its own
form. Each server that is installed is tried."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from capture import features
from capture.bounces import reports
from capture.bounces.consequences import Consequences
from capture.bounces.reports import Unread
from capture.mailing.gate import CompanyGate
from capture.mailing.kinds import table
from capture.mailing.quota import Quota
from capture.mailing.return_path import ReturnPath
from capture.mailing.smtp import Server, SmtpMailer
from capture.mailing.suppression import Reason
from capture.mailing.worker import Worker
from capture.models import OutboxMail, Suppression
from tests import required
from tests.capture.mailserver import Handler, serving
from tests.capture.mailservers import SERVERS, MailServer, relaying

pytestmark = pytest.mark.slow

REFUSALS = {
    "gone": "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table",
    "plain": "550 No such user here",
    "full": "552 5.2.2 The mailbox is full",
    "listed": "550 5.7.1 Service unavailable; client host blocked using a blocklist",
    "login": "550 Authentication required to relay",
}
"""What the second server answers for each address's first part; all others it takes."""

DEAD = {"gone", "plain"}
WAIT_SECONDS = 60


def refuse(address: str) -> str | None:
    answer = REFUSALS.get(address.partition("@")[0])
    return answer.format(address) if answer else None


def demand(server: MailServer) -> MailServer:
    """The server, if it can run here; else the test is skipped, or fails where the server is demanded."""
    if not server.installed:
        if os.environ.get(required.MAIL_SERVER) == server.name:
            pytest.fail(f"{server.name} is not installed, and {required.MAIL_SERVER}={server.name} demands it")
        pytest.skip(f"{server.name} is not installed")
    if os.getuid() != 0:
        pytest.skip("mail servers need root")
    return server


@pytest.fixture(params=SERVERS, ids=[each.name for each in SERVERS])
def server(request: pytest.FixtureRequest) -> MailServer:
    return demand(request.param)


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("return_path", [None, "bounces+*@fern.example.com"], ids=["one-path", "path-of-each"])
def test_each_report_is_read_rightly(
    server: MailServer,
    return_path: str | None,
    client: Any,
    form: Callable[..., dict[str, str]],
    database: Any,
    links: Any,
    clock: Any,
    rows: Callable[..., list[Any]],
) -> None:
    path = ReturnPath.read(return_path) if return_path else None
    people = [*REFUSALS, "fine"]
    for name in people:
        assert client.post("/signup", data=form(email=f"{name}@{name}.example.org")).status_code in (200, 201, 303)
    assert len(rows(OutboxMail)) == len(people)
    handler = Handler(rcpt=refuse)
    with serving(handler) as next_port, relaying(server, next_port) as port:
        gate = CompanyGate(links, table(features.ALL))
        mailer = SmtpMailer(Server("smtp", "127.0.0.1", port), timeout=30)
        sender = "hello@fern.example.com"
        Worker(database, mailer, gate, sender, clock, Quota(1000, links.email_hash), return_path=path).run_once()
        assert {each.state for each in rows(OutboxMail)} == {"sent"}, "the relay takes all"
        deadline = time.monotonic() + WAIT_SECONDS
        while len(handler.mails) < len(people) and time.monotonic() < deadline:
            time.sleep(0.2)
    returned = [mail.as_bytes() for mail in handler.mails if mail["To"] != "fine@fine.example.org"]
    assert len(returned) == len(REFUSALS), [mail["To"] for mail in handler.mails]
    unread: list[Unread] = []
    counts = reports.read_messages(
        database, returned, Consequences(links), clock.now, return_path=path, unread=unread.append
    )
    assert counts == {"hard": len(DEAD), "soft": len(REFUSALS) - len(DEAD)}, [each.reason for each in unread]
    hashes = {links.email_hash(f"{name}@{name}.example.org"): name for name in people}
    assert {hashes[each.email_hash] for each in rows(Suppression) if each.reason == Reason.BOUNCED} == DEAD
