"""When a request has arrived whole: the same however its bytes are cut."""

from __future__ import annotations

import pytest

from capture.ops.arrival import LARGEST_HEAD, LONGEST_LINE, Arrival, State
from capture.web.service import LARGEST_BODY

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def post(*fields: str, body: bytes = b"") -> bytes:
    return "\r\n".join(["POST /signup HTTP/1.1", "Host: x", *fields, "", ""]).encode() + body


WHOLE = {
    "no body": GET,
    "an empty body": post("Content-Length: 0"),
    "a body": post("Content-Length: 7", body=b"email=p"),
    "a body of line ends": post("CONTENT-LENGTH:  4 ", body=b"\r\n\r\n"),
    "the largest body": post(f"Content-Length: {LARGEST_BODY}", body=b"a" * LARGEST_BODY),
    "a chunk": post("Transfer-Encoding: Chunked", body=b"7\r\nemail=p\r\n0\r\n\r\n"),
    "chunks that hold the end's bytes": post("Transfer-Encoding: chunked", body=b"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"),
    "chunks, an extension and a trailer": post(
        "Transfer-Encoding: chunked", body=b"1;a=b\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n"
    ),
}


@pytest.mark.parametrize("shape", WHOLE)
@pytest.mark.parametrize("size", [1, 2, 3, 1000, 10**6])
def test_a_request_is_ready_with_its_last_byte_and_not_before(shape: str, size: int) -> None:
    sent, arrival = WHOLE[shape], Arrival()
    if size < 1000 and len(sent) > LARGEST_BODY:
        size *= 1000
    last, rest = sent[-1:], sent[:-1]
    pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
    assert {arrival.add(each) for each in pieces} <= {State.WAITING}
    assert not arrival.is_whole
    assert arrival.add(last) is State.READY
    assert arrival.is_whole
    assert bytes(arrival.data) == sent


def test_what_follows_is_kept_for_the_next_request() -> None:
    arrival = Arrival()
    assert arrival.add(GET + GET[:9]) is State.READY
    assert (bytes(arrival.data), arrival.is_whole) == (GET + GET[:9], True)


@pytest.mark.parametrize(
    "head",
    [
        post(f"Content-Length: {LARGEST_BODY + 1}"),
        post("Content-Length: -1"),
        post("Content-Length: 1", "Content-Length: 1"),
        post("Content-Length: 5", "Transfer-Encoding: chunked"),
        post("Transfer-Encoding: gzip, chunked"),
        post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        post("Transfer-Encoding: chunked", body=b"nonsense\r\n"),
        post("Transfer-Encoding: chunked", body=b"-1\r\n"),
        post("Transfer-Encoding: chunked", body=b"ffffff\r\n" + b"a" * LARGEST_BODY),
    ],
    ids=range(9),
)
def test_what_is_refused_by_its_head_waits_for_nothing(head: bytes) -> None:
    arrival = Arrival()
    assert arrival.add(head) is State.READY
    assert not arrival.is_whole


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /" + b"a" * LARGEST_HEAD,
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 20_000 + b"\r\n",
        post("Transfer-Encoding: chunked", body=b"1;" + b"a" * LONGEST_LINE + b"\r\n"),
    ],
    ids=["a line", "headers", "a chunk's line"],
)
def test_there_is_an_end_to_what_is_kept(endless: bytes) -> None:
    arrival = Arrival()
    states = [arrival.add(endless[at : at + 1000]) for at in range(0, len(endless), 1000)]
    assert State.TOO_LARGE in states
    assert states[0] is State.WAITING


def test_a_sender_may_wait_for_leave_to_go_on() -> None:
    arrival = Arrival()
    assert arrival.add(post("Expect: 100-Continue", "Content-Length: 7")) is State.WAITING
    assert arrival.expects_continue
    assert arrival.add(b"email=p") is State.READY
