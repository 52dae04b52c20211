"""Changes gunicorn's worker in two points: how long a request may take, and how unreadable requests are answered.

A request that cannot be read never reaches the application. gunicorn itself would answer it, log its sender's address,
and quote what was sent in response and log. Here the response has the headers of every other response and quotes
nothing, and the log says only why the request was refused.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

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

from capture.web.headers import HEADERS, policy
from capture.web.service import GIVE_TIME

log = logging.getLogger("capture.connections")

REQUEST_SECONDS = 20.0
"""The most seconds from a request's first byte to the end of its response. Without a limit, a client that sends one
byte now and then would occupy a thread for ever. A page that knows who sends a request may allow it more time
(``service.give_time``)."""

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
    """gunicorn's worker that serves requests by threads, changed so that requests that take too long are ended."""

    wsgi: WSGIApplication

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun: dict[Any, float] = {}
        self._here = threading.local()

    def load_wsgi(self) -> None:
        """Makes the WSGI application; gunicorn calls this once in each process."""
        super().load_wsgi()
        self.wsgi = with_readable_bodies(self._with_time(self.wsgi))

    def handle(self, conn: Any) -> Any:
        """Serves one request of a connection, in a thread, and notes when it began, so that it can be ended in time."""
        self._begun[conn] = time.monotonic()
        self._here.conn = conn
        try:
            return super().handle(conn)
        finally:
            self._begun.pop(conn, None)

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
        """Ends connections whose requests take longer than REQUEST_SECONDS; gunicorn's main loop calls this at least
        once a second."""
        super().murder_pending()
        late = time.monotonic() - REQUEST_SECONDS
        for conn, begun in list(self._begun.items()):
            if begun < late:
                # The thread that reads from the connection sees its end, and is free again.
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answers a request that gunicorn could not read or serve, and logs the reason."""
        status = status_of(exc)
        if status == 500:
            log.error("a bug in the server ended a request", exc_info=exc)
        else:
            log.warning("refused a request that cannot be read: %s", type(exc).__name__)
        with contextlib.suppress(OSError):
            client.sendall(refusal(status))


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
