"""What the web servers of the recipes pass on to the service: a program in its place writes down what reaches it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.deploy.conftest import WITHOUT_CADDY
from tests.deploy.servers import DOMAIN, LOOPBACK, Server, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploy")]

FORM, LIST = 4 * 1024 * 1024, 21 * 1024 * 1024
"""How much the recipes let through at most, in bytes: of a form, and of a list that the office imports."""

THANKS, COOKIE = f"https://ana.{DOMAIN}/thanks/", "espalier=x; Path=/; Secure"


@dataclass(frozen=True)
class Passed:
    """A request as it reached the service; names of headers are in lower case."""

    path: str
    headers: dict[str, list[str]]
    length: int


class Noting(BaseHTTPRequestHandler):
    """Writes down each request and answers with a redirect to a member's page, as the service does after a sign-up."""

    passed: list[Passed]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): self.headers.get_all(name, []) for name in self.headers}
        self.passed.append(Passed(self.path, headers, len(body)))
        self.send_response(303)
        self.send_header("Location", THANKS)
        self.send_header("Set-Cookie", COOKIE)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the output of the tests clean."""


@contextmanager
def noting() -> Iterator[tuple[int, list[Passed]]]:
    """A program in place of the service: its port, and what reaches it."""
    handler = type("NotingHere", (Noting,), {"passed": []})
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as program:
        thread = threading.Thread(target=program.serve_forever)
        thread.start()
        try:
            yield program.server_port, handler.passed
        finally:
            program.shutdown()
            thread.join()


@pytest.fixture
def passing(server: Server, tmp_path: Path) -> Iterator[tuple[Server, list[Passed]]]:
    """The recipe in front of that program."""
    with (
        noting() as (port, passed),
        running(server.name, replace(server.published, capture_port=port), tmp_path) as here,
    ):
        yield here, passed


def test_the_service_learns_where_a_visitor_comes_from_and_not_what_they_claim(
    passing: tuple[Server, list[Passed]],
) -> None:
    server, passed = passing
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    assert server.ask("/capture/office/leads?q=tea", headers=claimed).status == 303
    (request,) = passed
    assert request.path == "/office/leads?q=tea"
    assert request.headers["host"] == [DOMAIN]
    assert request.headers["x-forwarded-for"] == [LOOPBACK]
    assert request.headers["x-forwarded-proto"] == ["https"]


def test_what_the_service_answers_is_passed_back_as_it_is(passing: tuple[Server, list[Passed]]) -> None:
    server, _ = passing
    answer = server.ask("/capture/signup", method="POST", body=b"email=")
    assert answer.status == 303
    assert answer.headers["location"] == THANKS
    assert answer.headers["set-cookie"] == COOKIE


def test_lists_may_be_larger_than_forms(passing: tuple[Server, list[Passed]]) -> None:
    server, passed = passing
    assert server.ask("/capture/office/import", method="POST", body=b"x" * (FORM + 1024)).status == 303
    assert [(each.path, each.length) for each in passed] == [("/office/import", FORM + 1024)]


@WITHOUT_CADDY  # which leaves it to the service
def test_what_is_too_large_is_refused_before_it_is_sent(passing: tuple[Server, list[Passed]]) -> None:
    server, passed = passing
    for path, limit in (("/capture/signup", FORM), ("/capture/office/import", LIST)):
        announced = {"Content-Length": str(limit + 1024)}
        assert server.ask(path, method="POST", headers=announced).status == 413
    assert passed == []


@WITHOUT_CADDY  # which renews its certificates itself
def test_certificates_can_be_renewed_over_plain_http(passing: tuple[Server, list[Passed]], tmp_path: Path) -> None:
    server, _ = passing
    place = tmp_path / "acme" / ".well-known" / "acme-challenge"
    place.mkdir(parents=True)
    (place / "token").write_text("proof", encoding="ascii")
    answer = server.ask("/.well-known/acme-challenge/token", plain=True)
    assert (answer.status, answer.body) == (200, b"proof")
