"""What the web servers of the recipes write of visits and errors: never the signed part of a mailed link."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from capture import features
from capture.app import RowNumber
from tests.deploy.conftest import WITHOUT_CADDY, Deployments
from tests.deploy.servers import DOMAIN, Server, free_ports, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploy")]

LARGE = 5 * 1024 * 1024
"""More than the recipes let through, except those of Caddy, in bytes; it is only said, never sent."""


def signed_routes() -> list[tuple[str, str]]:
    """Each address with a signed part, with its method; of all features, so that a new one is not forgotten."""
    app = Flask(__name__)
    app.url_map.converters["row"] = RowNumber
    for feature in features.ALL:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
    rules = [rule for rule in app.url_map.iter_rules() if "<signed>" in rule.rule]
    return sorted((method, rule.rule) for rule in rules for method in (rule.methods or set()) & {"GET", "POST"})


def logged(server: Server, mark: str) -> str:
    """All that the server wrote, once the line with this mark is there: it may write after it answers."""
    deadline = time.monotonic() + 10
    while True:
        text = "".join(each.read_text(errors="replace") for each in server.logs if each.exists())
        if mark in text or time.monotonic() > deadline:
            assert mark in text
            return text
        time.sleep(0.02)


def ask_all(server: Server) -> list[str]:
    """Asks for each signed address, as pages of the service do, in two spellings; returns what must not be logged."""
    secrets = []
    for number, (method, rule) in enumerate(signed_routes()):
        for spelling in ("/capture{}", "/capture/{}"):
            secret = f"WyJzZWNyZXQi.{number:03}-{len(secrets):03}_signature"
            path = spelling.format(rule.replace("<signed>", secret))
            referrer = {"Referer": f"https://{DOMAIN}/capture{rule.replace('<signed>', secret + 'r')}?lang={secret}q"}
            server.ask(f"{path}?x={secret}", method=method, headers=referrer, body=b"" if method == "POST" else None)
            secrets.append(secret)
        if method == "POST" and server.name != "caddy":  # whose recipe leaves it to the service
            too_much = {"Content-Length": str(LARGE)}
            server.ask(f"/capture{rule.replace('<signed>', secret)}", method=method, headers=too_much)
    return secrets


@pytest.fixture
def server_alone(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[Server]:
    """The recipe in front of a service that is down."""
    (port,) = free_ports(1)
    with running(server.name, replace(server.published, capture_port=port), tmp_path) as alone:
        yield alone


def assert_kept_out(server: Server) -> None:
    secrets = ask_all(server)
    server.ask("/?mark=no", headers={"User-Agent": "the-last-request"})
    text = logged(server, "the-last-request")
    assert [each for each in secrets if each in text] == []
    for name in ("confirm", "not-me", "unsubscribe", "my-data", "office/enter"):
        assert re.search(rf"/capture/{name}/-", text), name


def test_signed_parts_stay_out_of_the_logs(server: Server) -> None:
    assert_kept_out(server)


def test_signed_parts_stay_out_of_the_logs_while_the_service_is_down(server_alone: Server) -> None:
    assert_kept_out(server_alone)
    # As docs/deploy/README.md says.
    refusal = 503 if server_alone.name in {"apache", "lighttpd"} else 502
    assert server_alone.ask("/capture/confirm/x").status == refusal


@WITHOUT_CADDY  # which tells it by the status of visits alone, where an error is shown as the site's own page
def test_a_service_that_is_down_is_told_in_the_log(server_alone: Server) -> None:
    server_alone.ask("/capture/signup")
    text = logged(server_alone, "onnection refused")
    assert str(server_alone.published.capture_port) in text


def test_words_of_a_search_stay_out_of_the_logs(server: Server) -> None:
    server.ask("/capture/office/leads?q=pat%40example.net", headers={"User-Agent": "a-search"})
    assert "pat%40example" not in logged(server, "a-search")


def test_words_of_a_search_stay_out_of_the_logs_while_the_service_is_down(server_alone: Server) -> None:
    server_alone.ask("/capture/office/leads?q=pat%40example.net", headers={"User-Agent": "a-search"})
    server_alone.ask("/?mark=no", headers={"User-Agent": "the-last-request"})
    assert "pat%40example" not in logged(server_alone, "the-last-request")


@WITHOUT_CADDY  # which logs none of these
def test_requests_over_plain_http_are_logged_likewise(server: Server) -> None:
    secret = "WyJwbGFpbiJd.x_signature"
    asked = f"/capture/confirm/{secret}?x={secret}"
    assert server.ask(asked, plain=True, headers={"User-Agent": "a-plain-request"}).status in {301, 308}
    text = logged(server, "a-plain-request")
    assert secret not in text
    (line,) = (each for each in text.splitlines() if "a-plain-request" in each)
    assert "/capture/confirm/-" in line


def test_links_still_reach_the_service(server: Server, _deployments: Deployments) -> None:
    for name in ("confirm", "not-me", "unsubscribe", "my-data", "office/enter"):
        answer = server.ask(f"/capture/{name}/altered")
        assert answer.status == 404
        assert answer.headers["referrer-policy"] == "same-origin", "the service's own answer"
