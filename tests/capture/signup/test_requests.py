"""Requests on the wire as no browser sends them: shapes on which two programs might disagree, and slow senders."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from capture.ops import connections
from capture.settings import Settings
from capture.web.headers import HEADERS
from tests.capture.cast import KEY
from tests.capture.process import ask
from tests.capture.process import serving as service

NEXT = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"
"""What an attacker hides behind a request: an answer to it would go to somebody else."""

# One worker starts the server for all of them.
pytestmark = pytest.mark.xdist_group("requests")


@pytest.fixture(scope="module")
def running(prepared_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The real server, and where its log is."""
    folder = tmp_path_factory.mktemp("requests")
    shutil.copy(prepared_file, folder / "capture.sqlite")
    settings = Settings(token_keys=(KEY,), secret_key=KEY, database_url=f"sqlite:///{folder}/capture.sqlite")
    with service(settings, folder) as (_, port):
        yield port, folder / "log"


def exchange(port: int, sent: bytes, seconds: float = 10) -> tuple[bytes, bool]:
    """Everything that comes back, and whether the connection was closed in the end."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(sent)
        try:
            while piece := connection.recv(65536):
                heard += piece
        except ConnectionResetError:
            return heard, True
        except TimeoutError:
            return heard, False
    return heard, True


def post(*fields: str, body: bytes = b"", line: str = "POST /signup HTTP/1.1") -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded"
    return "\r\n".join([line, "Host: x", kind, *fields, "", ""]).encode("latin-1") + body


CHUNK = b"7\r\nemail=p\r\n0\r\n\r\n"

SHAPES = {
    "length and chunks": post("Content-Length: 7", "Transfer-Encoding: chunked", body=CHUNK),
    "chunks and length": post("Transfer-Encoding: chunked", "Content-Length: 7", body=CHUNK),
    "two lengths": post("Content-Length: 7", "Content-Length: 9", body=b"email=p"),
    "the same length twice": post("Content-Length: 7", "Content-Length: 7", body=b"email=p"),
    "a list of lengths": post("Content-Length: 7, 7", body=b"email=p"),
    "a signed length": post("Content-Length: +7", body=b"email=p"),
    "a negative length": post("Content-Length: -7", body=b"email=p"),
    "a length in hexadecimal": post("Content-Length: 0x7", body=b"email=p"),
    "a length with a blank": post("Content-Length: 7 7", body=b"email=p"),
    "no length at all": post("Content-Length: ", body=b"email=p"),
    "a length in other digits": post("Content-Length: \xb2", body=b"email=p"),
    "a folded field": post("X-One: a", " b", "Content-Length: 7", body=b"email=p"),
    "a folded coding": post("Transfer-Encoding:", " chunked", body=CHUNK),
    "a blank before the colon": post("Transfer-Encoding : chunked", "Content-Length: 7", body=CHUNK),
    "a blank before the length's colon": post("Content-Length : 7", body=b"email=p"),
    "chunked twice": post("Transfer-Encoding: chunked, chunked", body=CHUNK),
    "chunked in two fields": post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=CHUNK),
    "chunked and then identity": post("Transfer-Encoding: chunked, identity", body=CHUNK),
    "compressed and not chunked": post("Transfer-Encoding: gzip", "Content-Length: 7", body=b"email=p"),
    "identity and a length": post("Transfer-Encoding: identity", "Content-Length: 7", body=b"email=p"),
    "a control before chunked": post("Transfer-Encoding: \x0bchunked", body=CHUNK),
    "chunked in HTTP/1.0": post("Transfer-Encoding: chunked", body=CHUNK, line="POST /signup HTTP/1.0"),
    "line feeds alone": b"POST /signup HTTP/1.1\nHost: x\nContent-Length: 7\n\nemail=p\r\n\r\n",
    "a line feed alone in a field": post("X-One: a\nContent-Length: 7", body=b"email=p"),
    "a carriage return alone": post("X-One: a\rContent-Length: 7", body=b"email=p"),
    "a NUL in a field": post("X-One: a\x00b"),
    "a field without a name": post(": a"),
    "a field without a colon": post("nonsense"),
    "a name with a letter beyond ASCII": post("X-\xdfne: a"),
    "two hosts": post("Host: y"),
    "no version": b"GET /healthz\r\n\r\n",
    "another version": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "three words too many": b"GET /healthz HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a blank in the address": b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method with a control": b"GE\x01T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes of another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}

CHUNKS = {
    "a signed size": b"+7\r\nemail=p\r\n0\r\n\r\n",
    "a size with 0x": b"0x7\r\nemail=p\r\n0\r\n\r\n",
    "a size with an underscore": b"0_7\r\nemail=p\r\n0\r\n\r\n",
    "a size with a blank before it": b" 7\r\nemail=p\r\n0\r\n\r\n",
    "no size": b"\r\nemail=p\r\n0\r\n\r\n",
    "a size of line feeds alone": b"7\nemail=p\n0\n\n\r\n\r\n",
    "nothing after the chunk": b"7\r\nemail=pXX0\r\n\r\n",
    "more than the size says": b"3\r\nemail=p\r\n0\r\n\r\n",
    "an extension with a carriage return": b"7;a\r=b\r\nemail=p\r\n0\r\n\r\n",
    "an extension with a line feed": b"7;a\n=b\r\nemail=p\r\n0\r\n\r\n",
    "a length at the end": b"7\r\nemail=p\r\n0\r\nContent-Length: 9\r\n\r\n",
    "a host at the end": b"7\r\nemail=p\r\n0\r\nHost: y\r\n\r\n",
    "nonsense at the end": b"7\r\nemail=p\r\n0\r\nnonsense\r\n\r\n",
    "an endless size": b"7;" + b"a" * 20_000 + b"\r\nemail=p\r\n0\r\n\r\n",
}


def assert_refused(heard: bytes, closed: bool, *statuses: int) -> None:
    """One answer, the headers of every answer, the end of the connection, and nothing that was hidden behind."""
    assert closed
    assert len(re.findall(rb"^HTTP/1\.[01] ", heard, re.M)) == 1, heard
    head = heard.partition(b"\r\n\r\n")[0].decode()
    assert int(head.split()[1]) in statuses, head
    for name, value in HEADERS.items():
        assert f"{name}: {value}" in head
    assert "Content-Security-Policy: default-src 'none'" in head
    assert b'"ok"' not in heard


@pytest.mark.parametrize("shape", SHAPES)
def test_what_two_programs_could_read_in_two_ways_is_refused(running, shape):
    allowed = {"compressed and not chunked": (400, 501), "another version": (400, 505)}.get(shape, (400,))
    assert_refused(*exchange(running[0], SHAPES[shape] + NEXT), *allowed)


@pytest.mark.parametrize("shape", CHUNKS)
def test_broken_chunks_are_the_sender_s_fault(running, shape):
    assert_refused(*exchange(running[0], post("Transfer-Encoding: chunked", body=CHUNKS[shape]) + NEXT), 400, 431)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-One: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % each for each in range(99)) + b"\r\n", 431),
        (post("Expect: the-unexpected", "Content-Length: 0"), 417),
        (post("Transfer-Encoding: cow", body=CHUNK), 501),
    ],
)
def test_too_much_or_unheard_of(running, sent, status):
    assert_refused(*exchange(running[0], sent), status)


def test_what_is_well_formed_is_answered_one_by_one(running):
    heard, closed = exchange(running[0], NEXT + NEXT + NEXT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert (heard.count(b"HTTP/1.1 200 OK"), heard.count(b'"ok"'), closed) == (3, 3, True)


def test_a_body_in_chunks_is_a_body(running):
    heard, _ = exchange(running[0], post("Transfer-Encoding: chunked", "Connection: close", body=CHUNK))
    assert heard.startswith(b"HTTP/1.1 422 ")


@pytest.mark.parametrize(
    "field", ["SCRIPT_NAME: /x", "PATH_INFO: /signup", "X_Forwarded_For: 192.0.2.1", "X-Forwarded-Proto: https"]
)
def test_no_field_moves_a_request_elsewhere(running, field):
    """Not even from this machine, where a proxy stands that may pass on what it was sent."""
    sent = f"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{field}\r\n\r\n"
    heard, _ = exchange(running[0], sent.encode())
    assert heard.startswith((b"HTTP/1.1 200 OK", b"HTTP/1.1 400 "))


def test_the_log_says_why_and_not_what(running):
    port, log = running
    exchange(port, b"GET /confirm/secret-token?email=pat%40example.com pat@example.com HTTP/1.1\r\n\r\n")
    exchange(port, post("Transfer-Encoding: chunked", body=b"secret-token\r\n\r\n"))
    told = log.read_text()
    assert "refused a request that cannot be read: InvalidHTTPVersion" in told or "InvalidRequestLine" in told
    for word in ("secret-token", "pat", "127.0.0.1", "Traceback"):
        assert word not in told


def test_half_a_request_is_nobody_s_fault(running):
    port, log = running
    for sent in (b"GET /hea", post("Content-Length: 99", body=b"email=p"), post("Transfer-Encoding: chunked")):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(sent)
    assert ask(port, "GET", "/healthz") == 200
    assert "Traceback" not in log.read_text()


@pytest.mark.database("sqlite")
def test_slow_senders_do_not_hold_the_service(settings, tmp_path):
    """As many as there are threads send a byte now and then; they are cut off, and others are answered."""
    code = (
        "import sys, capture.ops.connections as c; c.REQUEST_SECONDS = 2.0; sys.argv[0] = 'capture';"
        "from capture.commands import main; main()"
    )
    with service(settings, tmp_path, "--threads", "2", program=("-c", code)) as (_, port):
        slow = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(4)]
        begun = time.monotonic()
        for each in slow:
            each.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
        assert ask(port, "GET", "/healthz", timeout=25) == 200
        assert time.monotonic() - begun < connections.REQUEST_SECONDS
        for each in slow:
            each.close()


def test_an_answer_names_no_program(running):
    connection = http.client.HTTPConnection("127.0.0.1", running[0], timeout=10)
    connection.request("GET", "/healthz")
    server = connection.getresponse().headers.get("Server", "")
    connection.close()
    assert "/" not in server
