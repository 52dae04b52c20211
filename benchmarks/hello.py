"""Serves hello-world by the same server as ``sitegen serve --production``: ``python -m benchmarks.hello PORT``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING

from sitegen.serving.production import workers
from sitegen.serving.production.renewing import ServeOptions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_BODY = b"Hello, world!\n"
_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(_BODY)))]


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers every request with "Hello, world!"."""
    start_response("200 OK", _HEADERS)
    return [_BODY]


def main(port: str) -> None:
    """Serves hello-world on this port of 127.0.0.1 until SIGTERM or SIGINT."""
    listener = workers.listen("127.0.0.1", int(port))
    threads = next(each.default for each in fields(ServeOptions) if each.name == "threads")
    assert isinstance(threads, int)
    count = len(os.sched_getaffinity(0))
    workers.ProductionServer(app, listener, workers=count, threads=threads, ready=lambda: None).run()


if __name__ == "__main__":
    main(sys.argv[1])
