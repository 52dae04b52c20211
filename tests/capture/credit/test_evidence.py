"""The chain of evidence: what breaks it, what does not, and how it agrees with erasing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from capture import features
from capture.base.retention import Policy
from capture.consent import erasing
from capture.credit import evidence
from capture.models import Chain, Consent, Decision, Lead, PersonalData, ProspectActivity, Touch


@pytest.fixture
def story(confirmed, clock):
    confirmed("m-1", utm_source="radio")
    clock.forward(days=2)
    confirmed("m-2", "quin@example.com", first_name="Quin")


@pytest.fixture
def audit(database):
    def run(known: str | None = None):
        with database.read() as session:
            return evidence.audit(session, known)

    return run


def test_every_sign_up_adds_to_one_chain(story, rows, audit):
    numbers = sorted(row.seq for table in evidence.TABLES for row in rows(table))
    assert numbers == list(range(1, 9))
    report = audit()
    assert (report.rows, report.older, report.erased, report.faults) == (8, 0, 0, [])
    assert report.seal == rows(Chain)[0].seal
    assert (len(rows(Touch)), len(rows(Consent)), len(rows(ProspectActivity)), len(rows(Decision))) == (2, 2, 2, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE touch SET page = 'other' WHERE id = 1",
        "UPDATE touch SET member_id = 'm-2' WHERE id = 1",
        "UPDATE consent SET wording = 'x' WHERE id = 1",
        "UPDATE decision SET owner_id = 'm-2' WHERE id = 1",
        "UPDATE decision SET saw = '{}' WHERE id = 1",
        "UPDATE act SET kind = 'withdrawn' WHERE id = 1",
        "UPDATE particular SET email = 'x@example.com' WHERE touch_id = 1",
        "UPDATE particular SET first_name = NULL WHERE touch_id = 2",
        "DELETE FROM act WHERE id = 1",
        "DELETE FROM decision WHERE id = 2",
        "UPDATE chain SET seq = 7",
        "INSERT INTO act (lead_id, kind, at, seq, seal) VALUES (1, 'withdrawn', '2026-03-04 05:06:07', 9, 'x')",
    ],
)
def test_any_later_change_shows(story, database, audit, statement):
    with database.write() as session:
        session.execute(text(statement))
    assert audit().faults


def test_an_earlier_seal_must_occur(story, audit, confirmed, clock):
    noted = audit().seal
    clock.forward(days=2)
    confirmed("m-1", "rae@example.com")
    assert audit(noted).faults == []
    assert audit("0" * 64).faults == [f"the seal {'0' * 64} does not occur: the chain was rewritten or cut"]


def test_after_erasing_the_chain_still_holds(story, database, links, audit, rows, clock):
    with database.write() as session:
        assert erasing.erase(session, features.ALL, links, "pat@example.com", clock.now) == 1
    report = audit()
    assert (report.faults, report.erased) == ([], 1)
    assert [each.email for each in rows(PersonalData)] == ["quin@example.com"]


def test_two_equal_people_have_unequal_digests(client, form, rows):
    for member in ("m-1", "m-2"):
        client.post("/signup", data=form(member))
    assert len({each.digest for each in rows(Touch)}) == 2


def test_purging_follows_the_policy(client, form, confirmed, database, rows, clock, audit):
    confirmed("m-1")
    client.post("/signup", data=form(email="never@example.com"))
    clock.forward(days=29)
    client.post("/signup", data=form(email="late@example.com"))
    clock.forward(days=1)
    with database.write() as session:
        purged = erasing.purge(session, features.ALL, Policy(), clock.now)
    assert (purged["unconfirmed"], purged["withdrawn"]) == (1, 0)
    assert [each.email.partition("@")[0] for each in rows(Lead) if not each.erased_at] == ["pat", "late"]
    assert audit().faults == []
