"""The office: coming in by a mailed link, Today, the list, a lead's page, what is done there, and taking it back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from capture import features
from capture.accounts import signing_in
from capture.base.db import Database
from capture.base.retention import Policy
from capture.models import (
    AccessLogEntry,
    Campaign,
    Lead,
    LeadActivity,
    OfficeSession,
    OutboxMail,
    Provenance,
    Suppression,
    Upload,
)
from tests.capture.clock import Clock
from tests.capture.office import HOST, STAFF, Browser, SignIn


def test_a_link_opens_the_office_once(app: Flask, enter: SignIn, rows: Callable[..., list[Any]], clock: Clock) -> None:
    browser = enter("bo@members.example.com")
    assert "Bo O&#39;Neill" in browser.get("/office/").text
    mail = rows(OutboxMail)[-1]
    link = re.search(rf"{HOST}(/office/enter/\S+)", mail.text)
    assert link
    other = Browser(app)
    assert other.client.post(link[1], base_url=HOST).status_code == 410
    assert other.get("/office/").status_code == 303


def test_reading_the_link_changes_nothing(app: Flask, client: FlaskClient, rows: Any, clock: Clock) -> None:
    client.post("/office/sign-in", data={"email": "bo@members.example.com"})
    link = re.search(rf"{HOST}(/office/enter/\S+)", rows(OutboxMail)[-1].text)
    assert link
    for _ in range(3):
        assert client.get(link[1]).status_code == 200
        assert client.head(link[1]).status_code == 200
    assert rows(OfficeSession) == []
    clock.forward(minutes=31)
    assert client.get(link[1]).status_code == 410
    assert client.post(link[1]).status_code == 410
    assert rows(OfficeSession) == []


def test_the_door_tells_nobody_who_is_known(client: FlaskClient, rows: Any, clock: Clock) -> None:
    answers = [
        client.post("/office/sign-in", data={"email": address}).data
        for address in ("bo@members.example.com", "nobody@example.com", "cleo@members.example.com", "", "\0", "x" * 999)
    ]
    assert len(set(answers)) == 1
    assert [each.recipient for each in rows(OutboxMail)] == ["bo@members.example.com"]


def test_links_are_limited_for_each_recipient(client: FlaskClient, rows: Any, clock: Clock) -> None:
    for _ in range(40):
        client.post("/office/sign-in", data={"email": "bo@members.example.com"})
        clock.forward(minutes=1.2)
    assert len(rows(OutboxMail)) == 5


def test_leaving_ends_the_sitting_here_or_everywhere(enter: SignIn, rows: Any) -> None:
    first, second, third = (enter("bo@members.example.com") for _ in range(3))
    assert first.post("/office/sign-out").status_code == 303
    assert first.get("/office/").status_code == 303
    assert second.get("/office/").status_code == 200
    assert second.post("/office/sign-out", everywhere="yes").status_code == 303
    assert third.get("/office/").status_code == 303


def test_who_leaves_the_company_is_out_at_once(enter: SignIn, database: Database, clock: Clock) -> None:
    browser = enter(STAFF)
    assert browser.get("/office/leads").status_code == 200
    with database.write() as session:
        signing_in.remove_staff(session, STAFF, clock.now)
    assert browser.get("/office/leads").status_code == 303


def test_the_cookie_is_for_this_host_and_no_script(app: Flask, enter: SignIn, rows: Any, clock: Clock) -> None:
    client = app.test_client()
    client.post("/office/sign-in", base_url=HOST, data={"email": "bo@members.example.com"})
    link = re.search(rf"{HOST}(/office/enter/\S+)", rows(OutboxMail)[-1].text)
    assert link
    cookie = client.post(link[1], base_url=HOST).headers["Set-Cookie"]
    assert cookie.startswith("__Host-espalier=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert rows(OfficeSession)[-1].digest not in cookie


def test_a_form_of_another_sitting_or_site_does_nothing(enter: SignIn, confirmed: Any, rows: Any) -> None:
    browser = enter("bo@members.example.com")
    confirmed("m-2")
    number = rows(Lead)[0].id
    path = f"/office/leads/{number}/note"
    assert browser.client.post(path, base_url=HOST, data={"note": "x"}).status_code == 403
    other = enter("ana@members.example.com")
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/office/").text)
    assert token
    sent = {"csrf_token": token[1], "note": "x"}
    assert browser.client.post(path, base_url=HOST, data=sent).status_code == 403
    mine = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/office/").text)
    assert mine
    sent = {"csrf_token": mine[1], "note": "x"}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert browser.client.post(path, base_url=HOST, data=sent, headers=foreign).status_code == 403
    assert rows(LeadActivity) == []


def test_a_member_sees_their_own_confirmed_leads(enter: SignIn, confirmed: Any, client: FlaskClient, form: Any) -> None:
    confirmed("m-2", "pat@example.com")
    confirmed("m-1", "quim@example.com")
    client.post("/signup", data=form("m-2", email="rosa@example.com"))
    page = enter("bo@members.example.com").get("/office/").text
    assert "pat@example.com" in page
    assert "quim@example.com" not in page
    assert "rosa@example.com" not in page
    assert "1 have signed up and not confirmed yet" in page


def test_from_new_to_customer_and_back(enter: SignIn, confirmed: Any, rows: Any, clock: Clock) -> None:
    confirmed("m-2")
    browser = enter("bo@members.example.com")
    path = f"/office/leads/{rows(Lead)[0].id}"
    assert browser.post(f"{path}/stage", stage="contacted", because="").status_code == 303
    assert browser.post(f"{path}/follow-up", on="2026-03-09").status_code == 303
    assert browser.post(f"{path}/note", note="Likes <b>candles</b>").status_code == 303
    page = browser.get(path).text
    assert "You changed the stage to “contacted”" in page
    assert "You set the follow-up to 9 March 2026" in page
    assert "Likes &lt;b&gt;candles&lt;/b&gt;" in page
    lead = rows(Lead)[0]
    assert (lead.stage, lead.due_on) == ("contacted", date(2026, 3, 9))
    for _ in range(3):
        step = re.search(r'name="step" value="(\d+)"', browser.get(path).text)
        assert step
        assert browser.post(f"{path}/undo", step=step[1]).status_code == 303
    assert "candles" not in browser.get(path).text
    lead = rows(Lead)[0]
    assert (lead.stage, lead.due_on) == ("new", None)
    assert all(each.undone_at and each.note is None for each in rows(LeadActivity))


def test_undo_takes_back_only_what_was_seen(enter: SignIn, confirmed: Any, rows: Any) -> None:
    confirmed("m-2")
    browser = enter("bo@members.example.com")
    path = f"/office/leads/{rows(Lead)[0].id}"
    browser.post(f"{path}/stage", stage="contacted", because="")
    seen = rows(LeadActivity)[-1].id
    enter(STAFF).post(f"{path}/stage", stage="qualified", because="")
    browser.post(f"{path}/undo", step=str(seen))
    assert rows(Lead)[0].stage == "qualified"


def test_a_lost_lead_needs_nothing_more(enter: SignIn, confirmed: Any, rows: Any) -> None:
    confirmed("m-2")
    browser = enter("bo@members.example.com")
    path = f"/office/leads/{rows(Lead)[0].id}"
    browser.post(f"{path}/follow-up", on="2026-03-04")
    assert "Pat" in browser.get("/office/").text.partition("Follow-ups due")[2].partition("</section>")[0]
    browser.post(f"{path}/stage", stage="lost", because="not-now")
    lead = rows(Lead)[0]
    assert (lead.stage, lead.lost_because, lead.due_on) == ("lost", "not-now", None)
    assert "No follow-up is due" in browser.get("/office/").text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("stage", {"stage": "won"}),
        ("stage", {}),
        ("stage", {"stage": "lost", "because": "bored"}),
        ("note", {"note": "  "}),
        ("note", {"note": "x" * 2001}),
        ("note", {"note": "a\0b"}),
        ("follow-up", {"on": "next week"}),
        ("undo", {"step": "one"}),
    ],
)
def test_what_cannot_be_read_changes_nothing(
    enter: SignIn, confirmed: Any, rows: Any, action: str, fields: dict[str, str]
) -> None:
    confirmed("m-2")
    answer = enter("bo@members.example.com").post(f"/office/leads/{rows(Lead)[0].id}/{action}", **fields)
    assert answer.status_code == 422
    assert "nothing was changed" in answer.text
    assert rows(LeadActivity) == []


def test_the_list_filters_sorts_and_pages(enter: SignIn, database: Database, clock: Clock, rows: Any) -> None:
    with database.write() as session:
        for number in range(120):
            session.add(
                Lead(
                    member_id="m-2",
                    assignee_id="m-2",
                    owner_id="m-2",
                    email=f"p{number:03}@example.com",
                    first_name="Zoë" if number == 7 else None,
                    interest="opportunity" if number % 2 else "products",
                    locale="en",
                    stage="contacted" if number < 10 else "new",
                    created_at=clock.now,
                    confirmed_at=clock.now,
                    known_at=clock.now,
                )
            )
    browser = enter("bo@members.example.com")
    seen: list[str] = []
    path = "/office/leads"
    for _ in range(3):
        page = browser.get(path).text
        seen += re.findall(r"(p\d{3})@example", page)
        further = re.search(r'rel="next" href="[^"?]*(\?[^"]+)"', page)
        path = f"/office/leads{further[1].replace('&amp;', '&')}" if further else ""
    assert seen == [f"p{number:03}" for number in reversed(range(120))]
    assert path == ""
    assert "120 leads" in browser.get("/office/leads").text
    assert "60 leads" in browser.get("/office/leads?interest=opportunity").text
    assert "10 leads" in browser.get("/office/leads?stage=contacted").text
    assert "1 lead<" in browser.get("/office/leads?q=zo%C3%AB").text.replace("1 lead ·", "1 lead<")
    assert "No lead matches" in browser.get("/office/leads?q=%25").text
    table = list(csv.reader(io.StringIO(browser.get("/office/leads.csv?stage=contacted").text)))
    assert len(table) == 11
    assert {tuple(row[-2:]) for row in table[1:]} == {("yes", "")}


def test_nonsense_in_an_address_is_left_out(enter: SignIn) -> None:
    browser = enter("bo@members.example.com")
    for query in ("after=x~1", "after=2026-99-99~1", "after=~", "stage=x", "sort=x", "after=2026-03-04~" + "9" * 40):
        assert browser.get(f"/office/leads?{query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "after=2026-01-01x~1",
        "after=2026-01-01T25~1",
        "after=2026-01-01T00:00~1&sort=due",
        "after=0001-01-01T00:00:00%2B14:00~1",
        "after=9999-12-31T23:59:59-14:00~1&sort=newest",
        "q=p%00",
        "campaign=radio%00",
        "page=%00",
    ],
)
def test_what_no_row_can_hold_is_left_out(enter: SignIn, confirmed: Any, query: str) -> None:
    confirmed("m-2")
    browser = enter("bo@members.example.com")
    for path in ("/office/leads", "/office/leads.csv"):
        answer = browser.get(f"{path}?{query}")
        if "sort=due" not in query:
            assert "pat@example.com" in answer.text
        assert answer.status_code == 200


@pytest.mark.parametrize("number", ["9" * 18, str(2**63 - 1), str(2**63), "9" * 20, "9" * 5000, "0", "-1", "1.5"])
def test_what_no_row_can_be_called_is_not_there(enter: SignIn, confirmed: Any, number: str) -> None:
    browser = enter("bo@members.example.com")
    browser.post("/office/campaigns/", channel="radio", name="Spot")
    for path in (f"leads/{number}", f"import/{number}", f"import/{number}/ledger.csv"):
        assert browser.get(f"/office/{path}").status_code == 404, path
    for path in (f"leads/{number}/note", f"import/{number}", f"import/{number}/take", f"import/{number}/discard"):
        assert browser.post(f"/office/{path}", note="x").status_code == 404, path
    struck = browser.post(f"/office/campaigns/radio1/spend/{number}/strike").status_code
    assert struck == (303 if number == "9" * 18 else 404), "striking what is not there changes nothing"


def test_what_staff_look_at_is_written_down(enter: SignIn, confirmed: Any, rows: Any) -> None:
    confirmed("m-2")
    number = rows(Lead)[0].id
    staff = enter(STAFF)
    staff.get("/office/")
    staff.get("/office/leads")
    staff.get("/office/leads.csv")
    staff.get(f"/office/leads/{number}")
    assert [(each.what, each.lead_id, each.rows) for each in rows(AccessLogEntry)] == [
        ("today", None, 1),
        ("leads", None, 1),
        ("leads.csv", None, 1),
        ("lead", number, 1),
    ]
    enter("bo@members.example.com").get(f"/office/leads/{number}")
    assert len(rows(AccessLogEntry)) == 4


def test_the_team_is_numbers_only(enter: SignIn, confirmed: Any, database: Database) -> None:
    with database.write() as session:
        from capture.models import Member

        session.get_one(Member, "m-2").sponsor_id = "m-1"
        session.get_one(Member, "m-3").sponsor_id = "m-2"
    confirmed("m-2", "pat@example.com")
    page = enter("ana@members.example.com").get("/office/team").text
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["2", "1", "1", "1"]
    assert "pat@example.com" not in page
    assert "Bo" not in page


def test_the_numbers_of_large_teams_are_counted_ahead(
    enter: SignIn, confirmed: Any, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from capture.models import Lead, LeadCount, Member
    from capture.reports import counting
    from capture.teams import counts

    with database.write() as session:
        session.get_one(Member, "m-2").sponsor_id = "m-1"
    for number in range(4):
        confirmed("m-2", f"p{number}@example.com")
    ana = enter("ana@members.example.com")

    def shown() -> list[str]:
        return re.findall(r"<dd>(\d+)</dd>", ana.get("/office/team").text)

    live = shown()
    assert live == ["1", "1", "4", "4"]
    assert not counts.count_teams_ahead(database, clock.now), "there are few leads"
    monkeypatch.setattr(counting, "FEW", 2)
    assert counts.count_teams_ahead(database, clock.now)
    assert counting.count_ahead(database, clock.now), "each counts for itself"
    assert shown() == live
    assert "2026-03" in ana.get("/office/team").text, "when that was"
    assert not counts.count_teams_ahead(database, clock.now + timedelta(minutes=1)), "it was just done"
    confirmed("m-2", "late@example.com")
    assert shown() == live, "until it is counted anew"
    clock.forward(minutes=5)
    assert counts.count_teams_ahead(database, clock.now)
    assert shown() == ["1", "1", "5", "5"]
    clock.forward(days=28)
    assert shown() == ["1", "1", "5", "0"], "another month has begun"
    assert "<strong>" in ana.get("/office/team").text, "that it is old"
    with database.write() as session:
        session.query(Lead).update({"known_at": None})
    assert counts.count_teams_ahead(database, clock.now)
    with database.read() as session:
        assert session.query(LeadCount).count() == 0


def test_who_wants_no_mail_is_left_alone(
    enter: SignIn, confirmed: Any, client: FlaskClient, mailed: Any, rows: Any
) -> None:
    confirmed("m-2")
    assert client.post(mailed("thank-you", "unsubscribe")).status_code == 200
    number = rows(Lead)[0].id
    page = enter("bo@members.example.com").get(f"/office/leads/{number}").text
    assert "wishes no more messages" in page
    assert "mailto:" not in page


def test_an_erased_person_leaves_no_words_behind(
    enter: SignIn, confirmed: Any, database: Database, links: Any, rows: Any, clock: Clock
) -> None:
    from capture.consent import erasing

    confirmed("m-2")
    number = rows(Lead)[0].id
    browser = enter("bo@members.example.com")
    browser.post(f"/office/leads/{number}/note", note="Pat lives in Kinsale")
    with database.write() as session:
        erasing.erase(session, features.ALL, links, "pat@example.com", clock.now)
    assert browser.get(f"/office/leads/{number}").status_code == 404
    assert rows(LeadActivity)[0].note is None


@pytest.mark.parametrize(("reason", "told"), [("bounced", True), ("unsubscribed", False)])
def test_staff_are_told_whose_address_mail_comes_back_from(
    enter: SignIn, confirmed: Any, database: Database, links: Any, clock: Clock, rows: Any, reason: str, told: bool
) -> None:
    """The mail about a new lead to a member came back, or was not sent since an earlier one had come back."""
    from capture.mailing import outbox, suppression
    from capture.models import OutboxMail

    confirmed("m-2")
    staff, member = enter(STAFF), enter("bo@members.example.com")
    assert "Mail needs you" not in staff.get("/office/").text
    mail = next(each for each in rows(OutboxMail) if each.kind == "new-lead")
    keys = links.address_keys
    with database.write() as session:
        if reason == "bounced":
            suppression.suppress_bounced(
                session, keys, mail.recipient, clock.now, source=suppression.Source.REPORT, mail_id=mail.id
            )
        else:
            suppression.suppress(session, keys, mail.recipient, suppression.Reason(reason), clock.now)
    assert ("bo@members.example.com" in staff.get("/office/").text) is told
    with database.write() as session:
        found = session.get_one(OutboxMail, mail.id)
        found.state, found.last_error = "dropped", outbox.SUPPRESSED
        session.query(Suppression).update({"mail_id": None})
    page = staff.get("/office/").text
    assert ("bo@members.example.com" in page) is ("Mail needs you" in page) is told
    assert "Mail needs you" not in member.get("/office/").text


def test_staff_are_told_that_no_mail_can_be_sent(enter: SignIn, database: Database, clock: Clock) -> None:
    from capture.mailing import trouble

    staff, member = enter(STAFF), enter("bo@members.example.com")
    since = f"{clock.now:%Y-%m-%d %H:%M}"
    with database.write() as session:
        trouble.note(session, "the mail server refuses <us>", clock.now)
    page = staff.get("/office/").text
    assert f"Since {since} UTC no mail can be sent" in page and "refuses &lt;us&gt;" in page
    assert "no mail can be sent" not in member.get("/office/").text
    with database.write() as session:
        trouble.note(session, None, clock.now)
    assert "no mail can be sent" not in staff.get("/office/").text


ROLES = ("owner", "upline", "downline", "stranger", "staff", "nobody")

#: Every address of the office, and who gets what there; a new one without its line fails.
ALLOWED: dict[str, dict[str, int]] = {
    "accounts.ask": dict.fromkeys(ROLES, 200),
    "accounts.send": dict.fromkeys(ROLES, 200),
    "accounts.knock": dict.fromkeys(ROLES, 404),
    "accounts.enter": dict.fromkeys(ROLES, 404),
    "accounts.leave": {**dict.fromkeys(ROLES, 303), "nobody": 403},
    "sessions.overview": {**dict.fromkeys(ROLES, 404), "staff": 200, "nobody": 303},
    "sessions.end": {**dict.fromkeys(ROLES, 404), "staff": 422, "nobody": 403},
    "leads.today": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "leads.leads": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "leads.leads_csv": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "teams.team": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "reports.results_page": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "reports.results_csv": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "leads.met": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "leads.add_met": {**dict.fromkeys(ROLES, 422), "nobody": 403},
    "campaigns.overview": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "campaigns.new": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "campaigns.add": {**dict.fromkeys(ROLES, 303), "nobody": 403},
    **{
        f"campaigns.{page}": {**dict.fromkeys(ROLES, 404), "owner": 200, "staff": 200, "nobody": 303}
        for page in ("one", "qr_svg", "qr_png", "flyer")
    },
    **{
        f"campaigns.{action}": {**dict.fromkeys(ROLES, 404), "owner": 303, "staff": 303, "nobody": 403}
        for action in ("change", "spend", "strike")
    },
    "suppression.overview": {**dict.fromkeys(ROLES, 404), "staff": 200, "nobody": 303},
    **{
        f"suppression.{action}": {**dict.fromkeys(ROLES, 404), "staff": 200, "nobody": 403}
        for action in ("look_up", "add", "lift")
    },
    "leads.lead": {**dict.fromkeys(ROLES, 404), "owner": 200, "staff": 200, "nobody": 303},
    **{
        f"leads.{action}": {**dict.fromkeys(ROLES, 404), "owner": 303, "staff": 303, "nobody": 403}
        for action in ("stage", "note", "follow_up", "undo")
    },
    "imports.start": {**dict.fromkeys(ROLES, 200), "nobody": 303},
    "imports.bring": {**dict.fromkeys(ROLES, 422), "nobody": 403},
    # A list that was brought is seen by who brought it and by nobody else: the staff bring their own.
    "imports.show": {**dict.fromkeys(ROLES, 404), "owner": 200, "nobody": 303},
    "imports.ledger": {**dict.fromkeys(ROLES, 404), "nobody": 303},
    "imports.describe": {**dict.fromkeys(ROLES, 404), "owner": 422, "nobody": 403},
    "imports.take": {**dict.fromkeys(ROLES, 404), "owner": 409, "nobody": 403},
    "imports.answer": {**dict.fromkeys(ROLES, 404), "owner": 409, "nobody": 403},
    "imports.discard": {**dict.fromkeys(ROLES, 404), "owner": 303, "nobody": 403},
}
FIELDS = {
    "stage": "contacted",
    "note": "Hello",
    "on": "2026-03-09",
    "step": "1",
    "email": "nobody@example.com",
    "channel": "radio",
    "name": "Another spot",
    "amount": "12",
}


def office_routes(app: Flask) -> dict[str, tuple[str, str]]:
    """Each view of the office: its method and its address."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/office"):
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            found[rule.endpoint] = (method, rule.rule)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reaches_another_branch(
    app: Flask, enter: SignIn, confirmed: Any, database: Database, rows: Any, clock: Clock, role: str
) -> None:
    from capture.models import Member

    with database.write() as session:
        # Ana stands above Bo, Bo above Dora; Eve stands apart. The lead is Bo's.
        bo = session.get_one(Member, "m-2")
        bo.sponsor_id = "m-1"
        common = {"phone": None, "locale": "en", "active": True, "name": "X", "first_name": "X"}
        for id, slug, sponsor in (("m-4", "dora", "m-2"), ("m-5", "eve", None)):
            email, home = f"{slug}@members.example.com", f"https://fern.example/{slug}/"
            session.add(Member(id=id, slug=slug, email=email, home=home, sponsor_id=sponsor, **common))
    with database.write() as session:
        common = {"channel": "radio", "name": "The spot of Bo", "created_at": datetime.now(UTC)}
        session.add(Campaign(code="radio7", member_id="m-2", **common))
    confirmed("m-2", "pat@example.com")
    numbers = {"leads": rows(Lead)[0].id, "imports": 4711}
    with database.write() as session:
        common = {"digest": "", "rows": 1, "places": {"email": 0}, "outcomes": {}, "state": "new", "at": clock.now}
        content = "Email\npat@example.com\n"
        session.add(Upload(id=numbers["imports"], member_id="m-2", file="bo.csv", content=content, **common))
    whose = {"owner": "bo", "upline": "ana", "downline": "dora", "stranger": "eve"}
    routes = office_routes(app)
    assert routes.keys() == ALLOWED.keys()
    for endpoint, (method, rule) in routes.items():
        browser = (
            Browser(app)
            if role == "nobody"
            else enter(STAFF if role == "staff" else f"{whose[role]}@members.example.com")
        )
        number = numbers.get(endpoint.partition(".")[0], 1)
        path = rule.replace("<row:number>", str(number)).replace("<signed>", "x").replace("<code>", "radio7")
        answer = browser.post(path, **FIELDS) if method == "POST" else browser.get(path)
        assert answer.status_code == ALLOWED[endpoint][role], (endpoint, role)
        if role not in ("owner", "staff"):
            assert "pat@example.com" not in answer.text, (endpoint, role)
            assert "The spot of Bo" not in answer.text, (endpoint, role)


def test_staff_are_let_in_and_shut_out_by_command(settings: Any, monkeypatch: pytest.MonkeyPatch, rows: Any) -> None:
    from click.testing import CliRunner

    from capture import commands
    from capture.models import Staff

    monkeypatch.setenv("ESPALIER_TOKEN_KEY", settings.token_keys[0])
    monkeypatch.setenv("ESPALIER_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)

    def run(*words: str) -> Any:
        return CliRunner().invoke(commands.main, ["staff", *words])

    assert "no staff yet" in run("list").output
    assert run("add", "desk@example.com").exit_code == 0
    assert run("add", "desk@example.com").exit_code == 1
    assert "is not an e-mail address" in run("add", "desk").output
    assert "desk@example.com" in run("list").output
    assert run("remove", "desk@example.com").exit_code == 0
    assert run("remove", "desk@example.com").exit_code == 1
    assert len(rows(Staff)) == 1


def test_mail_that_comes_back_is_told(
    enter: SignIn, confirmed: Any, database: Database, links: Any, clock: Clock
) -> None:
    from capture.mailing import suppression

    confirmed("m-2")
    browser = enter("bo@members.example.com")
    assert "Mail returned" not in browser.get("/office/").text
    with database.write() as session:
        suppression.suppress_bounced(
            session, links.address_keys, "pat@example.com", clock.now, source=suppression.Source.REPORT
        )
    assert "pat@example.com" in browser.get("/office/").text.partition("Mail returned")[2]


def test_somebody_met_is_kept_once(enter: SignIn, rows: Any, database: Database, links: Any, clock: Clock) -> None:
    from capture.mailing import suppression

    browser = enter("bo@members.example.com")
    sent = {"email": "Nell@Example.com", "first_name": "Nell", "phone": "+353 87 123 4567", "interest": "products"}
    assert browser.post("/office/met", **sent).status_code == 422
    assert browser.post("/office/met", **sent, asked="y").status_code == 303
    [lead] = rows(Lead)
    assert (lead.email, lead.phone, lead.assignee_id) == ("Nell@example.com", "+353871234567", "m-2")
    page = browser.get(f"/office/leads/{lead.id}").text
    assert 'href="tel:+353871234567"' in page
    assert 'href="https://wa.me/353871234567"' in page
    assert "Added after you met in person" in page
    assert browser.post("/office/met", **sent, asked="y").status_code == 409
    with database.write() as session:
        suppression.suppress(session, links.address_keys, "gone@example.com", suppression.Reason.ERASED, clock.now)
    answer = browser.post("/office/met", **{**sent, "email": "gone@example.com"}, asked="y")
    assert (answer.status_code, answer.headers["Location"][-10:]) == (303, "/met?saved")
    for wrong in ({"email": "nell"}, {"phone": "call me"}, {"first_name": "N\u202e"}, {"interest": "x"}):
        assert browser.post("/office/met", **{**sent, **wrong}, asked="y").status_code == 422
    assert len(rows(Lead)) == 1


def test_no_page_asks_the_database_once_for_each_row(
    enter: SignIn, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many statements for fifty leads as for two."""
    from sqlalchemy import event

    asked: list[str] = []
    event.listen(database.engine, "after_cursor_execute", lambda *args: asked.append(args[2]))

    def add(numbers: range) -> None:
        with database.write() as session:
            for number in numbers:
                common = {
                    "member_id": "m-2",
                    "assignee_id": "m-2",
                    "owner_id": "m-2",
                    "interest": "both",
                    "locale": "en",
                }
                at = {"created_at": clock.now, "known_at": clock.now, "due_on": clock.now.date()}
                session.add(met := Provenance(kind="met", member_id="m-2", at=clock.now))
                session.flush()
                session.add(Lead(email=f"p{number}@example.com", provenance_id=met.id, **common, **at))

    def count() -> dict[str, int]:
        found = {}
        for path in ("/office/", "/office/leads", "/office/leads?sort=due", "/office/leads.csv", "/office/team"):
            asked.clear()
            assert browser.get(path).status_code == 200
            found[path] = len(asked)
        return found

    browser = enter(STAFF)
    add(range(2))
    few = count()
    add(range(2, 52))
    assert count() == few
    assert max(few.values()) < 16


def test_a_purge_forgets_sittings_and_tickets_that_are_over(
    enter: SignIn, database: Database, rows: Any, clock: Clock
) -> None:
    from capture.consent import erasing
    from capture.models import SignInToken

    browser = enter("bo@members.example.com")
    with database.write() as session:
        erasing.purge(session, features.ALL, Policy(), clock.now)
    assert len(rows(OfficeSession)) == 1
    clock.forward(days=30)
    assert browser.get("/office/").status_code == 303
    with database.write() as session:
        erasing.purge(session, features.ALL, Policy(), clock.now)
    assert rows(OfficeSession) == rows(SignInToken) == []
