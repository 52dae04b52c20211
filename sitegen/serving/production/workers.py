"""Runs the web server, granian: the site is loaded once, then processes fork, so that they share the memory."""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from sitegen.errors import EspalierError, Fault
from sitegen.serving.production.app import ProductionApp
from sitegen.serving.production.renewing import ServeOptions, SnapshotRenewer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

GRACE_SECONDS = 20
"""Seconds that requests already begun have to finish, once the server is asked to stop."""

HEAD_SECONDS = 20
"""Seconds after which a connection is closed whose next request has not arrived."""

BACKLOG = 1024
"""How many connections may wait to be accepted."""

_SWITCH_SECONDS = 0.0005
"""Seconds after which a thread that renders must let another thread run. With Python's own 5 ms, threads that only
send waited, and fewer requests a second were answered."""

_STOPS = frozenset({signal.SIGTERM, signal.SIGINT})

_HIDDEN = ("ESPALIER_", "HTTP_")
"""How variables begin that no request must see: secrets, and what looks like a field of the request's head."""

_PR_SET_PDEATHSIG = 1  # Linux, sys/prctl.h


def listen(host: str, port: int) -> socket.socket:
    """Returns a socket on this host and port, to which no client can connect until the server is ready.

    Port 0: any free port. Raises EspalierError if the port is in use or the host is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        except BaseException:
            listener.close()
            raise
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


class ProductionServer(MPServer):
    """granian, told by code what its command line cannot: a socket that is ours, and an application loaded before.

    ``ready`` is called when the server listens, ``begun`` in each serving process when it starts. The attributes of
    granian that begin with an underscore are private: its version is pinned, and a test asks for each of them.
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
        super().__init__(
            "sitegen",
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=workers,
            blocking_threads=threads,
            backlog=BACKLOG,
            backpressure=BACKLOG,  # it counts connections, idle ones too
            http1_settings=HTTP1Settings(header_read_timeout=1000 * HEAD_SECONDS),
            log_enabled=False,  # it would hold addresses of visitors, and whose pages they read
            respawn_failed_workers=True,
            workers_kill_timeout=GRACE_SECONDS,
        )
        self._app = app
        self._listener = listener
        self._begun = begun
        self._parent = os.getpid()
        self.on_startup(ready)

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        # Python 3.14 starts processes anew unless told otherwise, and each would load the site for itself.
        multiprocessing.set_start_method("fork", force=True)
        gc.collect()
        gc.freeze()  # a collector that walks over shared memory would copy it
        self.serve(target_loader=self._load, wrap_loader=False)

    def _init_shared_socket(self) -> None:
        self._listener.listen(BACKLOG)
        holder = SocketHolder(self._listener.fileno(), False, BACKLOG)  # type: ignore[call-arg]
        self.__dict__.update(_ssp=None, _sso=self._listener, _sfd=self._listener.fileno(), _shd=holder)

    def _spawn_workers(self, *arguments: Any) -> None:
        with _stops_held():
            super()._spawn_workers(*arguments)  # type: ignore[no-untyped-call]

    def _respawn_workers(self, *arguments: Any, **named: Any) -> None:
        with _stops_held():
            super()._respawn_workers(*arguments, **named)

    def _load(self) -> WSGIApplication:
        """Returns the application, in each process that was forked to serve it."""
        # Until granian sets its own handlers in this process, a stop ends it at once. Those of its parent, which it
        # has until here, would lose it.
        for each in _STOPS:
            signal.signal(each, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        _end_with(self._parent)
        for name in [each for each in os.environ if each.startswith(_HIDDEN)]:
            del os.environ[name]  # else granian would put it into the environ of every request
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._begun()
        return self._app


@contextmanager
def _stops_held() -> Iterator[None]:
    """Holds back signals to stop: they come when the block ends, and to a process forked in it when it is ready."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def _end_with(parent: int) -> None:
    """Has this process told to stop when its parent dies, which would otherwise go on to answer without it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before
        sys.exit(1)
