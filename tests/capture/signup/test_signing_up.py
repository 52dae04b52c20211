"""POST /signup: what is stored, what is answered, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlencode

import pytest

from capture.app import create_app
from capture.base import words
from capture.models import Consent, Lead, OutboxMail, Touch
from sitegen.site.consent import short_digest
from sitegen.token import PageSeen, TokenSigner
from tests.capture.forms import JSON, form_of


@pytest.fixture
def nothing_stored(rows):
    def check():
        assert [rows(table) for table in (Lead, Touch, Consent, OutboxMail)] == [[], [], [], []]

    return check


# -- stored ----------------------------------------------------------------------------------------------


def test_a_sign_up_is_stored_under_the_member_of_the_token(client, form, rows, clock):
    answer = client.post("/signup", data=form("m-2", utm_source="radio", utm_campaign="spring"))
    assert (answer.status_code, answer.location) == (303, "https://fern.example/bo/thanks/")
    [lead], [touch], [consent] = rows(Lead), rows(Touch), rows(Consent)
    assert (lead.email, lead.first_name, lead.interest, lead.member_id) == (
        "pat@example.com",
        "Pat",
        "products",
        "m-2",
    )
    assert (lead.created_at, lead.confirmed_at) == (datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), None)
    assert (touch.page, touch.locale, touch.build_id, touch.member_id) == (
        "home",
        "en",
        "b0b0b0b0b0b0",
        "m-2",
    )
    assert touch.utm == {"source": "radio", "campaign": "spring"}
    assert consent.wording == short_digest("I agree that {member} and {company} keep my address.")
    assert [(mail.kind, mail.recipient) for mail in rows(OutboxMail)] == [("confirm", "pat@example.com")]


@pytest.mark.parametrize(
    ("member", "locale", "address"),
    [
        ("m-2", "en", "https://fern.example/bo/thanks/"),
        ("m-2", "es", "https://fern.example/bo/es/gracias/"),
        ("m-1", "es", "https://fern.example/ana/gracias/"),
        ("m-1", "en", "https://fern.example/ana/en/thanks/"),
        (None, "en", "https://fern.example/thanks/"),
        ("m-1", "xx", "https://fern.example/ana/gracias/"),
    ],
)
def test_the_thank_you_page_comes_from_the_tokens(client, form, member, locale, address):
    fields = form(member, locale=locale, next="https://evil.example/", location="https://evil.example/")
    assert client.post("/signup", data=fields).location == address


def test_the_company_s_own_pages_fill_the_company_s_pool(client, form, rows):
    client.post("/signup", data=form(None))
    assert [lead.member_id for lead in rows(Lead)] == [None]
    assert {mail.recipient for mail in rows(OutboxMail)} == {"pat@example.com"}


@pytest.mark.parametrize("member", ["m-2", None])
def test_the_same_person_again_is_one_lead_with_another_touch(client, form, rows, clock, member):
    first = client.post("/signup", data=form(member))
    clock.forward(days=1)
    second = client.post(
        "/signup", data=form(member, email=" pat@EXAMPLE.com ", interest="opportunity", first_name="X")
    )
    assert (first.status_code, first.location, first.data) == (
        second.status_code,
        second.location,
        second.data,
    )
    [lead] = rows(Lead)
    assert (lead.interest, lead.first_name) == ("both", "Pat")
    assert len(rows(Touch)) == len(rows(Consent)) == 2
    assert len(rows(OutboxMail)) == 1, "repeating a form must not fill anybody's mailbox"


def test_the_part_before_the_at_sign_keeps_its_case(client, form, rows):
    for email in ("Pat@Example.COM", "pat@example.com"):
        client.post("/signup", data=form(email=email))
    assert [lead.email for lead in rows(Lead)] == ["Pat@example.com", "pat@example.com"]


def test_the_same_person_under_two_members_is_two_leads(client, form, rows):
    for member in ("m-1", "m-2", None):
        client.post("/signup", data=form(member))
    assert [lead.member_id for lead in rows(Lead)] == ["m-1", "m-2", None]


def test_campaign_parameters_may_stand_in_the_address(client, form, rows):
    client.post("/signup?utm_medium=mail&utm_term=%00%0atea", data=form(utm_source="x" * 999))
    assert rows(Touch)[0].utm == {"source": "x" * 200, "medium": "mail", "term": "tea"}


def test_a_multipart_form_does_as_well(client, form, rows):
    answer = client.post("/signup", data=form(), content_type="multipart/form-data")
    assert answer.status_code == 303
    assert len(rows(Lead)) == 1


def test_a_name_is_optional_and_put_in_order(client, form, rows):
    client.post("/signup", data=form(email="a@example.com", first_name="  Zo\u0065\u0308   Mae "))
    client.post("/signup", data=form(email="b@example.com", first_name=None))
    assert [lead.first_name for lead in rows(Lead)] == ["Zo\u00eb Mae", None]


def test_a_script_gets_json(client, form, rows):
    answer = client.post("/signup", data=form(), headers=JSON)
    assert (answer.status_code, answer.json) == (201, {"location": "https://fern.example/bo/thanks/"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert len(rows(Lead)) == 1


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/html,application/json;q=0.9", ""])
def test_everybody_else_gets_a_redirect(client, form, accept):
    assert client.post("/signup", data=form(), headers={"Accept": accept}).status_code == 303


@pytest.mark.parametrize("extra", [{}, {"email": ""}, {"email": "bad"}, {"consent": None}])
def test_the_trap_answers_as_if_it_had_stored(client, form, extra):
    honest = client.post("/signup", data=form(email="honest@example.com"))
    answer = client.post("/signup", data=form(website="https://spam.example", **extra))
    assert (answer.status_code, answer.location, answer.data) == (303, honest.location, honest.data)
    assert dict(answer.headers) == dict(honest.headers)


def test_the_trap_stores_nothing(client, form, nothing_stored):
    client.post("/signup", data=form(website="x"))
    nothing_stored()


# -- refused: what was typed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "key"),
    [
        ({"email": None}, "email", "email_missing"),
        ({"email": "  "}, "email", "email_missing"),
        ({"email": "pat"}, "email", "email_wrong"),
        ({"email": "pat@"}, "email", "email_wrong"),
        ({"email": "pat@nowhere"}, "email", "email_wrong"),
        ({"email": "pat@example.com\x00"}, "email", "email_wrong"),
        ({"email": "pat\r\nBcc: x@example.com@example.com"}, "email", "email_wrong"),
        ({"email": "a@example.com, b@example.com"}, "email", "email_wrong"),
        ({"email": f"{'a' * 300}@example.com"}, "email", "email_wrong"),
        ({"interest": None}, "interest", "interest_missing"),
        ({"interest": "money"}, "interest", "interest_missing"),
        ({"consent": None}, "consent", "consent_missing"),
        ({"consent": "no"}, "consent", "consent_missing"),
        ({"first_name": "P\x00at"}, "first_name", "name_characters"),
        ({"first_name": "Pat\nBcc: x"}, "first_name", "name_characters"),
        ({"first_name": "Pat\u202egpj"}, "first_name", "name_characters"),
    ],
)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_a_fault_is_told_beside_its_field(client, form, nothing_stored, changes, field, key, locale):
    message = words.load(locale)(key)
    page = client.post("/signup", data=form("m-1", locale=locale, **changes))
    assert page.status_code == 422
    assert f'<html lang="{locale}">' in page.text
    assert f'id="{field}-error">{message}</p>' in unescape(page.text)
    answer = client.post("/signup", data=form("m-1", locale=locale, **changes), headers=JSON)
    assert answer.status_code == 422
    assert answer.json["errors"] == {field: [message]}
    assert answer.json["message"]
    nothing_stored()


def test_a_name_of_ten_thousand_characters(client, form, nothing_stored, en):
    answer = client.post("/signup", data=form(first_name="N" * 10_000))
    assert answer.status_code == 422
    assert en("name_long", limit=80) in answer.text
    assert "N" * 10_000 in answer.text
    nothing_stored()


def test_what_was_typed_is_kept_and_can_be_sent_again_at_once(client, form, rows, clock):
    typed = form("m-1", email="pat@", first_name='Pat "P" <i>', interest="both", utm_source="radio")
    page = client.post("/signup", data=typed)
    again = form_of(page.text)
    assert again | {"pause": typed["pause"]} == typed
    assert "Ana &lt;b&gt;Núñez&lt;/b&gt;" in page.text
    between = client.post("/signup", data=again | {"email": "pat@example.com"})
    clock.forward(seconds=3)
    assert client.post("/signup", data=form_of(between.text)).status_code == 303
    assert rows(Lead)[0].first_name == 'Pat "P" <i>'


def test_all_faults_are_told_together(client, form):
    answer = client.post("/signup", data=form(email="x", consent=None, interest=None), headers=JSON)
    assert set(answer.json["errors"]) == {"email", "interest", "consent"}


@pytest.mark.parametrize("name", ["token", "page", "email", "first_name", "interest", "consent", "website"])
def test_a_field_that_comes_twice_is_refused(client, form, nothing_stored, name, en):
    fields = [*form().items(), (name, form()[name])]
    for headers in ({}, JSON):
        answer = client.post(
            "/signup",
            data=urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )
        assert answer.status_code == 422
    assert answer.json["errors"][name] == [en("sent_twice")]
    nothing_stored()


def test_bytes_that_are_not_text_stay_visible(client, form, rows):
    body = urlencode(form(first_name=None)).encode() + b"&first_name=%ff%fe"
    assert client.post("/signup", data=body, content_type="application/x-www-form-urlencoded").status_code == 303
    assert rows(Lead)[0].first_name == "%FF%FE"


# -- refused: tokens -------------------------------------------------------------------------------------


def altered(token: str) -> list[str]:
    value, _, signature = token.rpartition(".")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    return [
        f"{value}.{flipped}",
        f"m-1.{signature}",
        f"{value}x.{signature}",
        token[:-1],
        value,
        "",
        ".",
        "x" * 5000,
    ]


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("name", ["token", "page"])
def test_an_altered_token_is_refused(client, form, nothing_stored, number, name, en):
    fields = form("m-2")
    fields[name] = altered(fields[name])[number]
    page = client.post("/signup", data=fields)
    assert page.status_code == 422
    assert en("token_title") in page.text
    assert 'href="https://fern.example/"' in page.text
    assert 'value="pat@example.com"' in page.text
    answer = client.post("/signup", data=fields, headers=JSON)
    assert (answer.status_code, answer.json["errors"]) == (422, {"token": [en("token_wrong")]})
    nothing_stored()


def test_tokens_of_another_key_or_purpose_are_refused(client, form, nothing_stored):
    foreign = TokenSigner(["another key another key another key"])
    seen = PageSeen("home", "en", "b", "w")
    for changes in (
        {"token": foreign.member_token("m-2")},
        {"page": foreign.page_token(seen)},
        {"token": form()["page"]},
        {"page": form()["token"]},
        {"token": None},
        {"page": None},
        {"token": "m-2\x00." + form()["token"].split(".")[1]},
    ):
        assert client.post("/signup", data=form(**changes)).status_code == 422
    nothing_stored()


def test_an_old_key_still_reads(settings, form, clock):
    app = create_app(replace(settings, token_keys=("n" * 32, *settings.token_keys)), clock=clock)
    assert app.test_client().post("/signup", data=form()).status_code == 303
    app.extensions["espalier"].database.engine.dispose()


@pytest.mark.parametrize("member", ["m-3", "m-404"])
def test_a_member_who_is_gone_takes_no_sign_ups(client, form, nothing_stored, member, en):
    page = client.post("/signup", data=form(member, email="Pat@example.com"))
    assert page.status_code == 422
    assert en("gone_title") in page.text
    assert 'href="https://fern.example/"' in page.text
    answer = client.post("/signup", data=form(member), headers=JSON)
    assert (answer.status_code, answer.json["errors"]) == (422, {"token": [en("token_unknown")]})
    nothing_stored()


def test_instead_of_a_member_who_is_gone_the_company_can_be_chosen(client, form, rows, clock):
    again = form_of(client.post("/signup", data=form("m-3", locale="es")).text)
    assert again["email"] == "pat@example.com"
    assert "consent" not in again, "another wording needs another yes"
    between = client.post("/signup", data=again | {"consent": "yes"})
    clock.forward(seconds=3)
    answer = client.post("/signup", data=form_of(between.text))
    assert (answer.status_code, answer.location) == (303, "https://fern.example/es/gracias/")
    assert [lead.member_id for lead in rows(Lead)] == [None]
    assert rows(Consent)[0].wording == short_digest("I agree that {company} keeps my address.")


def test_the_trap_does_not_hide_an_altered_token(client, form):
    assert client.post("/signup", data=form(token="m-2.x", website="x")).status_code == 422


# -- refused: requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_another_method(client, method):
    answer = client.open("/signup", method=method.upper(), headers=JSON)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    if method != "head":
        assert answer.json == {"errors": {}, "message": answer.json["message"]}


def test_a_preflight_is_answered(client):
    answer = client.options("/signup")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Methods"]) == (200, "POST")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "application/octet-stream"])
def test_another_content_type(client, form, nothing_stored, kind):
    for headers in ({}, JSON):
        answer = client.post("/signup", data=urlencode(form()), content_type=kind, headers=headers)
        assert answer.status_code == 415
    assert answer.json["errors"] == {}
    nothing_stored()


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_two_megabytes(client, nothing_stored, kind):
    for headers in ({}, JSON):
        answer = client.post("/signup", data=b"email=" + b"a" * 2_000_000, content_type=kind, headers=headers)
        assert answer.status_code == 413
    assert answer.json["errors"] == {}
    nothing_stored()


def test_a_thousand_fields(client, nothing_stored):
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\nx\r\n' for n in range(1000))
    answer = client.post("/signup", data=parts + "--b--", content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413
    nothing_stored()


@pytest.mark.parametrize("body", [b"", b"&&&===", b"--b\r\nnonsense", b"%", b"\x00\xff" * 100])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data"]
)
def test_nonsense_is_never_our_fault(client, nothing_stored, body, kind):
    assert 400 <= client.post("/signup", data=body, content_type=kind).status_code < 500
    nothing_stored()


# -- the page itself -------------------------------------------------------------------------------------


def test_browsers_may_follow_the_form_to_the_members_sites(client, form):
    policy = client.post("/signup", data=form(email="x")).headers["Content-Security-Policy"]
    assert "form-action 'self' https://fern.example;" in policy
    assert "default-src 'none'" in policy


def test_no_address_in_the_log(client, form, caplog):
    caplog.set_level("DEBUG")
    client.post("/signup", data=form())
    client.post("/signup", data=form(email="pat@example"))
    client.post("/signup", data=form(token="x"))
    assert "stored a sign-up: lead 1, new" in caplog.text
    assert "pat" not in caplog.text.lower()


def test_a_part_without_a_name_is_no_fault_of_ours(client, form, rows):
    sent = {**form(), "utm": ""}
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{sent[name]}\r\n' for name in sent)
    body = f"{parts}--b\r\nContent-Disposition: form-data\r\n\r\nnobody's\r\n--b--\r\n"
    answer = client.post("/signup", data=body.encode(), content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 303
    assert len(rows(Lead)) == 1
