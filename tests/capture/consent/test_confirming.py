"""Double opt-in: the question, the yes, the no, and what nobody may do by a link alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capture.base import words
from capture.base.tokens import Purpose
from capture.consent import mails
from capture.models import Lead, Member, OutboxMail, Suppression

HARMLESS = ("GET", "HEAD", "OPTIONS")


@pytest.fixture
def kinds(rows):
    """The outbox in its order."""
    return lambda: [(each.kind, each.state) for each in sorted(rows(OutboxMail), key=lambda each: each.id)]


@pytest.fixture
def signed_up(client, form):
    assert client.post("/signup", data=form()).status_code == 303


def test_the_member_hears_only_of_confirmed_leads(client, signed_up, mailed, rows, kinds, clock, en):
    assert kinds() == [("confirm", "waiting")]
    link = mailed("confirm", "confirm")
    page = client.get(link)
    assert (page.status_code, page.text.count("<form"), en("confirm_button") in page.text) == (200, 1, True)
    clock.forward(hours=2)
    answer = client.post(link)
    assert answer.status_code == 200
    assert "Bo O&#39;Neill" in answer.text
    assert 'href="mailto:bo@members.example.com"' in answer.text
    assert 'href="tel:+34600111222"' in answer.text
    assert 'href="https://fern.example/bo/contact.vcf"' in answer.text
    assert rows(Lead)[0].confirmed_at == clock.now
    assert kinds()[1:] == [("thank-you", "waiting"), ("new-lead", "waiting"), ("webhook", "waiting")]


def test_confirming_twice_is_confirming_once(client, signed_up, mailed, rows, kinds, clock):
    link = mailed("confirm", "confirm")
    first = client.post(link)
    moment = clock.now
    clock.forward(days=9)
    assert client.post(link).data == client.get(link).data == first.data
    assert rows(Lead)[0].confirmed_at == moment
    assert len(kinds()) == 4


@pytest.mark.parametrize("locale", words.LOCALES)
def test_the_pages_speak_the_lead_s_language(client, form, mailed, locale):
    client.post("/signup", data=form("m-1", locale=locale))
    for path in (mailed("confirm", "confirm"), mailed("confirm", "not-me")):
        page = client.get(path, headers={"Accept-Language": "fr"})
        assert f'<html lang="{locale}">' in page.text


@pytest.mark.parametrize("method", HARMLESS)
def test_fetching_a_link_changes_nothing(client, confirmed, form, mailed, rows, kinds, method):
    confirmed("m-1", "ann@example.com")
    client.post("/signup", data=form())
    before = kinds()
    for path in (
        mailed("confirm", "confirm"),
        mailed("confirm", "confirm") + "/again",
        mailed("confirm", "not-me"),
        mailed("thank-you", "unsubscribe"),
    ):
        client.open(path, method=method)
    assert kinds() == before
    assert rows(Lead)[1].confirmed_at is None
    assert rows(Suppression) == []


@pytest.mark.parametrize("used_for", [Purpose.CONFIRM, Purpose.NOT_ME, Purpose.UNSUBSCRIBE])
def test_a_link_serves_one_purpose(client, signed_up, links, rows, clock, used_for):
    handle = rows(Lead)[0].handle
    for made_for in set(Purpose) - {used_for}:
        signed = links.sign(made_for, handle, clock.now)
        for method in ("GET", "POST"):
            assert client.open(f"/{used_for}/{signed}", method=method).status_code == 404
    assert rows(Lead)[0].confirmed_at is None
    assert rows(Suppression) == []


def test_an_altered_link_is_refused(client, signed_up, mailed, rows):
    link = mailed("confirm", "confirm")
    for path in (link[:-1], link + "x", link[:12] + "A" + link[13:], "/confirm/x", "/confirm/" + "x" * 3000):
        assert client.post(path).status_code == 404
    assert rows(Lead)[0].confirmed_at is None


def test_an_old_link_offers_a_fresh_mail(client, signed_up, mailed, rows, kinds, clock, en):
    old = mailed("confirm", "confirm")
    _sent(rows, client)
    clock.forward(days=7)
    page = client.get(old)
    assert (page.status_code, en("expired_button") in page.text) == (410, True)
    assert client.post(old).status_code == 410
    assert rows(Lead)[0].confirmed_at is None
    assert client.post(old + "/again").status_code == 200
    assert kinds() == [("confirm", "sent"), ("confirm", "waiting")]
    fresh = mailed("confirm", "confirm")
    assert fresh != old
    assert client.post(fresh).status_code == 200
    assert rows(Lead)[0].confirmed_at == clock.now


def _sent(rows, client):
    database = client.application.extensions["espalier"].database
    with database.write() as session:
        for each in session.query(OutboxMail).filter_by(state="waiting"):
            each.state = "sent"


def test_at_most_one_mail_a_day_and_three_for_good(client, form, rows, kinds, clock):
    for _ in range(10):
        client.post("/signup", data=form())
        client.post("/signup", data=form("m-1", email="P.a.t+news@Example.com"))
        _sent(rows, client)
        clock.forward(hours=12)
    assert sorted(kinds()) == [("confirm", "held"), ("confirm", "held"), *[("confirm", "sent")] * 3]


def test_a_fresh_mail_is_bound_by_the_same_budget(client, signed_up, mailed, rows, kinds, clock):
    link = mailed("confirm", "confirm")
    _sent(rows, client)
    answers = {client.post(link + "/again").data for _ in range(5)}
    assert len(answers) == 1
    assert kinds() == [("confirm", "sent"), ("confirm", "held")]


def test_not_me_is_for_good(client, signed_up, form, mailed, rows, kinds, links, database, clock):
    from capture.mailing import suppression

    confirm, link = mailed("confirm", "confirm"), mailed("confirm", "not-me")
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == client.post(link).status_code == 200
    assert [each.reason for each in rows(Suppression)] == ["not-me"]
    assert kinds() == [], "what was typed of a stranger is forgotten"
    assert rows(Lead)[0].email.endswith("@erased.invalid")
    clock.forward(days=2)
    assert client.post(confirm).status_code in (404, 410), "an old yes does not undo a later no"
    client.post("/signup", data=form("m-1"))
    with database.read() as session:
        assert suppression.blocks(session, links.address_keys, "PAT+x@example.com", mails.CONFIRM, clock.now)


def test_not_me_by_a_link_that_is_too_old_says_that_nothing_was_changed(client, signed_up, mailed, rows, clock):
    link = mailed("confirm", "not-me")
    clock.forward(days=400)
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "Nothing was changed" in answer.text
    assert rows(Suppression) == []
    assert not rows(Lead)[0].email.endswith("@erased.invalid")


def test_a_member_who_left_is_replaced_by_the_nearest_active_upline(client, signed_up, mailed, database, rows):
    with database.write() as session:
        bo, cleo = session.get_one(Member, "m-2"), session.get_one(Member, "m-3")
        bo.active, bo.sponsor_id, cleo.sponsor_id = False, "m-3", "m-1"
    assert "ana@members.example.com" in client.post(mailed("confirm", "confirm")).text
    assert [each.recipient for each in rows(OutboxMail) if each.kind == "new-lead"] == ["ana@members.example.com"]


def test_the_company_s_own_leads_are_confirmed_in_its_name(client, confirmed, mailed, rows):
    confirmed(None)
    told = {each.recipient for each in rows(OutboxMail) if each.kind != "webhook"}
    assert told == {"pat@example.com", "desk@fern.example.com"}
    assert 'href="mailto:desk@fern.example.com"' in client.get(mailed("confirm", "confirm")).text


def test_links_never_follow_the_host_header(client, form, rows):
    client.post("/signup", data=form(), headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil" not in rows(OutboxMail)[0].text + rows(OutboxMail)[0].html


def test_nothing_of_a_mail_s_link_tells_the_address(client, confirmed, rows):
    confirmed(email="pat@example.com")
    for mail in rows(OutboxMail):
        if mail.recipient == "pat@example.com":
            assert "pat@" not in mail.text + mail.html


def test_lifetimes(links, clock):
    signed = links.sign(Purpose.CONFIRM, "h", clock.now)
    for late, expired in ((timedelta(days=7) - timedelta(seconds=2), False), (timedelta(days=7), True)):
        assert links.read(Purpose.CONFIRM, signed, clock.now + late).expired is expired
    forever = links.sign(Purpose.UNSUBSCRIBE, "h", clock.now)
    assert not links.read(Purpose.UNSUBSCRIBE, forever, clock.now + timedelta(days=9999)).expired
