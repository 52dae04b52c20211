"""What a prospect may see, take along, correct, take back and have forgotten."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from capture.accounts.signing_in import Person
from capture.base.retention import Policy
from capture.company.generator import Interest
from capture.imports import importing
from capture.imports.importing import ListOrigin
from capture.imports.lists import LeadList
from capture.leads import pipeline
from capture.leads.pipeline import LostReason, Stage
from capture.limits import purging
from capture.models import (
    Campaign,
    Decision,
    Lead,
    Member,
    OfficeSession,
    OutboxMail,
    PersonalData,
    ProspectActivity,
    Suppression,
    Touch,
    UsedProof,
)


@pytest.fixture
def link(client, mailed):
    """Asks for the link and opens the mailbox."""

    def ask(email: str = "pat@example.com") -> str:
        assert client.post("/my-data", data={"email": email}).status_code == 200
        return mailed("my-data", "my-data", email)

    return ask


@pytest.fixture
def opened(link, open_my_data):
    """Asks for the link, opens it, and presses its button: the page."""
    return lambda email="pat@example.com": open_my_data(link(email))


@pytest.fixture
def everywhere(confirmed, clock):
    """Pat, confirmed under two members."""
    confirmed("m-1", utm_source="radio")
    clock.forward(days=2)
    confirmed("m-2")


def test_everything_under_all_members_is_shown(everywhere, opened):
    page = opened().text
    assert "Ana &lt;b&gt;Núñez&lt;/b&gt;" in page
    assert "Bo O&#39;Neill" in page
    assert "I agree that Bo O&#39;Neill and Fern &amp; Flint keep my address." in page


def test_everything_can_be_taken_along(client, everywhere, opened):
    answer = client.get(opened().path + "/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    held = json.loads(answer.data)
    assert [each["page_of"] for each in held["sign_ups"]] == ["Ana <b>Núñez</b>", "Bo O'Neill"]
    assert held["sign_ups"][0]["touches"][0]["campaign"] == {"source": "radio"}
    assert held["sign_ups"][1]["decisions"][0]["rule"] == "existing-owner"


@pytest.fixture
def listed(database, links, clock, tmp_path):
    """Lee, of a list that was bought for a campaign; Bo knows the number, wrote things down, and took one back."""
    with database.write() as session:
        common = {"channel": "newspaper", "name": "Cheap leads of spring", "created_at": clock.now}
        campaign = Campaign(code="paper7", member_id="m-2", **common)
        session.add(campaign)
        session.flush()
        number = campaign.id
    file = tmp_path / "spring-fair.csv"
    file.write_text("Email,First name,Phone\nlee@example.com,Lee,+353 87 123 4567\n", encoding="utf-8")
    origin = ListOrigin("m-2", "Lists & Co", date(2026, 2, 1), "Yes, <b>write</b> to me", campaign_id=number)
    importing.import_list(database, links, LeadList(file), origin, clock)
    with database.write() as session:
        [lead] = session.scalars(select(Lead))
        bo = Person(session.get_one(Member, "m-2"), None, OfficeSession())
        pipeline.add_note(session, lead, bo, "Asked for <candles>", clock.now)
        pipeline.set_stage(session, lead, bo, Stage.CONTACTED, None, clock.now)
        pipeline.set_follow_up(session, lead, bo, date(2026, 3, 9), clock.now)
        pipeline.add_note(session, lead, bo, "Nonsense", clock.now)
        session.flush()
        last = pipeline.last_activity(session, lead, bo)
        assert last is not None
        assert pipeline.undo_activity(session, lead, bo, last.id, clock.now)


def test_what_others_brought_and_wrote_down_is_shown(listed, opened):
    page = opened("lee@example.com").text
    for part in (
        "+353871234567",
        "Newspaper · paper7",
        "From a list",
        "Lists &amp; Co",
        "2026-02-01",
        "spring-fair.csv",
        "Yes, &lt;b&gt;write&lt;/b&gt; to me",
        "Written by Bo O&#39;Neill",
        "Asked for &lt;candles&gt;",
        "contacted",
        "2026-03-09",
        "Held since",
    ):
        assert part in page, part
    for hidden in ("Cheap leads of spring", "Nonsense"):
        assert hidden not in page


def test_what_others_brought_and_wrote_down_can_be_taken_along(client, listed, opened, clock):
    text = client.get(opened("lee@example.com").path + "/download").text
    assert "Cheap leads of spring" not in text
    [found] = json.loads(text)["sign_ups"]
    assert (found["phone"], found["stage"], found["next_follow_up"]) == ("+353871234567", "contacted", "2026-03-09")
    assert found["brought_by"] == {"campaign": "paper7", "channel": "newspaper"}
    assert found["came_from"] == {
        "kind": "list",
        "at": clock.now.isoformat(),
        "vendor": "Lists & Co",
        "obtained_on": "2026-02-01",
        "wording": "Yes, <b>write</b> to me",
        "file": "spring-fair.csv",
    }
    steps = [(each["by"], each["what"], each["note"], bool(each["taken_back"])) for each in found["written_down"]]
    assert steps == [
        ("Bo O'Neill", "note", "Asked for <candles>", False),
        ("Bo O'Neill", "stage", None, False),
        ("Bo O'Neill", "follow-up", None, False),
        ("Bo O'Neill", "note", None, True),
    ]


def test_who_was_met_and_given_up_sees_it_in_their_language(database, links, clock, opened):
    with database.write() as session:
        met = ("m-1", "nell@example.com", "Nell", None, Interest.BOTH)
        lead = importing.add_met(session, links, *met, clock.now)
        assert lead is not None
        lead.locale = "es"
        ana = Person(session.get_one(Member, "m-1"), None, OfficeSession())
        pipeline.set_stage(session, lead, ana, Stage.LOST, LostReason.NOT_NOW, clock.now)
    page = opened("nell@example.com").text
    for part in ("Lo añadió una persona que le conoció", "perdido (ahora no)", "Escrito por Ana"):
        assert part in page, part


def test_others_data_stay_theirs(everywhere, confirmed, opened):
    confirmed("m-2", "P.at@example.com", first_name="Other")
    assert "Other" not in opened().text


@pytest.mark.parametrize(
    "email", ["pat@example.com", "nobody@example.com", "pat", "", "a\r\nb@example.com", "p\x00@x.example", "x" * 999]
)
def test_asking_tells_nobody_whether_an_address_is_known(client, everywhere, email):
    expected = client.post("/my-data", data={"email": "somebody-else@example.com"})
    answer = client.post("/my-data", data={"email": email})
    assert (answer.status_code, answer.data) == (200, expected.data)
    assert dict(answer.headers) == dict(expected.headers)


def test_asking_is_limited_per_mailbox(client, everywhere, rows, clock):
    for _ in range(100):
        client.post("/my-data", data={"email": "pat@EXAMPLE.com"})
        clock.forward(minutes=10)
    assert sum(each.kind == "my-data" for each in rows(OutboxMail)) == 3


FORMS = (("GET", "/download"), ("POST", "/erase"), ("POST", "/withdraw"), ("POST", "/introducer"))


def test_the_link_lasts_a_day(client, everywhere, link, clock, en):
    path = link()
    clock.forward(days=1, seconds=-1)
    assert client.get(path).status_code == 200
    clock.forward(seconds=1)
    for method in ("GET", "POST"):
        answer = client.open(path, method=method)
        assert answer.status_code == 410
        assert en("my_data_old_title") in answer.text


def test_the_link_shows_the_data_once_and_only_by_its_button(client, everywhere, link, mailed, open_my_data, clock, en):
    path = link()
    for _ in range(3):
        asked = client.get(path)
        assert (asked.status_code, asked.text.count("<form")) == (200, 1)
        assert "pat@" not in asked.text
    assert "pat@example.com" in open_my_data(path).text
    clock.forward(hours=2)
    for method in ("GET", "POST"):
        used = client.open(path, method=method)
        assert (used.status_code, en("my_data_used_title") in used.text, "pat@" in used.text) == (410, True, False)
        said = client.open(path, method=method, headers={"Accept": "application/json"})
        assert (said.status_code, said.json) == (410, {"message": en("my_data_used_lead")})
    assert f'action="../{path[1:]}/again"' in used.text
    assert client.post(f"{path}/again").status_code == 200
    fresh = mailed("my-data", "my-data")
    assert fresh != path
    assert "pat@example.com" in open_my_data(fresh).text


def test_another_writing_of_a_used_link_is_used_too(client, everywhere, link):
    """The last letter of a signature has bits that say nothing."""
    path = link()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [path[:-1] + each for each in letters]
    valid = [each for each in others if client.get(each).status_code == 200]
    assert path in valid
    assert client.post(path).status_code == 200
    assert {client.post(each).status_code for each in valid} == {410}


def test_the_mailed_link_itself_does_nothing_but_open_the_page(client, everywhere, link, open_my_data, rows):
    path = link()
    for used in (False, True):
        if used:
            open_my_data(path)
        for method, end in FORMS:
            answer = client.open(path + end, method=method, data={"sure": "yes", "introducer": "bo"})
            assert answer.status_code == 404, end
    assert [each.withdrawn_at for each in rows(Lead)] == [None, None]


def test_the_page_works_for_an_hour(client, everywhere, opened, mailed, clock, rows, en):
    path = opened().path
    clock.forward(hours=1, seconds=-1)
    assert client.get(f"{path}/download").status_code == 200
    clock.forward(seconds=1)
    for method, end in FORMS:
        answer = client.open(path + end, method=method, data={"sure": "yes", "introducer": "bo"})
        assert (answer.status_code, en("my_data_closed_title") in answer.text) == (410, True), end
        assert f"/{path[1:]}/again" in answer.text
    assert [each.withdrawn_at for each in rows(Lead)] == [None, None]
    assert client.get(path).status_code == 404, "no link of a day"
    before = len(rows(OutboxMail))
    assert client.post(f"{path}/again").status_code == 200
    assert len(rows(OutboxMail)) == before + 1


def test_what_was_used_is_forgotten_when_it_would_be_too_old(client, everywhere, link, open_my_data, database, clock):
    path = link()
    open_my_data(path)
    clock.forward(days=1)
    with database.write() as session:
        purging.purge(session, Policy(), clock.now)
        assert session.query(UsedProof).count() == 0
    assert client.post(path).status_code == 410


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_fetching_changes_nothing(client, everywhere, link, open_my_data, rows, method):
    tables = (ProspectActivity, Decision, OutboxMail, Suppression, PersonalData, UsedProof)
    path = link()
    before = [len(rows(table)) for table in tables]
    client.open(path, method=method)
    assert [len(rows(table)) for table in tables] == before
    page = open_my_data(path).path
    before = [len(rows(table)) for table in tables]
    for end in ("", "/download", "/introducer", "/withdraw", "/erase"):
        client.open(page + end, method=method)
    assert [len(rows(table)) for table in tables] == before


@pytest.mark.parametrize("typed", ["bo", "https://fern.example/bo/", "fern.example/bo/es/", " BO "])
def test_the_introducer_can_be_corrected(client, confirmed, opened, rows, typed):
    confirmed("m-1")
    page = client.post(opened().path + "/introducer", data={"introducer": typed})
    assert page.status_code == 200
    assert rows(Lead)[0].owner_id == "m-2"
    assert [(each.owner_id, each.rule) for each in rows(Decision)] == [("m-1", "page"), ("m-2", "correction")]
    assert [each.recipient for each in rows(OutboxMail) if each.kind == "new-lead"][-1] == "bo@members.example.com"


@pytest.mark.parametrize("typed", ["nobody", "", "{{7*7}}", "../..", "http://[", "=1+1", "b\x00o", "\u202eob"])
def test_a_stranger_cannot_be_named(client, confirmed, opened, rows, typed):
    confirmed("m-1")
    page = client.post(opened().path + "/introducer", data={"introducer": typed})
    assert page.status_code == 422
    assert rows(Lead)[0].owner_id == "m-1"


def test_members_are_not_flooded_by_one_who_changes_their_mind(client, confirmed, opened, rows):
    confirmed("m-1")
    path = opened().path + "/introducer"
    answers = [client.post(path, data={"introducer": ("bo", "bo", "ana")[n % 3]}).status_code for n in range(30)]
    assert answers[:5] == [200] * 5
    assert answers[-1] == 422
    assert len([each for each in rows(ProspectActivity) if each.kind == "corrected"]) == 3
    assert len([each for each in rows(OutboxMail) if each.kind == "new-lead"]) == 4


def test_after_the_window_the_owner_stays(client, confirmed, opened, rows, clock):
    confirmed("m-1")
    clock.forward(days=30)
    assert client.post(opened().path + "/introducer", data={"introducer": "bo"}).status_code == 422
    assert rows(Lead)[0].owner_id == "m-1"


def test_withdrawing_holds_everywhere(client, everywhere, opened, rows, clock):
    assert client.post(opened().path + "/withdraw").status_code == 200
    assert [each.withdrawn_at for each in rows(Lead)] == [clock.now] * 2
    assert [each.reason for each in rows(Suppression)] == ["withdrawn"]


def test_erasing_asks_once(client, everywhere, opened, rows):
    assert client.post(opened().path + "/erase").status_code == 422
    assert len(rows(PersonalData)) == 2


def test_erasing_leaves_a_keyed_hash_and_numbers(client, everywhere, link, open_my_data, rows, database):
    path = link()
    page = open_my_data(path).path
    assert client.post(page + "/erase", data={"sure": "yes"}).status_code == 200
    assert client.get(path).status_code == 410
    assert client.get(page + "/download").status_code == 410
    everything = ""
    for table in (Lead, Touch, ProspectActivity, Decision, OutboxMail, Suppression, PersonalData):
        for row in rows(table):
            everything += str({column.key: getattr(row, column.key) for column in table.__table__.columns})
    assert "pat@" not in everything.lower()
    assert "'Pat'" not in everything
    assert "radio" not in everything
    assert [each.reason for each in rows(Suppression)] == ["erased"]
    assert rows(OutboxMail) == []


def test_who_was_erased_can_come_back_by_themselves(client, everywhere, form, opened, mailed, rows, clock):
    client.post(opened().path + "/erase", data={"sure": "yes"})
    clock.forward(days=2)
    client.post("/signup", data=form())
    assert client.post(mailed("confirm", "confirm")).status_code == 200
    assert rows(Suppression) == []
    assert len([each for each in rows(Lead) if each.confirmed]) == 1
