"""A real Postfix hands over its own reports by LMTP: from the sign-up to the mark."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from capture import features
from capture.mailing.gate import CompanyGate
from capture.mailing.kinds import table
from capture.mailing.quota import Quota
from capture.mailing.return_path import ReturnPath
from capture.mailing.smtp import Server, SmtpMailer
from capture.mailing.worker import Worker
from capture.models import Suppression
from tests.capture.bounces.lmtp_command import taking_lmtp
from tests.capture.bounces.test_real_servers import WAIT_SECONDS, demand, refuse
from tests.capture.mailserver import Handler, serving
from tests.capture.mailservers import postfix_delivering, relaying

pytestmark = pytest.mark.slow

DOMAIN = "fern.example.com"
RETURN_PATH = f"bounces+*@{DOMAIN}"


@pytest.fixture(params=["socket", "port"])
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where LMTP is taken. The folder is no test's own, since Postfix works as a user that those are closed to."""
    if request.param == "port":
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        yield f"127.0.0.1:{port}"
        return
    with tempfile.TemporaryDirectory(prefix="lmtp-") as folder:
        Path(folder).chmod(0o755)
        yield f"{folder}/bounces"


@pytest.mark.database("sqlite")
def test_postfix_hands_its_reports_over(
    place: str, settings: Any, client: Any, form: Callable[..., dict[str, str]], database: Any, links: Any, clock: Any,
    rows: Callable[..., list[Any]], tmp_path: Path,
) -> None:  # fmt: skip
    transport = f"lmtp:unix:{place}" if "/" in place else f"lmtp:inet:{place}"
    postfix = demand(postfix_delivering(DOMAIN, transport))
    for name in ("gone", "full", "fine"):
        client.post("/signup", data=form(email=f"{name}@{name}.example.org"))
    more = {"ESPALIER_RETURN_PATH": RETURN_PATH}
    with taking_lmtp(settings, place, tmp_path, **more) as process, serving(Handler(rcpt=refuse)) as next_port:
        with relaying(postfix, next_port) as port:
            mailer = SmtpMailer(Server("smtp", "127.0.0.1", port), timeout=30)
            gate, quota, path = (
                CompanyGate(links, table(features.ALL)),
                Quota(1000, links.email_hash),
                ReturnPath.read(RETURN_PATH),
            )
            Worker(database, mailer, gate, f"hello@{DOMAIN}", clock, quota, return_path=path).run_once()
            deadline = time.monotonic() + WAIT_SECONDS
            log = tmp_path / "log"
            while log.read_text().count("a message came") < 2 and time.monotonic() < deadline:
                time.sleep(0.2)
        process.terminate()
        assert process.wait(30) == 0
    assert "a message came: hard" in log.read_text()
    assert "a message came: soft" in log.read_text()
    assert [each.email_hash for each in rows(Suppression)] == [links.email_hash("gone@gone.example.org")]
