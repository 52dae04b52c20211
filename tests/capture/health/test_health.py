"""What an operator sees: health, readiness, metrics and logs, none of which tells of a person."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from capture.app import create_app
from capture.base import logs
from capture.health import readiness
from capture.health.pages import UNKNOWN
from capture.health.readiness import StoringProbe
from capture.mailing import trouble
from capture.mailing.delivery import Delivery
from capture.models import Readiness
from tests.capture.databases import locked


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and (sorted) label values."""
    return {
        (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_alive_and_ready(client):
    assert (client.get("/healthz").status_code, client.get("/healthz").json) == (200, {"status": "ok"})
    assert (client.get("/readyz").status_code, client.get("/readyz").json) == (200, {"status": "ok"})


def test_alive_but_not_ready_before_the_first_sync(empty_url, settings, clock):
    app = create_app(replace(settings, database_url=empty_url), clock=clock)
    client, database = app.test_client(), app.extensions["espalier"].database
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    database.migrate()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["reason"]) == (503, "nothing was synced yet")
    assert "Retry-After" in answer.headers
    database.engine.dispose()


@pytest.mark.database("sqlite")
def test_not_ready_while_the_database_is_gone(client, database):
    database.file.unlink()
    assert client.get("/readyz").json == {"status": "not ready", "reason": "the database cannot be used"}


@pytest.mark.database("sqlite")
def test_not_ready_while_nothing_can_be_stored(client, database, monkeypatch):
    """Reading works on a full disk and on a locked file; a sign-up would be lost."""
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)
    assert client.get("/readyz").status_code == 200
    with locked(database):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["status"]) == (503, "not ready")
        assert answer.json["reason"].startswith("nothing can be stored: ")
        assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_probes_do_not_wait_for_each_other_and_store_once_a_second(database, clock, monkeypatch, rows):
    probe = StoringProbe(database)
    assert probe.fault(clock.now) is None
    stored = [each.at for each in rows(Readiness)]
    clock.forward(hours=1)
    assert probe.fault(clock.now) is None
    assert [each.at for each in rows(Readiness)] == stored, "a second is not over"
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)
    with probe._trying:
        assert probe.fault(clock.now) is None, "another thread is trying"
    assert probe.fault(clock.now) is None
    assert [each.at for each in rows(Readiness)] == [clock.now]


def test_ready_but_no_mail_can_be_sent(client, database, clock):
    """Sign-ups are stored and their mails wait, so the service stays ready; monitoring sees why."""
    assert samples(client.get("/metrics").text)["espalier_mail_stopped_seconds", ""] == 0
    with database.write() as session:
        trouble.note(session, "a wrong password", clock.now)
    clock.forward(seconds=90)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["mail"]["reason"]) == (200, "a wrong password")
    assert answer.json["mail"]["since"].startswith("2026-03-04T05:06:07")
    assert samples(client.get("/metrics").text)["espalier_mail_stopped_seconds", ""] == 90


def test_metrics_count_the_outbox(client, form, clock):
    client.post("/signup", data=form())
    clock.forward(seconds=90)
    found = samples(client.get("/metrics").text)
    assert found["espalier_outbox_rows", "waiting"] >= 1
    assert found["espalier_outbox_rows", "dead"] == 0
    assert found["espalier_outbox_oldest_seconds", ""] == 90
    assert found["espalier_request_seconds_count", "/signup,3xx"] >= 1


def test_metrics_count_sign_ups_by_outcome(client, form, database):
    before = samples(client.get("/metrics").text)
    for fields in (form(), form(website="x"), form(email="x"), form(token="x")):
        client.post("/signup", data=fields)
    with locked(database):
        client.post("/signup", data=form())
    after = samples(client.get("/metrics").text)
    found = {
        name: after["espalier_signups_total", name] - before.get(("espalier_signups_total", name), 0)
        for name in ("thanked", "refused", "unavailable")
    }
    assert found == {"thanked": 2, "refused": 2, "unavailable": 1}


def test_metrics_tell_of_nobody(client, form):
    client.post("/signup", data=form(email="secret@example.com"))
    client.get("/confirm/a-token-in-a-path")
    client.get("/made-up/by/a/stranger")
    text = client.get("/metrics").text
    assert "secret" not in text
    assert "a-token-in-a-path" not in text
    assert "stranger" not in text
    assert f'route="{UNKNOWN}"' in text


def test_metrics_are_for_this_machine_or_the_token(settings, clock):
    app = create_app(replace(settings, delivery=Delivery(metrics_token="t0ken")), clock=clock)
    client = app.test_client()
    far = {"REMOTE_ADDR": "192.0.2.7"}
    right = {"Authorization": "Bearer t0ken"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=far).status_code == 404
    assert client.get("/metrics", environ_base=far, headers=right).status_code == 200
    for wrong in ("Bearer t0ke", "Bearer ", "Basic dDBrZW46", "Bearer t\u00e9"):
        assert client.get("/metrics", environ_base=far, headers={"Authorization": wrong}).status_code == 404
    for header in ("X-Forwarded-For", "Forwarded"):
        assert client.get("/metrics", headers={header: "203.0.113.5"}).status_code == 404
    app.extensions["espalier"].database.engine.dispose()


def test_metrics_while_the_database_is_locked(client, database):
    with locked(database):
        assert client.get("/metrics").status_code == 200


# -- logs ------------------------------------------------------------------------------------------------


@pytest.fixture
def written():
    """What the service would write on standard error."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.begin(stream=stream)
    yield stream
    root.handlers[:], root.level = before, level


def test_every_line_is_an_object(written):
    logging.getLogger("capture.x").info("one %d\ntwo", 1)
    try:
        raise ValueError("for pat@example.com")
    except ValueError:
        logging.getLogger("capture.x").exception("it failed")
    one, two = map(json.loads, written.getvalue().splitlines())
    assert (one["level"], one["logger"], one["message"]) == ("info", "capture.x", "one 1\ntwo")
    assert one["time"].endswith("+00:00")
    assert "ValueError: for [address]" in two["error"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("550 <pat@example.com>: no such user", "550 <[address]>: no such user"),
        ("pat+tag@sub.example.co.uk, kim@example.org", "[address], [address]"),
        ("to=o'brien@example.com;", "to=o'[address];"),
        ("jörg@exämple.com", "[address]"),
        ("nothing here", "nothing here"),
        ("mail 7: sent", "mail 7: sent"),
    ],
)
def test_addresses_are_taken_out(text, shown):
    assert logs.hide(text) == shown


def test_a_whole_journey_leaves_no_address_in_the_log(written, client, form):
    for fields in (
        form(email="zq7x@example.com"),
        form(email="zq7x@example"),
        form(token="x"),
        form(website="zq7x@example.com"),
    ):
        client.post("/signup", data=fields)
    client.get("/confirm/zq7x@example.com")
    assert "stored a sign-up: lead 1" in written.getvalue()
    assert "zq7x" not in written.getvalue()
