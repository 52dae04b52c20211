"""What a mark on an address stops, how reports add up to a strong one, and how marks end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capture.base.identity import derive_key
from capture.consent import mails
from capture.credit.mails import NEW_LEAD
from capture.mailing import suppression
from capture.mailing.suppression import APART, FORGOTTEN, LIFTABLE, WEAK, Reason, Source
from capture.models import Suppression
from tests.capture.cast import KEY

KEYS = (derive_key(KEY),)
ADDRESS = "pat@example.com"
SPELLINGS = ("PAT@example.com", "p.a.t+fair@EXAMPLE.com", "pat@example.com")


@pytest.fixture
def bounce(database, clock):
    """Records that a mail came back, as a weak report unless a test says otherwise."""

    def record(mail_id: int | None = 1, address: str = ADDRESS, **how: object) -> None:
        with database.write() as session:
            how = {"source": Source.REPORT} | how
            suppression.suppress_bounced(session, KEYS, address, clock.now, mail_id=mail_id, **how)

    return record


@pytest.fixture
def why(database, clock):
    def ask(address: str = ADDRESS) -> set[Reason]:
        with database.read() as session:
            return suppression.reasons(session, KEYS, address, clock.now)

    return ask


@pytest.fixture
def stops(database, clock):
    def ask(kind: object, written: object = None) -> bool:
        with database.read() as session:
            return suppression.blocks(session, KEYS, ADDRESS, kind, clock.now, written=written)

    return ask


def test_one_weak_report_ends_by_itself(bounce, why, clock):
    bounce()
    assert why() == {Reason.BOUNCED}
    clock.forward(seconds=WEAK.total_seconds() - 1)
    assert why() == {Reason.BOUNCED}
    clock.forward(seconds=1)
    assert why() == set()


def test_one_weak_report_does_not_stop_what_was_asked_for_later(bounce, stops, clock):
    bounce()
    later = clock.now + timedelta(seconds=1)
    for kind in (mails.CONFIRM, mails.MY_DATA):
        assert stops(kind, clock.now), "it was written before the report"
        assert not stops(kind, later)
    assert stops(mails.THANK_YOU, later) and stops(NEW_LEAD, later)


@pytest.mark.parametrize("second", [2, None])
def test_reports_of_two_mails_are_strong(bounce, why, stops, clock, second):
    bounce(1)
    clock.forward(seconds=30)
    bounce(second)
    clock.forward(days=400)
    assert why() == {Reason.BOUNCED}
    assert stops(mails.CONFIRM, clock.now)


@pytest.mark.parametrize("number", [1, None])
def test_the_same_report_again_adds_nothing(bounce, why, clock, number):
    bounce(number)
    clock.forward(seconds=APART.total_seconds() - 1)
    bounce(number)
    clock.forward(days=14)
    assert why() == set()


def test_two_reports_that_name_no_mail_are_two_if_they_are_apart(bounce, why, clock):
    bounce(None)
    clock.forward(seconds=APART.total_seconds())
    bounce(None)
    clock.forward(days=400)
    assert why() == {Reason.BOUNCED}


def test_a_second_report_after_the_first_has_ended_is_strong(bounce, why, clock):
    bounce(1)
    clock.forward(days=40)
    assert why() == set()
    bounce(2)
    clock.forward(days=400)
    assert why() == {Reason.BOUNCED}


def test_a_strong_report_is_enough_and_stays_strong(bounce, why, clock):
    bounce(1, strong=True)
    bounce(2)
    clock.forward(days=400)
    assert why() == {Reason.BOUNCED}


def test_what_one_spelling_gets_all_have(bounce, why, database, clock):
    bounce(1, SPELLINGS[0])
    bounce(2, SPELLINGS[1])
    clock.forward(days=20)
    assert [why(each) for each in SPELLINGS] == [{Reason.BOUNCED}] * 3
    with database.read() as session:
        found = suppression.reasons_by_address(session, KEYS, [*SPELLINGS, "other@example.com"], clock.now)
    assert found == {each: {Reason.BOUNCED} for each in SPELLINGS}


def test_a_report_under_an_old_key_counts(database, clock):
    old, new = derive_key("o" * 32), derive_key("n" * 32)
    with database.write() as session:
        suppression.suppress_bounced(session, (old,), ADDRESS, clock.now, source=Source.SERVER, mail_id=1)
        suppression.suppress_bounced(session, (new, old), ADDRESS, clock.now, source=Source.SERVER, mail_id=2)
        [mark] = suppression.marks(session, (new, old), ADDRESS)
        assert mark.strong


def test_only_old_weak_reports_are_forgotten(bounce, database, clock, rows):
    bounce(1)
    bounce(1, "sure@example.com", strong=True)
    clock.forward(seconds=FORGOTTEN.total_seconds() - 1)
    with database.write() as session:
        suppression.purge(session, clock.now)
    assert len(rows(Suppression)) == 2
    clock.forward(seconds=1)
    with database.write() as session:
        suppression.purge(session, clock.now)
    assert [row.strong for row in rows(Suppression)] == [True]


def test_only_some_reasons_are_lifted(database, clock):
    with database.write() as session:
        for reason in Reason:
            suppression.suppress(session, KEYS, ADDRESS, reason, clock.now)
        assert suppression.lift(session, KEYS, SPELLINGS[1], LIFTABLE) == 2
        assert suppression.reasons(session, KEYS, ADDRESS, clock.now) == set(Reason) - LIFTABLE
        assert suppression.lift(session, KEYS, ADDRESS) == 4
        assert suppression.marks(session, KEYS, ADDRESS) == []
