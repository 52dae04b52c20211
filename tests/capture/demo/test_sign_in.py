"""Signing in by one click: there in the demo, for this machine, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from capture.accounts import signing_in
from capture.accounts.access import COOKIE
from capture.app import create_app
from capture.demo import parts
from capture.models import Company, OfficeSession
from tests.capture.office import STAFF

PATHS = ("/dev/sign-in/member/bo", "/dev/sign-in/staff")
LOCAL = "https://127.0.0.1:8001"


@pytest.fixture
def demo(settings, clock) -> Iterator[FlaskClient]:
    app = create_app(replace(settings, demo=True), clock=clock)
    database = app.extensions["espalier"].database
    with database.write() as session:
        signing_in.add_staff(session, STAFF, clock.now)
    yield app.test_client()
    database.engine.dispose()


@pytest.mark.parametrize("path", PATHS)
def test_outside_the_demo_there_is_no_such_page(client, path):
    assert client.get(path, base_url=LOCAL).status_code == 404
    assert client.post(path, base_url=LOCAL).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_reading_the_page_signs_nobody_in(demo, path, rows):
    page = demo.get(path, base_url=LOCAL)
    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert "Set-Cookie" not in page.headers
    assert rows(OfficeSession) == []
    assert demo.get("/office/", base_url=LOCAL).status_code == 303


@pytest.mark.parametrize(("path", "name"), [(PATHS[0], "Bo O&#39;Neill"), (PATHS[1], STAFF)])
def test_its_button_opens_the_office(demo, path, name):
    assert "Open the office as" in demo.get(path, base_url=LOCAL).text
    answer = demo.post(path, base_url=LOCAL)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("../office/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    office = demo.get("/office/", base_url=LOCAL)
    assert office.status_code == 200
    assert name in office.text


@pytest.mark.parametrize("slug", ["cleo", "nemo"])
def test_members_who_left_or_never_were_have_no_page(demo, slug):
    assert demo.get(f"/dev/sign-in/member/{slug}", base_url=LOCAL).status_code == 404
    assert demo.post(f"/dev/sign-in/member/{slug}", base_url=LOCAL).status_code == 404


def test_a_company_without_staff_has_no_page_for_them(demo, database, clock):
    with database.write() as session:
        signing_in.remove_staff(session, STAFF, clock.now)
    assert demo.get(PATHS[1], base_url=LOCAL).status_code == 404
    assert demo.post(PATHS[1], base_url=LOCAL).status_code == 404


def test_the_demo_lets_staff_in_once(database, clock):
    for _ in range(2):
        with database.write() as session:
            parts.ensure_staff(session, session.get_one(Company, 1), clock.now)
    with database.read() as session:
        assert [each.email for each in signing_in.staff(session)] == ["desk@fern.example.com"]


@pytest.mark.parametrize("path", PATHS)
def test_only_this_machine_may_sign_in(demo, path, rows):
    for address in ("10.0.0.1", "2001:db8::1"):
        assert demo.get(path, base_url=LOCAL, environ_base={"REMOTE_ADDR": address}).status_code == 404
        assert demo.post(path, base_url=LOCAL, environ_base={"REMOTE_ADDR": address}).status_code == 404
    assert demo.post(path, base_url="https://evil.example").status_code == 404
    assert demo.post(path, base_url=LOCAL, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert rows(OfficeSession) == []
