"""Changes gunicorn's worker in three points: when a request gets a thread, how long it may take, and how unreadable
requests are answered.

The main loop receives the requests of all connections at once, and gives each to a thread when it has arrived whole.
So slow senders keep nobody waiting.

A request that cannot be read never reaches the application. gunicorn itself would answer it, log its sender's address,
and quote what was sent in response and log. Here the response has the headers of every other response and quotes
nothing, and the log says only why the request was refused.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn import util
from gunicorn.http.errors import (
    ExpectationFailed,
    ForbiddenProxyRequest,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import ThreadWorker

from capture.ops.arrival import Arrival, State
from capture.web.headers import HEADERS, policy
from capture.web.service import GIVE_TIME

log = logging.getLogger("capture.connections")

REQUEST_SECONDS = 20.0
"""The most seconds that a request may take to arrive, and then again to be answered. Without a limit, a client that
sends one byte now and then would occupy a connection for ever. A page that knows who sends a request may allow it more
time (``service.give_time``)."""

LINGER_SECONDS = 5.0
"""The most seconds that a connection stays open after its last response, for what its sender is still sending. If it
were closed at once, a sender in the midst of a refused body would see a broken connection instead of the response."""

LINGER_BYTES = 32 * 1024 * 1024
"""The most bytes that are read and dropped in that time."""

REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
}
"""The HTTP statuses, with their names, of responses to requests that do not reach the application."""

_OTHER_THAN_400: dict[type[Exception], int] = {
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    ForbiddenProxyRequest: 403,
    UnsupportedTransferCoding: 501,
}


class Threads(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker that serves requests by threads, changed so that a thread gets only requests that have arrived,
    and that requests that take too long are ended.

    gunicorn's own main loop waits for events and calls the methods below. ``pending_conns`` holds the connections that
    it receives a request from, in the order in which their time runs out.
    """

    wsgi: WSGIApplication

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun: dict[Any, float] = {}
        self._lingering: dict[Any, _Lingering] = {}
        self._here = threading.local()

    def load_wsgi(self) -> None:
        """Makes the WSGI application; gunicorn calls this once in each process."""
        super().load_wsgi()
        self.wsgi = with_readable_bodies(self._with_time(self.wsgi))

    def enqueue_req(self, conn: Any) -> None:
        """Begins to receive a request; gunicorn calls this when a connection was made or is used again."""
        conn.sock.setblocking(False)
        conn.close = partial(self._close, conn)
        conn.arrival, conn.told_to_go_on = Arrival(), False
        # After a response, what had been read too far is the beginning of the next request.
        state = conn.arrival.add(conn.parser.unreader.take_buffered() if conn.initialized else b"")
        if state is State.WAITING:
            state = self._read(conn)
        if state is not State.WAITING:
            self._end_receiving(conn, state)
            return
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive_more, conn))

    def _receive_more(self, conn: Any, sock: socket.socket) -> None:
        state = self._read(conn)
        if state is not State.WAITING:
            self.poller.unregister(sock)
            self.pending_conns.remove(conn)
            self._end_receiving(conn, state)

    def _read(self, conn: Any) -> State:
        """Reads what has come from a connection, without waiting."""
        try:
            data = conn.sock.recv(65_536)
        except (BlockingIOError, InterruptedError):
            return State.WAITING
        except OSError:
            data = b""
        if not data:
            return State.ENDED
        state = State(conn.arrival.add(data))
        if state is State.WAITING and conn.arrival.expects_continue:
            conn.arrival.expects_continue, conn.told_to_go_on = False, True
            with contextlib.suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return state

    def _end_receiving(self, conn: Any, state: State) -> None:
        """Gives a request to a thread, or ends its connection."""
        if state is State.READY:
            super().enqueue_req(conn)
        elif state is State.TOO_LARGE:
            self._refuse(conn, 431, "its head or a chunk's line is too large")
        elif conn.arrival.data:
            self._refuse(conn, 400, "it ended early")
        else:
            self.nr_conns -= 1
            conn.close()

    def _refuse(self, conn: Any, status: int, reason: str) -> None:
        log.warning("refused a request that cannot be read: %s", reason)
        with contextlib.suppress(OSError):
            conn.sock.send(refusal(status))
        self.nr_conns -= 1
        conn.close(graceful=True)

    def _close(self, conn: Any, graceful: bool = False) -> None:
        """Closes a connection; ``graceful``: after its sender has seen the response. gunicorn's own way of doing that
        would stop the main loop for seconds."""
        sock = conn.sock
        if graceful:
            try:
                sock.shutdown(socket.SHUT_WR)
                sock.setblocking(False)
                self.poller.register(sock, selectors.EVENT_READ, self._linger)
            except (OSError, ValueError):
                graceful = False
        if graceful:
            self.nr_conns += 1
            self._lingering[sock] = _Lingering(time.monotonic() + LINGER_SECONDS)
        else:
            util.close(sock)

    def _linger(self, sock: socket.socket) -> None:
        """Drops what a sender still sends after its response, until it closes the connection."""
        try:
            count = len(sock.recv(65_536))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            count = 0
        left = self._lingering[sock]
        left.bytes -= count
        if not count or left.bytes < 0:
            self._leave(sock)

    def _leave(self, sock: socket.socket) -> None:
        del self._lingering[sock]
        self.nr_conns -= 1
        self.poller.unregister(sock)
        util.close(sock)

    def handle(self, conn: Any) -> Any:
        """Serves a request that has arrived, in a thread, and notes when it began, so that it can be ended in time."""
        self._begun[conn] = time.monotonic()
        self._here.conn = conn
        try:
            conn.sock.setblocking(True)
            conn.init()
            conn.parser.unreader.unread(bytes(conn.arrival.data))
            conn.whole = conn.arrival.is_whole
            conn.arrival = None
            return super().handle(conn)
        finally:
            self._begun.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answers a request. If its body has not come whole, the connection ends with the response: gunicorn would let
        the thread wait for the rest."""
        if not conn.whole:
            req.force_close()
        if conn.told_to_go_on:
            req._expected_100_continue = False
        return super().handle_request(req, conn)

    def _with_time(self, application: WSGIApplication) -> WSGIApplication:
        """Returns the application, wrapped so that it can give a request more seconds than REQUEST_SECONDS."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            conn = self._here.conn

            def give(seconds: float) -> None:
                if conn in self._begun:
                    self._begun[conn] = time.monotonic() + seconds - REQUEST_SECONDS

            environ[GIVE_TIME] = give
            return application(environ, start_response)

        return answer

    def murder_pending(self) -> None:
        """Ends connections whose requests take longer than REQUEST_SECONDS to arrive or to be answered, and those that
        have lingered; gunicorn's main loop calls this at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, begun in list(self._begun.items()):
            if begun < now - REQUEST_SECONDS:
                # The thread that reads from the connection sees its end, and is free again.
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
        for sock, left in list(self._lingering.items()):
            if left.until < now:
                self._leave(sock)
        if not self.alive:
            self._close_unused()

    def _close_unused(self) -> None:
        """Closes connections from which nothing has come: a service that stops finishes only what has begun."""
        for conn in [each for each in self.pending_conns if not each.arrival.data]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answers a request that gunicorn could not read or serve, and logs the reason."""
        status = status_of(exc)
        if status == 500:
            log.error("a bug in the server ended a request", exc_info=exc)
        else:
            log.warning("refused a request that cannot be read: %s", type(exc).__name__)
        with contextlib.suppress(OSError):
            client.sendall(refusal(status))


@dataclass(slots=True)
class _Lingering:
    """What is left to a connection that is being closed: until when, on the monotonic clock, and how many bytes."""

    until: float
    bytes: int = LINGER_BYTES


def status_of(error: Exception) -> int:
    """Returns the HTTP status for a request that gunicorn could not read or serve because of ``error``: a status such
    as 400 or 431 if the sender caused it, 500 for a bug."""
    found = next((status for kind, status in _OTHER_THAN_400.items() if isinstance(error, kind)), None)
    return found or (400 if isinstance(error, ParseException) else 500)


def refusal(status: int) -> bytes:
    """Returns the bytes of a complete HTTP response whose text is the name of its status, such as "Bad Request"."""
    body = f"{REASONS[status]}\n".encode()
    fields = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
        "Content-Security-Policy": policy(),
        **HEADERS,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {REASONS[status]}\r\n{head}\r\n".encode("ascii") + body


def with_readable_bodies(application: WSGIApplication) -> WSGIApplication:
    """Returns the application, wrapped so that reading a malformed request body raises OSError: Flask answers that with
    400, as the sender's error, not with 500 as a bug."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return application(environ, start_response)

    return answer


class _Body:
    """A request's body that reports broken chunks like a connection that was cut off; Flask answers both with 400."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        """Returns the next bytes of the request's body; ``b""`` at the end. Raises OSError for a malformed body."""
        try:
            return bytes(self._body.read(size))
        except ParseException as error:
            raise OSError(f"not a body: {type(error).__name__}") from error
