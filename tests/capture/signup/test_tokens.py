"""Signed values in the hands of somebody who means harm: in forms, in mailed links, and in both of them swapped."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from capture.base.tokens import LIFETIMES, Links, Purpose
from capture.limits import human_proof
from capture.models import Lead, Member, OutboxMail, ProspectActivity, Suppression, UsedProof
from tests.capture.applications import application
from tests.capture.cast import KEY
from tests.capture.forms import form_of, solve

NEW = "n" * 32
FOREIGN = "f" * 32


@pytest.fixture
def with_keys(settings, clock):
    """The same service with other secrets, on the same database."""
    apps = []

    def make(*secrets: str, token_keys: tuple[str, ...] = (KEY,)):
        apps.append(application(replace(settings, secret_key=" ".join(secrets), token_keys=token_keys), clock))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["espalier"].database.engine.dispose()


@pytest.fixture
def lead(client, confirmed, form, rows, clock):
    """Pat is confirmed, and has signed up under another member since, unconfirmed; Quin is confirmed, too."""
    confirmed("m-1", "quin@example.com")
    confirmed("m-1")
    clock.forward(days=2)
    client.post("/signup", data=form("m-2"))
    return rows(Lead)[-1]


def address(links: Links, purpose: Purpose, value: str, clock) -> str:
    return f"/{ROOTS.get(purpose, purpose)}/{links.sign(purpose, value, clock.now)}"


def value_of(purpose: Purpose, lead: Lead, links: Links) -> str:
    return links.email_hash(lead.email) if purpose is Purpose.UNSUBSCRIBE else lead.handle


MAILED = [Purpose.CONFIRM, Purpose.NOT_ME, Purpose.UNSUBSCRIBE, Purpose.MY_DATA]
PRESSED = [*MAILED, Purpose.MY_DATA_PAGE]
DEEDS = {Purpose.MY_DATA_PAGE: "/withdraw"}
"""Where the button of a link's page posts, below its address."""
ROOTS = {Purpose.MY_DATA_PAGE: "my-data"}
"""What addresses begin with, if not with the purpose."""


@pytest.fixture
def state(rows):
    """All that a link could change."""
    tables = (Lead, ProspectActivity, Suppression, OutboxMail, UsedProof)
    return lambda: [[{c.key: getattr(row, c.key) for c in t.__table__.columns} for row in rows(t)] for t in tables]


@pytest.mark.parametrize("purpose", PRESSED)
def test_a_key_that_was_retired_into_the_list_still_reads_and_a_foreign_one_does_not(
    with_keys, lead, clock, purpose, state
):
    old, foreign = Links([KEY]), Links([FOREIGN])
    value = value_of(purpose, lead, old)
    good, bad = (address(each, purpose, value, clock) + DEEDS.get(purpose, "") for each in (old, foreign))
    rotated, without = with_keys(NEW, KEY), with_keys(NEW)
    before = state()
    assert rotated.post(bad).status_code == without.post(bad).status_code == without.post(good).status_code == 404
    assert state() == before
    assert rotated.post(good).status_code == 200
    assert state() != before, "the old key's link does its work"


FOREIGN_TO_EACH_OTHER = [
    (used_for, made_for)
    for used_for, made_for in product(MAILED, Purpose)
    # A page "My data" has the address of its mailed link: tests/capture/consent/test_my_data.py tells them apart.
    if used_for != ROOTS.get(made_for, made_for)
]


@pytest.mark.parametrize(("used_for", "made_for"), FOREIGN_TO_EACH_OTHER)
def test_a_value_serves_its_own_purpose_alone(client, lead, links, clock, used_for, made_for, state):
    before = state()
    for value in (lead.handle, links.email_hash(lead.email)):
        path = f"/{used_for}/{links.sign(made_for, value, clock.now)}"
        for end in ("", "/again", "/withdraw", "/erase", "/introducer", "/download"):
            for method in ("GET", "POST"):
                answer = client.open(path + end, method=method, data={"sure": "yes", "introducer": "bo"})
                assert answer.status_code in (404, 405)
    assert state() == before


@pytest.mark.parametrize("purpose", PRESSED)
def test_halves_of_two_values_make_none(client, lead, rows, links, clock, purpose, state):
    """Pat's value with the signature of Quin's; and every way to cut one short or to make it longer."""
    one, two = (links.sign(purpose, value_of(purpose, each, links), clock.now) for each in (rows(Lead)[0], lead))
    value, _, signature = one.rpartition(".")
    other, _, others = two.rpartition(".")
    forged = [f"{value}.{others}", f"{other}.{signature}", f"{value}.", f".{signature}", value, signature]
    forged += [one[:cut] for cut in range(1, len(one), 7)] + [
        one + "A",
        f"{one}.{signature}",
        one.swapcase(),
    ]
    before = state()
    for each in forged:
        for method in ("GET", "POST"):
            path = f"/{ROOTS.get(purpose, purpose)}/{each}{DEEDS.get(purpose, '')}"
            assert client.open(path, method=method).status_code in (404, 405)
    assert state() == before


@pytest.mark.parametrize("purpose", [each for each in MAILED if LIFETIMES[each]])
def test_a_value_whose_time_is_over_changes_nothing(client, lead, links, clock, purpose, state):
    path = address(links, purpose, lead.handle, clock)
    clock.forward(seconds=LIFETIMES[purpose].total_seconds())
    before = state()
    page = client.get(path)
    assert page.status_code == 410
    for end in ("", "/withdraw", "/erase", "/introducer"):
        answer = client.post(path + end, data={"sure": "yes", "introducer": "bo"})
        assert answer.status_code in (200, 404, 405, 410)
    assert state() == before


@pytest.mark.parametrize(("purpose", "kind"), [(Purpose.CONFIRM, "confirm"), (Purpose.MY_DATA, "my-data")])
def test_one_button_brings_a_fresh_one(client, lead, links, rows, mailed, clock, purpose, kind):
    path = address(links, purpose, lead.handle, clock)
    clock.forward(seconds=LIFETIMES[purpose].total_seconds())
    _all_sent(client)
    page = client.get(path)
    assert (page.status_code, page.text.count("<form"), f'action="../{path[1:]}/again"' in page.text) == (410, 1, True)
    count = len([each for each in rows(OutboxMail) if each.kind == kind])
    answers = {client.post(f"{path}/again").status_code for _ in range(3)}
    fresh = [each for each in rows(OutboxMail) if each.kind == kind and each.state == "waiting"]
    assert (answers, len(fresh)) == ({200}, 1), "and one alone, however often it is pressed"
    assert len([each for each in rows(OutboxMail) if each.kind == kind]) <= count + 2
    assert client.get(mailed(kind, str(purpose))).status_code == 200


def _all_sent(client) -> None:
    with client.application.extensions["espalier"].database.write() as session:
        for each in session.query(OutboxMail).filter_by(state="waiting"):
            each.state = "sent"


def test_a_pause_and_a_puzzle_that_are_too_old_are_made_anew(client, form, clock, rows, monkeypatch):

    monkeypatch.setattr(human_proof, "COST", 2)
    puzzle = client.get("/challenge").json
    between = client.post("/signup", data=form(email="kim@example.com", pause=None))
    sent = form_of(between.text)
    clock.forward(hours=1)
    solution = solve(puzzle)
    for fields in (sent, form(email="kim@example.com", pause=None, altcha=solution)):
        answer = client.post("/signup", data=fields)
        assert (answer.status_code, "pause" in form_of(answer.text)) == (200, True)
    assert rows(Lead) == []


@pytest.mark.parametrize("keys", [(NEW, KEY), (NEW,), (FOREIGN, NEW)])
def test_form_tokens_rotate_with_their_own_keys(with_keys, form, rows, keys):
    """A page that was built with an older key takes sign-ups while that key is in the list."""
    answer = with_keys(KEY, token_keys=keys).post("/signup", data=form("m-1"))
    assert (answer.status_code, len(rows(Lead))) == ((303, 1) if KEY in keys else (422, 0))


def test_the_token_of_a_member_who_was_revoked_since(client, form, database, rows, mailed):
    """The page is out there with a token that holds; the member is not."""
    fields = form("m-1")
    client.post("/signup", data=form("m-1", email="before@example.com"))
    with database.write() as session:
        session.get_one(Member, "m-1").active = False
    assert client.post("/signup", data=fields).status_code == 422
    assert [each.email for each in rows(Lead)] == ["before@example.com"]
    assert client.post(mailed("confirm", "confirm")).status_code == 200, "who was there before can still confirm"
    assert [each.recipient for each in rows(OutboxMail) if each.kind == "new-lead"] == ["desk@fern.example.com"]
