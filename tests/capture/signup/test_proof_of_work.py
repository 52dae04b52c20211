"""Machines, floods and forgers: what they get, and what they do not."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from html import unescape

import pytest

from capture.app import create_app
from capture.base.identity import fold
from capture.limits import human_proof
from capture.limits.budgets import Limits
from capture.limits.networks import network
from capture.models import BudgetUse, HourlyCount, Lead, Member, OutboxMail, Touch, UsedProof
from tests.capture.applications import application
from tests.capture.forms import JSON, form_of, solve, solve_wrongly


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """The same protocol with less work."""
    monkeypatch.setattr(human_proof, "COST", 2)


@pytest.fixture
def bare(form):
    """What a page sends without a script: neither a solution nor a pause."""
    return lambda *arguments, **changes: form(*arguments, pause=None, **changes)


# -- the page between ------------------------------------------------------------------------------------


def test_without_a_script_a_page_stands_between(client, bare, rows, clock):
    fields = bare("m-1", locale="es", first_name='P"<at>', utm_source="radio")
    page = client.post("/signup", data=fields)
    assert (page.status_code, rows(Lead)) == (200, [])
    assert '<html lang="es">' in page.text
    assert "<strong>pat@example.com</strong>" in page.text
    assert "form-action 'self' https://fern.example;" in page.headers["Content-Security-Policy"]
    sent = form_of(page.text)
    assert {name: sent[name] for name in fields} == fields
    clock.forward(seconds=3)
    answer = client.post("/signup", data=sent)
    assert (answer.status_code, answer.location) == (303, "https://fern.example/ana/gracias/")
    assert (len(rows(Lead)), rows(Touch)[0].utm) == (1, {"source": "radio"})


def test_whoever_is_too_quick_waits_on_the_same_page(client, bare, rows, clock):
    sent = form_of(client.post("/signup", data=bare()).text)
    again = client.post("/signup", data=sent)
    assert (again.status_code, form_of(again.text)["pause"]) == (200, sent["pause"])
    clock.forward(seconds=3)
    assert client.post("/signup", data=form_of(again.text)).status_code == 303


@pytest.mark.parametrize("change", [{"email": "other@example.com"}, {"token": None}, {"pause": "x"}])
def test_a_pause_holds_for_its_own_sign_up(client, bare, signer, rows, clock, change):
    sent = form_of(client.post("/signup", data=bare()).text)
    clock.forward(seconds=9)
    if "token" in change:
        change = {"token": signer.member_token("m-1")}
    assert client.post("/signup", data=sent | change).status_code == 200
    assert rows(Lead) == []


def test_a_pause_is_over_after_an_hour(client, bare, rows, clock):
    sent = form_of(client.post("/signup", data=bare()).text)
    clock.forward(hours=1)
    fresh = client.post("/signup", data=sent)
    assert fresh.status_code == 200
    clock.forward(seconds=3)
    assert client.post("/signup", data=form_of(fresh.text)).status_code == 303


def test_what_was_typed_is_told_first(client, bare):
    assert client.post("/signup", data=bare(email="x")).status_code == 422


def test_the_trap_meets_the_same_page(client, bare, rows, clock):
    honest, trapped = (client.post("/signup", data=bare(website=each)) for each in ("", "spam"))
    assert trapped.data == honest.data.replace(b'name="website" value=""', b'name="website" value="spam"')
    clock.forward(seconds=3)
    one, two = (client.post("/signup", data=form_of(each.text)) for each in (honest, trapped))
    assert (one.status_code, one.data, dict(one.headers)) == (two.status_code, two.data, dict(two.headers))
    assert len(rows(Lead)) == 1


# -- proof of work ---------------------------------------------------------------------------------------


def test_a_solved_puzzle_needs_no_page_between(client, bare, rows, clock):
    answer = client.get("/challenge")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    clock.forward(seconds=5)
    sent = client.post("/signup", data=bare(altcha=solve(answer.json)), headers=JSON)
    assert (sent.status_code, len(rows(Lead)), len(rows(UsedProof))) == (201, 1, 1)


def test_a_solution_counts_once(client, bare, rows, clock):
    solution = solve(client.get("/challenge").json)
    clock.forward(seconds=5)
    assert client.post("/signup", data=bare(altcha=solution)).status_code == 303
    assert client.post("/signup", data=bare(altcha=solution, email="b@example.com")).status_code == 200
    assert client.post("/signup", data=bare(altcha=solution), headers=JSON).status_code == 428
    assert len(rows(Lead)) == 1


@pytest.mark.parametrize(("seconds", "status"), [(1, 200), (2, 303), (1199, 303), (1200, 200)])
def test_neither_at_once_nor_too_late(client, bare, clock, seconds, status):
    solution = solve(client.get("/challenge").json)
    clock.forward(seconds=seconds)
    assert client.post("/signup", data=bare(altcha=solution)).status_code == status


def forged(client) -> list[str]:
    good = client.get("/challenge").json
    easy = {**good, "parameters": {**good["parameters"], "keyPrefix": ""}}
    dear = {**good, "parameters": {**good["parameters"], "cost": 10**9}}
    late = {**good, "parameters": {**good["parameters"], "expiresAt": 10**10}}
    odd = json.loads(base64.b64decode(solve(good)))
    odds = [odd | {"solution": {"counter": each}} for each in (True, -1, "1", None, 2**32, 1.5)]
    encoded = [base64.b64encode(json.dumps(each).encode()).decode() for each in (*odds, [], "x", {"challenge": 1})]
    dear_one = base64.b64encode(json.dumps({"challenge": dear, "solution": {"counter": 1}}).encode()).decode()
    return [solve_wrongly(good), solve(easy), solve(late), dear_one, *encoded, "", "%%%", "x" * 60_000, "e30=", "\x00"]


def test_forged_solutions_count_for_nothing(client, bare, rows, clock):
    found = forged(client)
    clock.forward(seconds=5)
    for each in found:
        assert client.post("/signup", data=bare(altcha=each)).status_code == 200
    assert rows(Lead) == []


def test_a_program_is_told_what_is_missing(client, bare, rows, clock, form):
    answer = client.post("/signup", data=bare(), headers=JSON)
    assert (answer.status_code, answer.json["errors"]) == (428, {})
    assert set(answer.json) == {"errors", "message", "challenge", "pause"}
    clock.forward(seconds=3)
    assert client.post("/signup", data=bare() | {"pause": answer.json["pause"]}, headers=JSON).status_code == 201


# -- budgets ---------------------------------------------------------------------------------------------


@pytest.fixture
def limited(settings, clock):
    """The service with small budgets."""
    apps = []

    def make(**limits):
        app = application(replace(settings, limits=replace(Limits(), **limits)), clock)
        apps.append(app)
        return app.test_client()

    yield make
    for app in apps:
        app.extensions["espalier"].database.engine.dispose()


@pytest.mark.parametrize("scope", ["token", "network", "domain", "total"])
def test_over_a_budget_everything_is_stored_and_mails_are_held(limited, form, rows, clock, scope):
    client = limited(**{scope: 2})
    answers = [client.post("/signup", data=form(email=f"p{n}@example.com")) for n in range(4)]
    assert len({(each.status_code, each.location, each.data) for each in answers}) == 1
    assert len(rows(Lead)) == 4
    assert [each.state for each in rows(OutboxMail)] == ["waiting", "waiting", "held", "held"]
    clock.forward(hours=1)
    client.post("/signup", data=form(email="later@example.com"))
    assert [each.state for each in rows(OutboxMail)][4] == "waiting"


def test_what_is_odd_counts_for_more_and_is_never_refused(limited, form, rows):
    """A page that sends no referrer makes ``ListOrigin: null`` of a native post: that is no crime."""
    client = limited(network=6)
    browser = {"User-Agent": "Mozilla/5.0", "Origin": "https://fern.example"}
    answers = []
    for place, headers in enumerate((browser, browser | {"Origin": "null"}, {"Origin": "null", "User-Agent": ""})):
        for number in range(7):
            fields = form(email=f"p{number}@{place}.example.com")
            address = {"REMOTE_ADDR": f"192.0.{place}.1"}
            answers.append(client.post("/signup", data=fields, headers=headers, environ_base=address))
    assert len({(each.status_code, each.location, each.data) for each in answers}) == 1
    waiting = Counter(each.domain for each in rows(OutboxMail) if each.state == "waiting")
    assert waiting == {"0.example.com": 6, "1.example.com": 3, "2.example.com": 2}
    assert len(rows(Lead)) == 21, "all are kept"


def test_budgets_of_others_are_their_own(limited, form, rows):
    client = limited(token=1, network=1, domain=1)
    for number, member in enumerate(("m-1", "m-2", None)):
        address = {"REMOTE_ADDR": f"192.0.{number}.1"}
        client.post("/signup", data=form(member, email=f"p@{number}.example.com"), environ_base=address)
    assert [each.state for each in rows(OutboxMail)] == ["waiting"] * 3


def test_no_address_of_a_visitor_is_kept(client, form, rows):
    client.post("/signup", data=form(), environ_base={"REMOTE_ADDR": "203.0.113.9"})
    kept = str([(each.scope, each.subject) for each in [*rows(HourlyCount), *rows(BudgetUse)]])
    assert "203.0.113" not in kept
    assert "example.com" not in kept


@pytest.mark.parametrize("lead", ["new", "known", "confirmed", "unsubscribed", "disowned", "held"])
def test_nobody_can_tell_who_is_known(client, form, confirmed, mailed, links, database, clock, lead):
    from capture.mailing import suppression

    expected = client.post("/signup", data=form("m-1", email="stranger@example.org"))
    if lead in ("known", "held"):
        client.post("/signup", data=form("m-2" if lead == "held" else "m-1"))
    if lead in ("confirmed", "unsubscribed"):
        confirmed("m-1")
    if lead == "unsubscribed":
        client.post(mailed("thank-you", "unsubscribe"))
    if lead == "disowned":
        with database.write() as session:
            suppression.suppress(session, links.address_keys, "pat@example.com", suppression.Reason.NOT_ME, clock.now)
    answer = client.post("/signup", data=form("m-1"))
    assert (answer.status_code, answer.data, dict(answer.headers)) == (
        expected.status_code,
        expected.data,
        dict(expected.headers),
    )


def spellings(number: int) -> str:
    """Ways to write one mailbox."""
    local = "victim.name"
    dotted = "".join(
        letter + ("." if number >> place & 1 and letter != "." else "") for place, letter in enumerate(local)
    )
    dotted = dotted.strip(".").replace("..", ".").replace("..", ".")
    return f"{dotted.upper() if number % 3 else dotted}+{number}@Example.{'COM' if number % 2 else 'com'}"


def flood(client, form, clock, members: list[str | None], posts: int) -> None:
    """From 500 networks and many members' pages, spread over most of a day, so that no hour's budget is spent."""
    for number in range(posts):
        place = number % 500
        address = {"REMOTE_ADDR": f"10.{place // 250}.{place % 250}.{number % 200 + 1}"}
        fields = form(members[number % len(members)], email=spellings(number))
        assert client.post("/signup", data=fields, environ_base=address).status_code == 303
        clock.forward(seconds=20 * 3600 / posts)


def test_one_victim_gets_one_mail(client, form, rows, clock):
    flood(client, form, clock, ["m-1", "m-2", None], 150)
    assert sum(each.state == "waiting" for each in rows(OutboxMail)) == 1


@pytest.mark.slow
def test_one_victim_gets_one_mail_of_ten_thousand_posts(client, form, rows, clock, database):
    values = {"email": "m@members.example.com", "locale": "en", "home": "https://fern.example/m/", "active": True}
    names = [f"t-{number}" for number in range(199)]
    with database.write() as session:
        session.add_all(Member(id=name, slug=name, name=name, first_name=name, **values) for name in names)
    flood(client, form, clock, [*names, None], 10_000)
    states = Counter(each.state for each in rows(OutboxMail))
    assert states["waiting"] == 1
    assert set(states) == {"waiting", "held"}, "nothing is dropped silently"
    assert len(rows(Touch)) == 10_000
    assert len({fold(each.email) for each in rows(Lead)}) == 1
    assert len({each.email for each in rows(Lead)}) > 5_000, "no two posts in a row spell it the same"
    assert len({(each.scope, each.subject) for each in rows(HourlyCount) if each.scope == "network"}) == 500
    assert len({each.subject for each in rows(HourlyCount) if each.scope == "token"}) == 200


# -- where from ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("192.0.2.77:8080", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ("1.2.3.4, 5.6.7.8", "unknown"),
    ],
)
def test_networks(address, found):
    assert network(address) == found


@pytest.mark.parametrize(("proxies", "states"), [(0, ["waiting", "held", "held"]), (1, ["waiting", "held", "waiting"])])
def test_a_forged_header_moves_nobody_elsewhere(settings, clock, form, rows, proxies, states):
    """The last entry is our own proxy's; what stands before it is what the sender made up."""
    limits = replace(Limits(), network=1)
    app = create_app(replace(settings, trusted_proxies=proxies, limits=limits), clock=clock)
    headers = ("203.0.113.1", "198.51.100.7, 203.0.113.1", "203.0.113.1, 198.51.100.7")
    for number, header in enumerate(headers):
        fields = form(email=f"p{number}@example.com")
        app.test_client().post("/signup", data=fields, headers={"X-Forwarded-For": header})
    assert [each.state for each in rows(OutboxMail)] == states
    app.extensions["espalier"].database.engine.dispose()


# -- words that want to be more --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["{{7*7}}", "${7*7}", "<script>alert(1)</script>", "=HYPERLINK(1)", "%0d%0aBcc: x"])
def test_a_name_stays_a_name(confirmed, rows, name):
    confirmed(first_name=name)
    told = next(each for each in rows(OutboxMail) if each.kind == "new-lead")
    assert name in told.text
    assert "<script>" not in told.html
    for each in rows(OutboxMail):
        assert "\n" not in each.subject + each.recipient + each.message_id
        if each.recipient == "pat@example.com":
            assert name not in each.text + unescape(each.html) + each.subject


LEFT_BEHIND = ["\u200b", "\u200f", "\u202a", "\u2066", "\ufeff"]


@pytest.mark.parametrize("character", LEFT_BEHIND)
def test_what_copying_leaves_in_a_name_is_taken_out(client, form, rows, character):
    assert client.post("/signup", data=form(first_name=f"{character}Pa{character}t")).status_code == 303
    assert [lead.first_name for lead in rows(Lead)] == ["Pat"]


@pytest.mark.parametrize("character", ["\u202e", "\u3164", "\r", "\n", "\x00", "\u2028"])
def test_invisible_and_turning_characters_are_refused(client, form, rows, character):
    assert client.post("/signup", data=form(first_name=f"Pa{character}t")).status_code == 422
    assert rows(Lead) == []


@pytest.mark.parametrize("character", [*LEFT_BEHIND, "\u202e", "\r", "\n", "\x00", "\u2028"])
def test_in_an_address_all_of_them_are_refused(client, form, rows, character):
    assert client.post("/signup", data=form(email=f"pa{character}t@example.com")).status_code == 422
    assert rows(Lead) == []
