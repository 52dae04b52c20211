"""What every answer of every address has, whatever is asked of it and whatever goes wrong. New addresses are covered
as they come: the list is the application's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from capture.base.tokens import Links, Purpose
from capture.models import Lead, OutboxMail, PersonalData, ProspectActivity, Suppression
from capture.web import answers
from capture.web.headers import HEADERS
from tests.capture.applications import application
from tests.capture.databases import locked

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
ACCEPTS = ("text/html", "application/json")
PIXEL = "visits.visit"
FRAMED = "mailbox.html"
"""The demo's view of a mail's HTML stands in a frame of ours and styles itself; all else is as strict as can be."""


@pytest.fixture
def app(settings, clock) -> Iterator[Flask]:
    app = application(replace(settings, demo=True, busy_seconds=0.05), clock)
    yield app
    app.extensions["espalier"].database.engine.dispose()


def assert_guarded(answer: Any, endpoint: str | None = None) -> None:
    """The headers that no answer may lack."""
    framed = endpoint == FRAMED and answer.status_code == 200 and answer.request.method in ("GET", "HEAD")
    for name, value in HEADERS.items():
        if endpoint == PIXEL and answer.status_code == 200 and name == "Cross-Origin-Resource-Policy":
            value = answer.headers[name]  # it stands on other sites; its own test looks
        assert answer.headers[name] == ("SAMEORIGIN" if framed and name == "X-Frame-Options" else value)
    [policy] = answer.headers.getlist("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    assert f"frame-ancestors {'self' if framed else 'none'!r}" in policy.replace('"', "'")
    assert framed or "unsafe" not in policy
    assert "base-uri 'none'" in policy
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store" or endpoint in ("static", "web.sheet")
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
    if answer.status_code == 405:
        assert answer.headers["Allow"]
    if answer.data:
        assert answer.headers["Content-Type"].startswith(("text/", "application/json", "image/"))
    assert b"Traceback" not in answer.data


def addresses(rule: Rule, links: Links, clock: Any, handle: str) -> Iterator[str]:
    """The addresses of a rule: with a value that is good where we know one, and with nonsense."""
    known = {purpose: links.sign(purpose, handle, clock.now) for purpose in Purpose}
    known[Purpose.UNSUBSCRIBE] = links.sign(Purpose.UNSUBSCRIBE, "0" * 64, clock.now)
    prefix = rule.rule.split("/")[1]
    good = next((signed for purpose, signed in known.items() if prefix == purpose), "x")
    for value in {good, "x", "x" * 2000, "{{7*7}}", "é\u202e"}:
        values = {name: 1 if isinstance(converter, IntegerConverter) else value for name, converter in _of(rule)}
        if "filename" in values:
            values["filename"] = "capture.css"
        yield rule.build(values)[1]


def _of(rule: Rule) -> list[tuple[str, Any]]:
    return list(rule._converters.items())


@pytest.mark.parametrize("trouble", [pytest.param("none", marks=pytest.mark.slow), "locked", "a fault"])
def test_every_answer_is_guarded(app, form, links, clock, trouble, monkeypatch):
    client = app.test_client()
    assert client.post("/signup", data=form()).status_code == 303
    database = app.extensions["espalier"].database
    with database.read() as session:
        handle = session.query(Lead).one().handle
    if trouble == "a fault":
        monkeypatch.setattr(answers, "visitor_words", _broken())
    count = 0
    with locked(database) if trouble == "locked" else nullcontext():
        for rule in app.url_map.iter_rules():
            for path in addresses(rule, links, clock, handle):
                # Where every try waits for the lock, a few of them tell enough.
                for method in METHODS if trouble == "none" else ("GET", "POST"):
                    for accept in ACCEPTS if trouble == "none" else ACCEPTS[:1]:
                        if trouble == "locked" and (method == "GET" or "x" * 9 in path):
                            continue
                        with client.open(path, method=method, headers={"Accept": accept}) as answer:
                            assert_guarded(answer, rule.endpoint)
                            allowed = {"none": (), "locked": (503,), "a fault": (500,)}[trouble]
                            assert answer.status_code < 500 or answer.status_code in allowed, (method, path)
                            count += 1
    assert count > 20


def _broken() -> Any:
    """Fails the first time it is asked within an answer, as a view would, and then works for the notice."""
    whole = answers.visitor_words
    turn = [0]

    def words() -> Any:
        turn[0] += 1
        if turn[0] % 2:
            raise RuntimeError("a bug")
        return whole()

    return words


@pytest.mark.parametrize(
    "path",
    [
        "/my-data//x/erase",
        "/static//capture.css",
        "/my-data/",
        "//evil.example/%2e%2e",
        "/signup/",
        "/%00",
        "/%ff%fe",
        "/%0d%0aSet-Cookie:%20a=b",
        "/..%2f..%2fetc/passwd",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/",
        "/confirm/%0d%0aX:%20y",
        "/confirm/a%2fb",
        "/" + "a/" * 500,
        "/?" + "a" * 3000,
    ],
)
def test_odd_addresses(app, path):
    client = app.test_client()
    for method in ("GET", "POST"):
        # As it would come over the wire: the client would take "//host" for another host.
        plain = {"PATH_INFO": unquote_to_bytes(path.partition("?")[0]).decode("latin-1")}
        with client.open("/", method=method, headers={"Host": "evil.example"}, environ_overrides=plain) as answer:
            assert_guarded(answer)
            assert 400 <= answer.status_code < 500
            assert "Location" not in answer.headers
            assert "evil.example" not in answer.text


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_numbers_nobody_has(app, number):
    for end in ("", "/html"):
        with app.test_client().get(f"/dev/mailbox/{number}{end}") as answer:
            assert_guarded(answer)
            assert answer.status_code == 404


def test_reading_changes_nothing_anywhere(app, client, form, links, clock, rows, confirmed):
    """GET, HEAD and OPTIONS of every address there is, with links that hold."""
    confirmed("m-1", "ann@example.com")
    client.post("/signup", data=form())
    tables = (Lead, OutboxMail, ProspectActivity, Suppression, PersonalData)
    state = lambda: [  # noqa: E731
        [{c.key: getattr(row, c.key) for c in table.__table__.columns} for row in rows(table)] for table in tables
    ]
    before = state()
    for lead in rows(Lead):
        for rule in app.url_map.iter_rules():
            for path in addresses(rule, links, clock, lead.handle):
                for method in ("GET", "HEAD", "OPTIONS"):
                    client.open(path, method=method).close()
    assert state() == before
