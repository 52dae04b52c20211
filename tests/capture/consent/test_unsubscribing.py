"""Leaving by RFC 8058's one POST, and by the button."""

from __future__ import annotations

import pytest

from capture.consent import mails
from capture.credit.mails import NEW_LEAD
from capture.mailing import suppression
from capture.mailing.kinds import MailAudience, MailKind
from capture.models import Lead, OutboxMail, Suppression

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def blocked(database, links, clock):
    def ask(address: str, kind: MailKind) -> bool:
        with database.read() as session:
            return suppression.blocks(session, links.address_keys, address, kind, clock.now)

    return ask


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_post_is_enough(client, confirmed, mailed, rows, blocked, clock, kind):
    confirmed()
    path = mailed("thank-you", "unsubscribe")
    for _ in range(2):
        answer = client.post(path, data=ONE_CLICK, content_type=kind)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "Location" not in answer.headers
    assert [each.reason for each in rows(Suppression)] == ["unsubscribed"]
    assert rows(Lead)[0].withdrawn_at == clock.now
    assert blocked("pat@example.com", mails.THANK_YOU)
    assert blocked("Pat+tea@Example.com", MailKind("anything", "consent", MailAudience.PROSPECT))


def test_it_holds_for_the_whole_company(client, confirmed, mailed, rows, clock):
    confirmed("m-1")
    clock.forward(days=2)
    confirmed("m-2")
    client.post(mailed("thank-you", "unsubscribe"), data=ONE_CLICK)
    assert [each.withdrawn_at for each in rows(Lead)] == [clock.now] * 2


def test_the_button_sends_what_a_mail_program_sends(client, confirmed, mailed, en):
    confirmed()
    page = client.get(mailed("thank-you", "unsubscribe"))
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in page.text
    assert en("unsubscribe_button") in page.text


def test_the_address_stands_nowhere_in_clear(client, confirmed, mailed, rows, caplog):
    caplog.set_level("DEBUG")
    confirmed()
    client.post(mailed("thank-you", "unsubscribe"), data=ONE_CLICK)
    assert "pat@" not in str([(each.email_hash, each.reason) for each in rows(Suppression)])
    assert "pat@" not in caplog.text


def test_only_an_own_confirmation_brings_somebody_back(client, confirmed, form, mailed, rows, blocked, clock):
    confirmed()
    first = mailed("confirm", "confirm")
    client.post(mailed("thank-you", "unsubscribe"), data=ONE_CLICK)
    clock.forward(days=2)
    assert client.post(first).status_code == 410, "an old link does not undo what was decided later"
    client.post("/signup", data=form())
    assert blocked("pat@example.com", mails.THANK_YOU)
    assert not blocked("pat@example.com", mails.CONFIRM), "the question may be asked"
    assert rows(Lead)[0].withdrawn_at is not None
    client.post(mailed("confirm", "confirm"))
    assert not blocked("pat@example.com", mails.THANK_YOU)
    assert rows(Lead)[0].withdrawn_at is None


def test_who_is_blocked_from_what(database, links, clock):
    keys = links.address_keys
    with database.write() as session:
        for reason in suppression.Reason:
            suppression.suppress(session, keys, f"{reason}@example.com", reason, clock.now)
        kinds = (mails.THANK_YOU, mails.CONFIRM, NEW_LEAD, mails.MY_DATA)
        assert {
            str(reason): [suppression.blocks(session, keys, f"{reason}@example.com", kind, clock.now) for kind in kinds]
            for reason in suppression.Reason
        } == {
            "unsubscribed": [True, False, False, False],
            "withdrawn": [True, False, False, False],
            "erased": [True, False, False, False],
            "not-me": [True, True, False, False],
            "bounced": [True, True, True, True],
            "requested": [True, False, False, False],
        }
        assert not suppression.blocks(session, keys, "other@example.com", mails.THANK_YOU, clock.now)


def test_a_row_under_an_old_key_still_counts(database, clock):
    from capture.base.identity import derive_key

    old, new = derive_key("o" * 32), derive_key("n" * 32)
    with database.write() as session:
        suppression.suppress(session, (old,), "pat@example.com", suppression.Reason.UNSUBSCRIBED, clock.now)
        assert suppression.blocks(session, (new, old), "pat@example.com", mails.THANK_YOU, clock.now)
        suppression.lift(session, (new, old), "pat@example.com")
        assert not suppression.blocks(session, (new, old), "pat@example.com", mails.THANK_YOU, clock.now)


def test_only_mails_that_can_be_left_name_a_list(confirmed, rows):
    confirmed()
    assert {each.kind: each.list_id for each in rows(OutboxMail)} == {
        "confirm": None,
        "thank-you": "thank-you.fern.example.com",
        "new-lead": None,
        "webhook": None,
    }
