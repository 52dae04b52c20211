"""The description of the JSON endpoints, held to the real answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from standardwebhooks.webhooks import Webhook

from capture.base.tokens import Links
from capture.health.openapi import describe
from capture.limits import human_proof
from capture.mailing.delivery import Delivery
from tests.capture.applications import application
from tests.capture.cast import KEY
from tests.capture.databases import locked

JSON = {"Accept": "application/json"}
SECRET = "whsec_" + "c2VjcmV0" * 4
FORMS = ("introducer", "withdraw", "erase")
"""What the buttons of the page "my data" do: their answer is that page again."""


def check(answer, path: str, method: str = "post") -> None:
    """The status is described, and the answer has the described form."""
    described = describe()
    response = described["paths"][path][method]["responses"][str(answer.status_code)]
    if "content" in response:
        schema = response["content"]["application/json"]["schema"]
        validator = jsonschema_rs.Draft202012Validator(schema | {"components": described["components"]})
        validator.validate(answer.json)
    else:
        assert answer.data == b"" or answer.status_code == 303


def test_it_is_served(client):
    assert client.get("/openapi.json").json == describe()


def test_answers_to_sign_ups(client, form, database):
    answers = [
        client.post("/signup", data=form(), headers=JSON),
        client.post("/signup", data=form()),
        client.post("/signup", data=form(email="x"), headers=JSON),
        client.post("/signup", data=form(token="x"), headers=JSON),
        client.post("/signup", data="x", content_type="text/plain", headers=JSON),
        client.post("/signup", data=b"a" * 100_000, content_type="application/x-www-form-urlencoded", headers=JSON),
    ]
    answers.append(client.post("/signup", data=form(pause=None), headers=JSON))
    assert [answer.status_code for answer in answers] == [201, 303, 422, 422, 415, 413, 428]
    for answer in answers:
        check(answer, "/signup")


def test_answers_of_the_others(client, empty_url):
    check(client.get("/healthz"), "/healthz", "get")
    check(client.get("/challenge"), "/challenge", "get")
    check(client.get("/readyz"), "/readyz", "get")
    check(client.post("/bounces", json={}, headers=JSON), "/bounces")


def test_whoever_shows_nothing_is_told_what_is_missing(client, form):
    answer = client.post("/signup", data=form(pause=None), headers=JSON)
    assert answer.status_code == 428
    check(answer, "/signup")
    check(client.get("/challenge"), "/challenge", "get")


def test_answers_behind_mailed_links(client, form, confirmed, mailed, open_my_data, clock):
    confirmed("m-1")
    client.post("/my-data", data={"email": "pat@example.com"})
    mail = mailed("my-data", "my-data")
    link = open_my_data(mail).path
    check(client.post("/my-data", data={"email": "x"}, headers=JSON), "/my-data")
    check(client.post(f"{mail}/again", headers=JSON), "/my-data/{signed}/again")
    check(client.get(f"{link}/download", headers=JSON), "/my-data/{signed}/download", "get")
    check(client.get(f"{mail}/download", headers=JSON), "/my-data/{signed}/download", "get")
    client.post("/signup", data=form("m-2", email="quin@example.com"))
    for kind, name, end in (
        ("thank-you", "unsubscribe", ""),
        ("confirm", "confirm", "/again"),
        ("confirm", "not-me", ""),
    ):
        path = f"/{name}/{{signed}}{end}"
        check(client.post(mailed(kind, name) + end, headers=JSON), path)
        check(client.post(f"/{name}/nonsense{end}", headers=JSON), path)
    clock.forward(days=1)
    check(client.get(f"{link}/download", headers=JSON), "/my-data/{signed}/download", "get")


def test_while_nothing_can_be_stored(client, form, mailed, confirmed, database):
    confirmed("m-1")
    unsubscribe = mailed("thank-you", "unsubscribe")
    with locked(database):
        check(client.post("/signup", data=form(), headers=JSON), "/signup")
        check(client.post("/my-data", data={"email": "pat@example.com"}, headers=JSON), "/my-data")
        check(client.post(unsubscribe, headers=JSON), "/unsubscribe/{signed}")


def test_nothing_that_speaks_json_is_left_out(app):
    """Every address is described, or is a page for people."""
    pages = {
        "/confirm/<signed>",
        "/my-data/<signed>",
        *(f"/my-data/<signed>/{each}" for each in FORMS),
        "/metrics",
        "/go",
        "/visit.gif",
    }
    described = {path.replace("{", "<").replace("}", ">") for path in describe()["paths"]}
    ours = {rule.rule for rule in app.url_map.iter_rules()}
    ours = {rule for rule in ours if not rule.startswith(("/static/", "/office")) and not rule.endswith(".css")}
    assert ours == described | pages


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize("count", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_whatever_is_sent_is_answered_as_described(settings, clock, form, count):
    """schemathesis against the live application: what fits the description, what does not, and good tokens in it."""
    app = application(replace(settings, delivery=Delivery(bounce_secret=SECRET)), clock)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    ran = {run_operation(operation.ok(), form, clock, count) for operation in schema.get_all_operations()}
    assert ran == describe()["paths"].keys() - {"/openapi.json"}, "all but where it was read from"
    app.extensions["espalier"].database.engine.dispose()


def run_operation(operation: Any, form: Any, clock: Any, count: int) -> str:
    """Many cases of one operation, each as it was made and once more with what gets it past the first gate."""

    @given(case=operation.as_strategy())
    @hypothesis_settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def answered(case: Any) -> None:
        case.call_and_validate(headers=JSON, checks=CHECKS)
        if case.path == "/signup" and isinstance(case.body, dict):
            good = form(pause=None)
            case.body = {**case.body, "token": good["token"], "page": good["page"]}
            fields = {name: str(value) for name, value in case.body.items()}
            case.body["pause"] = human_proof.sign_pause(Links([KEY]), fields, clock.now - timedelta(seconds=9))
            case.call_and_validate(headers=JSON, checks=CHECKS)
        if case.path == "/bounces":
            body = json.dumps(case.body if case.body is not NOT_SET else None)
            stamp = datetime.now(UTC)
            signed = {
                "webhook-id": "evt_1",
                "webhook-timestamp": str(int(stamp.timestamp())),
                "webhook-signature": Webhook(SECRET).sign("evt_1", stamp, body),
            }
            answer = operation.schema.app.test_client().post("/bounces", data=body, headers=JSON | signed)
            check(answer, "/bounces")

    answered()
    return str(operation.path)


def test_who_does_not_ask_for_json_gets_the_page_that_is_described(client, form):
    for answer, path in (
        (client.post("/signup", data=form(email="x")), "/signup"),
        (client.post("/my-data"), "/my-data"),
    ):
        response = describe()["paths"][path]["post"]["responses"][str(answer.status_code)]
        assert answer.mimetype == "text/html"
        assert "text/html" in response["content"], path


def test_every_error_for_people_is_described_as_a_page_too():
    operations = [each for path in describe()["paths"].values() for each in path.values()]
    errors = [
        response
        for each in operations
        for code, response in each["responses"].items()
        if code >= "400" and "$ref" in str(response["content"]["application/json"]["schema"])
    ]
    assert len(errors) > 10
    assert all("text/html" in each["content"] for each in errors)
