"""Runs the service under gunicorn: one process with threads, since SQLite wants one writer."""

from __future__ import annotations

import logging
import socket
from typing import Any

from gunicorn.app.base import BaseApplication

from capture.app import create_app
from capture.directory import EspalierError, Fault
from capture.settings import Settings

GRACE_SECONDS = 20
"""How long requests that have begun may take to finish after the service was told to stop."""

BACKLOG = 256
"""Connections that may wait to be accepted."""


class AddressTaken(EspalierError):
    """The address cannot be listened on."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises AddressTaken with a hint."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        hint = "choose another one with --port" if port else None
        message = f"cannot listen here: {error.strerror or error}"
        raise AddressTaken(Fault(message, where=f"{host}:{port}", hint=hint)) from error


def address(listener: socket.socket) -> str:
    """The address of a listening socket as a person would open it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(settings: Settings, listener: socket.socket, *, threads: int) -> None:
    """Serves until SIGTERM or SIGINT; then takes no more connections and finishes what has begun."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    _Server(settings, listener.detach(), threads).run()


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, set by code instead of by a file of its own."""

    def __init__(self, settings: Settings, listener: int, threads: int) -> None:
        self._settings = settings
        self._options = {
            "bind": f"fd://{listener}",
            "workers": 1,
            "threads": threads,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "backlog": BACKLOG,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            # Its access log would hold addresses of visitors.
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "capture",
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn asks for at its start."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Makes the application; called in the worker, so that no connection crosses a fork."""
        return create_app(self._settings)
