"""Every address says who may open it, and whether the access log records that staff read it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from capture.accounts import access
from capture.app import create_app
from capture.models import AccessLogEntry
from capture.settings import Settings
from capture.web.access import Audience, access_of
from tests.capture.office import STAFF, SignIn

OF_FLASK = {"static"}
"""Endpoints that the framework itself serves."""


def test_every_address_declares_who_may_open_it(settings: Settings) -> None:
    app = create_app(replace(settings, demo=True))
    views = {name: view for name, view in app.view_functions.items() if name not in OF_FLASK}
    assert [name for name, view in views.items() if access_of(view) is None] == []
    assert {access_of(view).audience for view in views.values()} == set(Audience)  # type: ignore[union-attr]


def test_addresses_below_office_are_for_who_is_signed_in(app: Flask) -> None:
    coming_in = {"accounts.ask", "accounts.send", "accounts.knock", "accounts.enter"}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/office"):
            found = access_of(app.view_functions[rule.endpoint])
            assert found is not None
            assert (found.audience is Audience.OFFICE) is (rule.endpoint not in coming_in), rule.endpoint


def test_a_logged_page_that_tells_no_number_is_a_bug(app: Flask, enter: SignIn) -> None:
    app.view_functions["teams.team"] = access.office(log="team")(lambda: app.make_response("people"))
    assert enter(STAFF).get("/office/team").status_code == 500


def test_members_leave_no_trace_in_the_access_log(enter: SignIn, confirmed, rows) -> None:  # type: ignore[no-untyped-def]
    confirmed()
    assert enter("bo@members.example.com").get("/office/leads").status_code == 200
    assert rows(AccessLogEntry) == []
    assert enter(STAFF).get("/office/leads").status_code == 200
    assert [(each.what, each.rows) for each in rows(AccessLogEntry)] == [("leads", 1)]


@pytest.mark.parametrize("audience", list(Audience))
def test_audiences_are_words_that_people_say(audience: Audience) -> None:
    assert audience.value.replace(" ", "").isalpha()


@pytest.mark.parametrize("path", ["/office", "/office?x=1", "//office/", "/office//leads", "/readyz/", "/signup/"])
def test_no_redirect_goes_where_the_request_says(app: Flask, path: str) -> None:
    """Redirects are made from the settings alone: neither host nor scheme of a request decides."""
    answer = app.test_client().get(path, base_url="http://evil.example", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.headers.get("Location", "")
    if path.startswith("/office") and "//" not in path:
        assert answer.headers["Location"] == path.removeprefix("/").replace("office", "office/")
    else:
        assert 400 <= answer.status_code < 500 and "Location" not in answer.headers
