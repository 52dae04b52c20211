"""The prospect's own answer to "Who introduced you?", the company's policies, and who hears of a lead."""

from __future__ import annotations

import pytest

from capture import features
from capture.base.retention import Policy
from capture.consent import erasing
from capture.credit import introducers
from capture.models import Company, Decision, Lead, Member, OutboxMail, PersonalData, Slug, Touch


@pytest.fixture
def company(database):
    """Changes what the company chose."""

    def change(**values):
        with database.write() as session:
            for name, value in values.items():
                setattr(session.get_one(Company, 1), name, value)

    return change


@pytest.fixture
def told(rows):
    """Who got the "new lead" mails, in their order."""
    return lambda: [each.recipient for each in rows(OutboxMail) if each.kind == "new-lead"]


@pytest.fixture
def decided(rows):
    return lambda: [(each.owner_id, each.assignee_id, each.rule) for each in rows(Decision)]


ANA, BO = "ana@members.example.com", "bo@members.example.com"


@pytest.mark.parametrize(
    ("layout", "typed", "found"),
    [
        ("path", "bo", "m-2"),
        ("path", " BO ", "m-2"),
        ("path", "https://fern.example/bo/", "m-2"),
        ("path", "http://fern.example/bo", "m-2"),
        ("path", "fern.example/bo/es/thanks/?utm_source=x", "m-2"),
        ("path", "cleo", "m-3"),
        ("path", "old-bo", "m-2"),
        ("path", "https://elsewhere.example/bo/", None),
        ("path", "https://fern.example.evil.example/bo/", None),
        ("path", "https://fern.example@evil.example/bo/", None),
        ("path", "evilfern.example/bo/", None),
        ("path", "https://fern.example/", None),
        ("path", "bo.fern.example", None),
        ("path", "@bo", None),
        ("path", "/bo", None),
        ("path", "bo/", None),
        ("path", "Bo O'Neill", None),
        ("path", "bo@members.example.com", None),
        ("path", "ana or bo", None),
        ("path", "m-2", None),
        ("path", "", None),
        ("path", "b\u043e", None),
        ("subdomain", "bo.fern.example", "m-2"),
        ("subdomain", "https://bo.fern.example/es/", "m-2"),
        ("subdomain", "https://fern.example/bo/", None),
        ("subdomain", "https://www.bo.fern.example/", None),
        ("subdomain", "bo.evil.example", None),
    ],
)
@pytest.mark.database("sqlite")
def test_only_what_can_mean_one_member_decides(database, layout, typed, found):
    with database.write() as session:
        session.add(Slug(slug="old-bo", member_id="m-2"))
        company = session.get_one(Company, 1)
        company.layout = layout
        member = introducers.find_introducer(session, company, typed)
    assert (member.id if member else None) == found


def test_an_answer_wins_over_the_page(confirmed, decided, told, rows):
    confirmed("m-1", introducer="https://fern.example/bo/")
    assert decided() == [("m-2", "m-2", "answer")]
    assert rows(Decision)[0].saw["answer"] == "m-2"
    assert told() == [BO], "the page's member hears nothing of a person who is another's"


def test_an_answer_on_the_company_s_page(confirmed, decided, told):
    confirmed(None, introducer="bo")
    assert decided() == [("m-2", "m-2", "answer")]
    assert told() == [BO]


def test_any_other_answer_is_kept_and_decides_nothing(confirmed, decided, told, rows):
    confirmed("m-1", introducer=" Bo  O'Neill ")
    assert rows(PersonalData)[0].introducer == "Bo O'Neill"
    assert decided() == [("m-1", "m-1", "page")]
    assert told() == [ANA]


def test_the_operator_sees_it(confirmed, database, rows):
    from capture.leads import story

    confirmed(None, introducer="my aunt")
    with database.read() as session:
        lines = "\n".join(story.tell(session, features.ALL, 1))
    assert 'they said: "my aunt"' in lines
    mail = next(each for each in rows(OutboxMail) if each.kind == "new-lead")
    assert "my aunt" in mail.text


def test_whom_somebody_else_named_later_does_not_count(client, form, mailed, decided, clock):
    """Whoever knows an address can type it into a form again, and themselves beside it."""
    client.post("/signup", data=form("m-1"))
    clock.forward(hours=1)
    client.post("/signup", data=form("m-1", introducer="bo"))
    assert client.post(mailed("confirm", "confirm")).status_code == 200
    assert decided() == [("m-1", "m-1", "page")]


def test_two_answers_make_none(client, form, mailed, decided, clock):
    client.post("/signup", data=form(None, introducer="ana"))
    clock.forward(hours=1)
    client.post("/signup", data=form(None, introducer="bo"))
    client.post(mailed("confirm", "confirm"))
    assert decided() == [(None, None, "pool")]


def test_an_owner_wins_over_an_answer_and_alone_hears_of_it(confirmed, clock, decided, told):
    confirmed("m-1")
    clock.forward(days=2)
    confirmed("m-2", introducer="bo")
    assert decided() == [("m-1", "m-1", "page"), ("m-1", "m-1", "existing-owner")]
    assert told() == [ANA, ANA]


def test_the_thank_you_names_whoever_follows_up(client, form, mailed, rows):
    client.post("/signup", data=form("m-2", introducer="ana"))
    link = mailed("confirm", "confirm")
    page = client.post(link)
    assert 'href="mailto:ana@members.example.com"' in page.text
    assert "You signed up on the page of Bo O&#39;Neill, but Ana" in page.text
    assert client.get(link).data == page.data
    thanks = next(each for each in rows(OutboxMail) if each.kind == "thank-you")
    assert "ana@members.example.com" in thanks.text
    assert "bo@" not in thanks.text


def test_an_inactive_introducer_is_credited_and_their_upline_follows_up(confirmed, database, decided, told):
    with database.write() as session:
        session.get_one(Member, "m-3").sponsor_id = "m-1"
    confirmed("m-2", introducer="cleo")
    assert decided() == [("m-3", "m-1", "answer")]
    assert told() == [ANA]


def test_with_nobody_active_above_the_company_follows_up(confirmed, decided, told):
    confirmed("m-2", introducer="cleo")
    assert decided() == [("m-3", None, "answer")]
    assert told() == ["desk@fern.example.com"]


@pytest.mark.parametrize("typed", ["ana", "nobody-of-that-name", "https://fern.example/cleo/", "my aunt", ""])
def test_nobody_can_tell_by_it_who_is_a_member(client, form, typed):
    expected = client.post("/signup", data=form("m-1", email="stranger@example.org"))
    answer = client.post("/signup", data=form("m-1", introducer=typed))
    assert (answer.status_code, answer.data, dict(answer.headers)) == (
        expected.status_code,
        expected.data,
        dict(expected.headers),
    )


@pytest.mark.parametrize("typed", ["x" * 201, "a\u202eb", "a\x00b", "a\u3164b"])
def test_what_cannot_be_shown_is_refused_beside_its_field(client, form, rows, typed):
    answer = client.post("/signup", data=form("m-1", introducer=typed))
    assert answer.status_code == 422
    assert 'id="introducer-error"' in answer.text
    assert 'name="introducer"' in answer.text
    assert rows(Lead) == []


def test_the_page_between_carries_it_on(client, form):
    answer = client.post("/signup", data=form("m-1", introducer="bo & co", pause=None))
    assert '<input type="hidden" name="introducer" value="bo &amp; co">' in answer.text


def test_erasing_takes_it_along(confirmed, database, links, clock, rows):
    from capture.credit import evidence

    confirmed("m-1", introducer="my aunt Zelda")
    with database.read() as session:
        assert evidence.audit(session).faults == []
    with database.write() as session:
        erasing.erase(session, features.ALL, links, "pat@example.com", clock.now)
    assert rows(PersonalData) == []
    with database.read() as session:
        assert evidence.audit(session).faults == []


@pytest.mark.parametrize(
    ("policy", "window", "verdict"),
    [("first", 90, ("m-1", "first-touch")), ("last", 90, ("m-2", "page")), ("first", 5, ("m-2", "page"))],
)
def test_the_company_s_policy_decides_between_touches(
    client, form, confirmed, mailed, database, company, clock, rows, policy, window, verdict
):
    company(touch_policy=policy, window_days=window)
    confirmed("m-1")
    with database.write() as session:
        session.query(Lead).update({"owner_id": None})  # as if nobody had been credited then
    clock.forward(days=10)
    confirmed("m-2")
    last = rows(Decision)[-1]
    assert (last.owner_id, last.rule) == verdict
    assert (last.saw["policy"], last.saw["window_days"]) == (policy, window)


def test_the_company_s_window_for_corrections(client, confirmed, mailed, open_my_data, company, clock, rows):
    company(correction_days=3)
    confirmed("m-1")
    client.post("/my-data", data={"email": "pat@example.com"})
    path, page = open_my_data(mailed("my-data", "my-data"))
    assert "Possible for 3 days" in page
    assert client.post(f"{path}/introducer", data={"introducer": "bo"}).status_code == 200
    clock.forward(days=3)
    client.post("/my-data", data={"email": "pat@example.com"})
    path = open_my_data(mailed("my-data", "my-data")).path
    late = client.post(f"{path}/introducer", data={"introducer": "ana"})
    assert late.status_code == 422
    assert rows(Lead)[0].owner_id == "m-2"


def test_the_company_s_retention(client, form, database, company, clock, rows):
    company(unconfirmed_days=7)
    client.post("/signup", data=form())
    clock.forward(days=7)
    with database.write() as session:
        policy = Policy.of(session.get_one(Company, 1))
        assert erasing.purge(session, features.ALL, policy, clock.now)["unconfirmed"] == 1
    assert rows(Lead)[0].erased_at == clock.now
    assert rows(OutboxMail) == []


def confirmations(rows):
    return [(each.lead_id, each.state) for each in rows(OutboxMail) if each.kind == "confirm"]


def test_a_later_sign_up_that_is_allowed_frees_one_that_was_held(client, form, database, mailed, rows, clock):
    with database.write() as session:
        from capture.models import BudgetUse

        email_hash = client.application.extensions["espalier"].links.email_hash("pat@example.com")
        session.add(BudgetUse(scope="recipient", subject=email_hash, at=clock.now))
    client.post("/signup", data=form())
    assert confirmations(rows) == [(1, "held")]
    clock.forward(hours=23)
    client.post("/signup", data=form())
    assert confirmations(rows) == [(1, "held")], "still too soon, and no second one is piled up"
    clock.forward(hours=2)
    client.post("/signup", data=form())
    assert confirmations(rows) == [(1, "waiting")]
    assert client.post(mailed("confirm", "confirm")).status_code == 200
    assert rows(Lead)[0].confirmed


def test_who_was_purged_can_sign_up_anew(client, form, database, mailed, rows, clock):
    client.post("/signup", data=form())
    clock.forward(days=31)
    with database.write() as session:
        assert erasing.purge(session, features.ALL, Policy(), clock.now)["unconfirmed"] == 1
    client.post("/signup", data=form())
    assert confirmations(rows) == [(2, "waiting")]
    assert client.post(mailed("confirm", "confirm")).status_code == 200
    assert [bool(each.confirmed) for each in rows(Lead)] == [False, True]
    assert len(rows(Touch)) == 2
