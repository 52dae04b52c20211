"""The real service whose disk is full: an honest "try again", and every thank-you is kept."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from capture.models import Consent, Lead, OutboxMail, Touch
from tests.capture.process import KIND, ask, serving

ROOM = 5_000_000
"""Bytes that any one file may have: the operating system refuses the rest, in the middle of a write if need be."""

LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM}, {ROOM}))
from capture.commands import main
main()
"""

PLENTY = {f"ESPALIER_LIMIT_{name}": "1000000" for name in ("TOKEN", "NETWORK", "DOMAIN", "TOTAL")}


def post(port: int, fields: dict[str, str]) -> tuple[int, str | None]:
    """The status of a sign-up's answer, and when to try again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/signup", urlencode(fields), KIND)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"]
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.database("sqlite")
def test_a_disk_that_is_full(settings, form, tmp_path, rows, database):
    thanked, refused, number = [], 0, 0
    long = {"utm_" + name: "x" * 200 for name in ("source", "medium", "campaign", "term", "content")}

    def next_fields() -> dict[str, str]:
        nonlocal number
        number += 1
        return form("m-1", email=f"p{number}@example.com", at=datetime.now(UTC), **long)

    with serving(settings, tmp_path, "--no-worker", program=("-c", LIMITED), **PLENTY) as (process, port):
        while refused < 20 and number < 3000:
            fields = next_fields()
            status, retry = post(port, fields)
            assert status in (303, 503)
            if status == 303:
                thanked.append(fields["email"])
            else:
                refused += 1
                assert int(retry or 0) > 0
        assert refused == 20, "the limit was met"
        assert len(thanked) > 30
        assert ask(port, "GET", "/healthz") == 200
        assert ask(port, "GET", "/readyz") == 503, "so that a balancer sends people elsewhere"
        process.terminate()
        assert process.wait(30) in (0, -15)
    database.engine.dispose()
    with serving(settings, tmp_path, "--no-worker", **PLENTY) as (process, port):
        fields = next_fields()
        assert post(port, fields)[0] == 303, "with room again, it goes on"
        thanked.append(fields["email"])
        assert ask(port, "GET", "/readyz") == 200
    stored = [lead.email for lead in rows(Lead)]
    assert sorted(stored) == sorted(thanked), "all that were thanked are there, and nobody else"
    assert {len(rows(table)) for table in (Touch, Consent, OutboxMail)} == {len(thanked)}
    with database.read() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_forged_address_is_believed_of_the_proxies_alone(settings, form, tmp_path, rows):
    """Over the wire: however the header is written and repeated, only the last entry is our proxy's."""
    shapes = [
        [("X-Forwarded-For", "203.0.113.1")],
        [("X-Forwarded-For", "198.51.100.7, 203.0.113.1")],
        [("X-Forwarded-For", "198.51.100.8"), ("X-Forwarded-For", "203.0.113.1")],
        [("x-forwarded-for", "198.51.100.9,203.0.113.1"), ("X-Real-IP", "198.51.100.1")],
        [("X-Forwarded-For", "203.0.113.1"), ("X_Forwarded_For", "198.51.100.2"), ("Forwarded", "for=198.51.100.3")],
    ]
    more = {"ESPALIER_TRUSTED_PROXIES": "1", "ESPALIER_LIMIT_NETWORK": "1"}
    with serving(settings, tmp_path, "--no-worker", **more) as (_, port):
        for number, headers in enumerate(shapes):
            body = urlencode(form(email=f"p{number}@example.com", at=datetime.now(UTC))).encode()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.putrequest("POST", "/signup")
            for name, value in (*KIND.items(), ("User-Agent", "x"), ("Content-Length", str(len(body))), *headers):
                connection.putheader(name, value)
            connection.endheaders(body)
            assert connection.getresponse().status == 303
            connection.close()
    assert [each.state for each in rows(OutboxMail)] == ["waiting", *["held"] * 4]
