"""The description of the JSON endpoints, held to the real answers."""

from __future__ import annotations

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from capture.openapi import describe

JSON = {"Accept": "application/json"}


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
    assert [answer.status_code for answer in answers] == [201, 303, 422, 422, 415, 413]
    for answer in answers:
        check(answer, "/signup")


def test_answers_of_the_others(client, empty_url):
    check(client.get("/healthz"), "/healthz", "get")
    check(client.get("/readyz"), "/readyz", "get")
    check(client.post("/bounces", json={}, headers=JSON), "/bounces")


@pytest.mark.slow
def test_whatever_is_sent_is_answered_as_described(app):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)

    for operation in schema.get_all_operations():
        run_operation(operation.ok())


def run_operation(operation) -> None:
    """Many cases of one operation: none of them may be a fault of ours."""

    @given(case=operation.as_strategy())
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def answered(case):
        answer = case.call(headers=JSON)
        assert answer.status_code < 500, f"{case.method} {case.path}: {answer.status_code}"

    answered()
