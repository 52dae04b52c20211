"""After an erasure nothing tells who it was: not a table, not the file below them, not the log."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import MetaData, select

from capture import features
from capture.base.db import Database
from capture.base.retention import Policy
from capture.bounces import reports
from capture.bounces.reports import BounceReport
from capture.consent import erasing, mails
from capture.credit import evidence
from capture.mailing import kinds, outbox, suppression
from capture.mailing.gate import CompanyGate, DeadAddresses
from capture.mailing.quota import Quota
from capture.mailing.smtp import Server, SmtpMailer
from capture.mailing.worker import Worker
from capture.models import Lead, OutboxMail, PersonalData, Suppression, Touch
from tests.capture.mailserver import Handler, serving

ADDRESS = "Zq7pat.Lee+tea@exämple.com"
TRACES = ("zq7pat", "zqname", "zqradio", "exämple.com", "xn--exmple-cua.com")
"""Whatever of the person could be found again: address, name, campaign, and the domain that is theirs alone."""


def dump(database: Database) -> str:
    """Every value of every column of every table, those included that nobody thought of yet."""
    with database.engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        assert len(metadata.tables) > 15
        found = [str(connection.execute(select(table)).all()) for table in metadata.tables.values()]
    return "\n".join(found).lower()


def raw(database: Database) -> str:
    """The bytes on the disk, once the last connection has put the log into the file."""
    with database.engine.connect() as ours:
        assert ours.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    database.engine.dispose()
    with closing(sqlite3.connect(database.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    parts = sorted(database.file.parent.glob(f"{database.file.name}*"))
    return b"".join(part.read_bytes() for part in parts).decode("utf-8", "replace").lower()


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What this service wrote (the mail server of these tests writes down all it hears)."""
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert any(each.name.startswith("capture") for each in records)
    return "\n".join(each.getMessage() for each in records if each.name != "mail.log").lower()


def traces(text: str) -> list[str]:
    return [each for each in TRACES if each in text]


@pytest.fixture
def lived(client, form, confirmed, mailed, open_my_data, rows, database, links, clock, caplog):
    """Somebody of whom everything is held that can be; and somebody else, who stays."""
    caplog.set_level(logging.DEBUG)
    more = {"first_name": "Zqname", "utm_source": "zqradio"}
    confirmed("m-2", "stays@example.org")
    confirmed("m-1", ADDRESS, **more)
    clock.forward(days=2)
    confirmed("m-2", ADDRESS, **more)
    client.post("/signup", data=form(None, email=ADDRESS, **more))
    client.post("/my-data", data={"email": ADDRESS})
    link = open_my_data(mailed("my-data", "my-data", ADDRESS)).path
    client.post(f"{link}/introducer", data={"introducer": "ana"})
    _send_some(database, links, clock)
    _note_errors(database, links, clock)
    kinds = {(each.kind, each.state) for each in rows(OutboxMail)}
    assert {kind for kind, _ in kinds} == {"confirm", "thank-you", "new-lead", "my-data", "webhook"}
    assert {"held", "dead", "leased", "waiting"} <= {state for _, state in kinds}
    assert set(traces(dump(database))) == set(TRACES)
    return link


def _send_some(database: Database, links, clock) -> None:
    """A mail server that refuses, and quotes whom it refused."""
    refuse = lambda address: f"554 5.6.0 <{address}> cannot read this"  # noqa: E731
    with serving(Handler(rcpt=refuse)) as port:
        mailer = SmtpMailer(Server("smtp", "127.0.0.1", port), timeout=5)
        quota = Quota(100, links.email_hash)
        Worker(
            database, mailer, CompanyGate(links, kinds.table(features.ALL)), "mail@fern.example.com", clock, quota
        ).step()
        mailer.close()


def _note_errors(database: Database, links, clock) -> None:
    """Every state a row can be in, an error that names the person, and a report of a bounce."""
    with database.write() as session:
        dead = session.scalars(select(OutboxMail).where(OutboxMail.state == "dead").order_by(OutboxMail.id)).all()
        assert any("zq7pat" in (each.last_error or "").lower() for each in dead)
        for each in dead[::2]:
            each.state = "waiting"
        held = session.scalars(select(OutboxMail).where(OutboxMail.state == "waiting").limit(1)).one()
        held.state = "held"
        reports.record_bounce(session, BounceReport(dead[1].message_id, "4.2.2"), DeadAddresses(links), clock.now)
    with database.write() as session:
        outbox.lease(session, "a worker", clock.now, limit=2)
        suppression.suppress(session, links.address_keys, ADDRESS, suppression.Reason.UNSUBSCRIBED, clock.now)


def assert_forgotten(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    assert traces(dump(database)) == []
    assert traces(logged(caplog)) == []
    with database.read() as session:
        report = evidence.audit(session)
    assert report.faults == []
    assert report.erased == 3
    if database.is_sqlite:
        assert "stays@example.org" in raw(database)
        assert traces(raw(database)) == [], "what was deleted still stands in the file"


def test_by_the_person(client, lived, database, rows, caplog):
    assert client.post(f"{lived}/erase", data={"sure": "yes"}).status_code == 200
    assert {each.reason for each in rows(Suppression)} >= {"erased"}
    assert [each.email for each in rows(Lead) if each.erased_at is None] == ["stays@example.org"]
    assert len(rows(PersonalData)) == 1
    assert_forgotten(database, caplog)


@pytest.mark.parametrize("typed", [ADDRESS, "Zq7pat.Lee+tea@EXÄMPLE.com", "Zq7pat.Lee+tea@xn--exmple-cua.com"])
def test_by_the_operator_however_the_domain_is_written(lived, database, links, clock, caplog, typed):
    from capture.base.identity import identity

    with database.write() as session:
        assert erasing.erase(session, features.ALL, links, identity(typed), clock.now) == 3
    assert_forgotten(database, caplog)


def test_by_the_policy(lived, database, client, links, mailed, clock, caplog):
    client.post(f"{lived}/withdraw")
    clock.forward(days=91)
    with database.write() as session:
        erasing.purge(session, features.ALL, Policy(), clock.now)
    assert traces(dump(database)) == []
    if database.is_sqlite:
        assert traces(raw(database)) == []


def test_whoever_disowned_an_address_left_nothing(client, form, mailed, database, caplog):
    caplog.set_level(logging.DEBUG)
    client.post("/signup", data=form(email=ADDRESS, first_name="Zqname", utm_source="zqradio"))
    client.post(mailed("confirm", "not-me", ADDRESS))
    assert traces(dump(database)) == []
    assert traces(logged(caplog)) == []


def test_a_mail_that_is_under_way_brings_nothing_back(lived, client, database, links, clock):
    """The worker has read its rows; then the person has everything erased; then the worker notes what it did."""
    with database.read() as session:
        held = session.scalars(select(OutboxMail).where(OutboxMail.state == "leased")).all()
    client.post(f"{lived}/erase", data={"sure": "yes"})
    with database.write() as session:
        for row in held:
            outbox.sent(session, row.id, "a worker", clock.now)
            outbox.dead(session, row.id, "a worker", f"550 <{row.recipient}>")
            reports.record_bounce(session, BounceReport(row.message_id, "5.1.1"), DeadAddresses(links), clock.now)
    assert traces(dump(database)) == []


def test_nobody_brings_them_back_but_themselves(client, lived, form, mailed, database, links, rows, clock):
    client.post(f"{lived}/erase", data={"sure": "yes"})
    spellings = (ADDRESS, "zq7patlee@EXÄMPLE.com", "ZQ7.patlee+x@xn--exmple-cua.com")
    with database.read() as session:
        for each in spellings:
            assert suppression.Reason.ERASED in suppression.reasons(session, links.address_keys, each, clock.now)
            assert suppression.blocks(session, links.address_keys, each, mails.THANK_YOU, clock.now)
            assert not suppression.blocks(session, links.address_keys, each, mails.CONFIRM, clock.now), (
                "they may be asked"
            )
    clock.forward(days=400)
    client.post("/signup", data=form(email=ADDRESS))
    assert [each.confirmed for each in rows(Lead) if each.erased_at is None] == [True, False]
    client.post(mailed("confirm", "confirm", ADDRESS))
    with database.read() as session:
        assert not suppression.reasons(session, links.address_keys, ADDRESS, clock.now)
    newest = rows(Lead)[-1]
    assert (newest.email, newest.confirmed, newest.id) == (ADDRESS, True, 5)
    assert len([each for each in rows(Touch) if each.lead_id == newest.id]) == 1, "nothing of before came back"
    with database.read() as session:
        assert evidence.audit(session).faults == []


def test_the_numbers_stay(client, lived, rows):
    before = [(each.id, each.member_id, each.interest, each.created_at) for each in rows(Lead)]
    client.post(f"{lived}/erase", data={"sure": "yes"})
    assert [(each.id, each.member_id, each.interest, each.created_at) for each in rows(Lead)] == before
    assert sorted(each.kind for each in rows(OutboxMail)) == ["confirm", "new-lead", "thank-you", "webhook"]
