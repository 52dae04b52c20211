"""The processes of the production server: how they start, what they see, whom they wait for, and when they end."""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import sleep

import psutil
import pytest
from granian.server.mp import MPServer

from sitegen.errors import EspalierError
from sitegen.serving.production import workers
from tests import slow
from tests.conftest import ROOT, TOKEN_KEY
from tests.sitegen.serving.production_server import ProductionServer, serving, small

pytestmark = pytest.mark.xdist_group("production-workers")

HOST = "potandkettle.example"

APP = """
import json, sys
from sitegen.serving.production import workers

def app(environ, start_response):
    body = json.dumps({name: repr(value) for name, value in environ.items()}).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

listener = workers.listen("127.0.0.1", 0)
port = listener.getsockname()[1]
ready = lambda: print(port, flush=True)
workers.ProductionServer(app, listener, workers=1, threads=2, ready=ready).run()
"""


@contextmanager
def whole(place: Path) -> Iterator[ProductionServer]:
    """A server both of whose processes are there."""
    with serving(small(place), "--workers", "2") as running:
        running.becomes(lambda: answers(running.port) and len(psutil.Process(running.process.pid).children()) == 2)
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionServer]:
    """One server for the tests that leave its processes alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESPALIER_TOKEN_KEY", TOKEN_KEY)
        with whole(tmp_path_factory.mktemp("served")) as running:
            yield running


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ProductionServer]:
    """A server whose processes a test may end."""
    with whole(tmp_path) as running:
        yield running


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            return connection.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def test_the_private_parts_of_granian_are_as_we_know_them() -> None:
    """Its version is pinned exactly because of them: look at each when it changes."""
    assert version("granian") == "2.8.9"
    assert "((self._ssp, self._shd), self._sso)" in inspect.getsource(MPServer._spawn_worker)
    startup = inspect.getsource(MPServer.startup)
    assert startup.index("_init_shared_socket()") < startup.index("hooks_startup") < startup.index("_spawn_workers(")
    assert "socket.socket(fileno=self._sfd)" in inspect.getsource(MPServer._init_shared_socket)


def test_requests_see_no_secret_and_nothing_of_the_environment_that_looks_like_a_field() -> None:
    secrets = {"ESPALIER_TOKEN_KEY": "a-secret-of-32-characters-or-more", "HTTP_IF_NONE_MATCH": '"a"'}
    process = subprocess.Popen(
        [sys.executable, "-c", APP], env={**os.environ, **secrets}, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with ended(process):
        assert process.stdout
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")[2]
        environ = json.loads(text)
        assert environ["PATH_INFO"] == "'/a'"
        assert not any(name.startswith("ESPALIER_") for name in environ)
        assert "HTTP_IF_NONE_MATCH" not in environ
        assert "a-secret" not in text.decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_nobody_else_can_listen_where_a_server_does(site: ProductionServer) -> None:
    with pytest.raises(EspalierError, match="cannot listen here: Address already in use"):
        workers.listen("127.0.0.1", site.port)


def test_a_process_that_was_killed_is_replaced(mortal: ProductionServer) -> None:
    killed, *others = psutil.Process(mortal.process.pid).children()
    assert others
    killed.kill()
    mortal.becomes(lambda: answers(mortal.port))
    assert len(psutil.Process(mortal.process.pid).children()) == 2


def test_no_process_goes_on_when_the_first_was_killed(mortal: ProductionServer) -> None:
    children = psutil.Process(mortal.process.pid).children()
    assert len(children) == 2
    mortal.process.kill()
    gone, alive = psutil.wait_procs(children, timeout=30)
    assert (len(gone), alive) == (2, [])
    assert not answers(mortal.port)


def test_a_stop_that_comes_early_is_not_lost(tmp_path: Path) -> None:
    folder = small(tmp_path)
    for pause in (0.0, 0.05, 0.2):
        with serving(folder, "--workers", "2") as running:
            sleep(pause)
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(10) == 0


@pytest.mark.parametrize("kind", ["a head", "a short body", "a body in chunks", "a body that is too large"])
def test_slow_senders_keep_nobody_waiting(site: ProductionServer, kind: str) -> None:
    with slow.senders(site.port, "/ana/", kind, host=HOST):
        for _ in range(20):
            assert site.ask("/ana/")[0] == 200


@pytest.mark.slow
def test_who_sends_no_whole_head_is_cut_off(site: ProductionServer) -> None:
    with slow.senders(site.port, "/ana/", "a head", host=HOST) as senders:
        assert slow.still_open(senders) == slow.SENDERS
        sleep(workers.HEAD_SECONDS + 5)
        assert slow.still_open(senders) == 0


def test_an_address_that_is_too_long_is_refused_in_our_words(site: ProductionServer) -> None:
    status, headers, content = site.ask(f"/ana?{'a' * 3000}")
    assert (status, content) == (414, b"this address is too long\n")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_bug_is_told_in_the_log_and_answered_kindly(tmp_path: Path) -> None:
    buggy = re.sub(r"(?m)^listener", "app = ProductionApp(lambda: Files())\nlistener", APP).replace(
        "def app(",
        "from types import SimpleNamespace as Some\n"
        "from sitegen.serving.production.app import ProductionApp\n"
        "addresses = Some(root='/', layout='path', url='https://example.com', home='https://example.com/')\n"
        "class Files:\n"
        "    snapshot = Some(site=Some(addresses=addresses, settings=Some(capture_url='https://example.com/capture')))\n"
        "def app(",
    )
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", buggy], stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT
        )
    with ended(process):
        assert process.stdout
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"x-content-type-options: nosniff" in answer
    assert answer.endswith(b"this page cannot be shown\n")
    assert "a bug kept a request from being answered" in (tmp_path / "log").read_text()
