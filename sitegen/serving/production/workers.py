"""Runs the web server under gunicorn: the site is loaded once, then processes fork, so that they share the memory."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from sitegen.errors import EspalierError, Fault
from sitegen.serving.production.app import ProductionApp
from sitegen.serving.production.renewing import ServeOptions, SnapshotRenewer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

GRACE_SECONDS = 20
"""Seconds that requests already begun have to finish, once the server is asked to stop."""

BACKLOG = 1024
"""How many connections may wait to be accepted."""

_SWITCH_SECONDS = 0.0005
"""Seconds after which a thread that renders must let another thread run. With Python's own 5 ms, threads that only
send waited, and fewer requests a second were answered."""


def listen(host: str, port: int) -> socket.socket:
    """Returns a socket on this host and port, to which no client can connect until the server is ready.

    Port 0: any free port. Raises EspalierError if the port is in use or the host is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        return listener
    except OSError as error:
        hint = "choose another one with --port" if port else None
        message = f"cannot listen here: {error.strerror or error}"
        raise EspalierError(Fault(message, where=f"{host}:{port}", hint=hint)) from error


def address(listener: socket.socket) -> str:
    """Returns the web address of a socket, as a person types it into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(options: ServeOptions, listener: socket.socket, *, workers: int, ready: Callable[[], None]) -> None:
    """Serves the site to visitors until SIGTERM or SIGINT; then accepts no more connections and finishes open requests.

    ``ready`` is called when the server can answer. Raises EspalierError, before that, with the faults of the site.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    renewer = SnapshotRenewer(options)
    app = ProductionApp(lambda: renewer.files)
    ProductionServer(app, listener, workers=workers, threads=options.threads, ready=ready, begun=renewer.start).run()


class ProductionServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with its settings given by code instead of a settings file.

    ``ready`` is called when the server listens, ``begun`` in each serving process when it starts.
    """

    def __init__(
        self,
        app: WSGIApplication,
        listener: socket.socket,
        *,
        workers: int,
        threads: int,
        ready: Callable[[], None],
        begun: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._options: dict[str, Any] = {
            "bind": f"fd://{listener.detach()}",
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",  # sync workers close every connection after one answer
            "preload_app": True,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "keepalive": 15,
            "backlog": BACKLOG,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            "forwarder_headers": "",  # no proxy tells us another path than the one it asks for
            # It would hold addresses of visitors, and whose pages they read.
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "sitegen",
            "control_socket_disable": True,
            "when_ready": lambda arbiter: _ready(ready),
            "post_worker_init": lambda worker: _begun(begun),
        }
        super().__init__()

    def load_config(self) -> None:
        """Sets gunicorn's settings; gunicorn calls this when it starts."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Returns the application; gunicorn calls this before its processes fork."""
        gc.collect()
        gc.freeze()  # a collector that walks over shared memory would copy it
        return self._app


def _ready(ready: Callable[[], None]) -> None:
    # gunicorn's own way with SIGINT is to drop what has begun; ours is to end as with SIGTERM.
    signal.signal(signal.SIGINT, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))
    ready()


def _begun(begun: Callable[[], None]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    sys.setswitchinterval(_SWITCH_SECONDS)
    begun()
