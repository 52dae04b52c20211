"""Senders that begin a request and let the rest of it wait."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

LOOPBACK = "127.0.0.1"
SENDERS = 64

_POST = "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
KINDS = {
    "a short body": _POST + "Content-Length: 300\r\n\r\nemail=",
    "a body in chunks": _POST + "Transfer-Encoding: chunked\r\n\r\nff\r\nemail=",
    "a body that is too large": _POST + "Content-Length: 3000000\r\n\r\nemail=",
    "a head": _POST + "X-Header:",
}


@contextmanager
def senders(
    port: int, path: str, kind: str, *, host: str = "example.com", tls: ssl.SSLContext | None = None
) -> Iterator[list[socket.socket]]:
    """SENDERS connections that have each sent the beginning of a request, and a byte more."""
    beginning = KINDS[kind].format(path=path, host=host).encode()
    with ExitStack() as stack:
        made = []
        for _ in range(SENDERS):
            plain = stack.enter_context(socket.create_connection((LOOPBACK, port), timeout=20))
            made.append(stack.enter_context(tls.wrap_socket(plain, server_hostname=host)) if tls else plain)
            made[-1].sendall(beginning)
        for each in made:
            each.sendall(b"p")
        yield made


def still_open(made: list[socket.socket]) -> int:
    """How many of the connections got no answer and no end so far."""
    waiting = 0
    for each in made:
        each.setblocking(False)
        try:
            each.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            waiting += 1
        except OSError:
            continue
    return waiting
