"""Runs the capture service under gunicorn: by default in one process with threads, since SQLite allows one writer at a
time."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from prometheus_client import multiprocess

from capture import features
from capture.app import create_app
from capture.base import logs, metrics
from capture.base.db import Database
from capture.base.periodic import Periodic
from capture.base.tokens import Links
from capture.base.unavailable import Unavailable
from capture.mailing import kinds
from capture.mailing.delivery import DeliveryError
from capture.mailing.worker import Worker
from capture.ops import mail_worker
from capture.ops.connections import Threads
from capture.settings import Settings
from capture.web.service import EXTENSION, Service
from sitegen.errors import EspalierError, Fault

log = logging.getLogger("capture.serving")

GRACE_SECONDS = 20
"""How many seconds requests that have begun may take to finish after the service was asked to stop."""

LAST_MAIL_SECONDS = 10
"""How many seconds the mail that is being sent may take when the service stops; the next worker sends the others."""

BACKLOG = 256
"""How many connections may wait to be accepted."""


class AddressTaken(EspalierError):
    """Raised if the service cannot listen on the host and port it was given, as when another program uses them."""


def listen(host: str, port: int) -> socket.socket:
    """Returns a socket that listens on this host and port. Raises AddressTaken if that is not possible."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
        # For the first connection, too: gunicorn sets it later, and a kept connection would wait 40 ms per response.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        hint = "choose another one with --port" if port else None
        message = f"cannot listen here: {error.strerror or error}"
        raise AddressTaken(Fault(message, where=f"{host}:{port}", hint=hint)) from error


def address(listener: socket.socket) -> str:
    """Returns the web address of a listening socket, as one opens it in a browser, such as "http://127.0.0.1:8001"."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    settings: Settings, listener: socket.socket, *, threads: int, processes: int = 1, send_mail: bool = True
) -> None:
    """Runs the web service until SIGTERM or SIGINT; then accepts no more connections and finishes the requests that
    have begun.

    ``threads``: how many requests each of the ``processes`` serves at a time. ``send_mail``: each process also sends
    the mails in the outbox and imports uploaded lists, in threads beside the requests.
    """
    logs.begin(plain=settings.demo)
    Server(settings, listener.detach(), threads, processes, send_mail).run()


def send(settings: Settings, *, once: bool = False) -> None:
    """Sends the mails in the outbox and imports uploaded lists until SIGTERM or SIGINT; then finishes the mail that is
    being sent. With ``once``: returns when no mail is due.

    Raises DeliveryError if the settings name no mail server, DatabaseError if the database does not exist or needs a
    migration.
    """
    logs.begin(plain=settings.demo)
    database = Database(settings.database_url, checkpoints=False)
    database.require()
    links, clock = Links(settings.secret_keys), lambda: datetime.now(UTC)
    worker = mail_worker.make(settings, database, links, clock, kinds.table(features.ALL))
    if worker is None:
        hint = "e.g. ESPALIER_SMTP_URL=smtp+starttls://user:password@mail.example.com:587"
        raise DeliveryError(Fault("there is no mail server to send by", where="ESPALIER_SMTP_URL", hint=hint))
    told = threading.Event()
    context = mail_worker.Context(database, links, clock)
    jobs = [job for feature in features.ALL for job in feature.worker_jobs(context)]
    regular = [Periodic(job) for job in jobs]

    def end(number: int, frame: FrameType | None) -> None:
        worker.stop()
        for each in regular:
            each.stop()
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        if once:
            worker.run_once()
            for job in jobs:
                job.run()
            return
        thread = threading.Thread(target=worker.run, name="worker", daemon=True)
        thread.start()
        for each in regular:
            each.start()
        told.wait()
        _finish(worker, thread)
        for each in regular:
            each.end()
    finally:
        database.engine.dispose()


def _finish(worker: Worker, thread: threading.Thread) -> None:
    """Waits at most LAST_MAIL_SECONDS for the mail that is being sent; the worker's other mails go back into the outbox
    at once."""
    worker.stop()
    thread.join(LAST_MAIL_SECONDS)
    if thread.is_alive():
        log.warning(
            "the mail server does not answer while the service stops: the mail that is being sent stays reserved for"
            " this worker; another worker sends it when this lease on it has run out"
        )
        try:
            worker.release()
        except Unavailable as error:
            log.warning("other workers cannot send this worker's mails before its leases run out: %s", error)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with this service's configuration, which is set by code and not by a file of gunicorn's."""

    def __init__(self, settings: Settings, listener: int, threads: int, processes: int, send_mail: bool) -> None:
        self._settings = settings
        self._send_mail = send_mail
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None
        self._regular: list[Periodic] = []
        self._options = {
            "bind": f"fd://{listener}",
            "workers": processes,
            "threads": threads,
            "worker_class": Threads,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "backlog": BACKLOG,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            # No header changes the scheme or the requested address, not even that of a proxy on this machine.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            # gunicorn's access log would hold visitors' addresses.
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "capture",
            "control_socket_disable": True,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
            "child_exit": _forget,
        }
        super().__init__()

    def load_config(self) -> None:
        """Sets gunicorn's options; gunicorn calls this at its start."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Returns the WSGI application, and makes the jobs that run beside it. gunicorn calls this in each serving
        process, so that no database connection is shared between processes."""
        logs.adopt("gunicorn.error")
        app = create_app(self._settings)
        service: Service = app.extensions[EXTENSION]
        jobs = [job for feature in service.features for job in feature.jobs(service)]
        if self._send_mail:
            jobs += [job for feature in service.features for job in feature.worker_jobs(service)]
            known = kinds.table(service.features)
            self._worker = mail_worker.make(self._settings, service.database, service.links, service.clock, known)
            if self._worker is None:
                log.warning("no mails are sent and all wait in the outbox: ESPALIER_SMTP_URL is not set")
        self._regular = [Periodic(job) for job in jobs]
        return app

    def _begin(self, process: Any) -> None:
        for each in self._regular:
            each.start()
        self._begin_sending()

    def _end(self, server: Any, process: Any) -> None:
        for each in self._regular:
            each.stop()
        self._end_sending()
        for each in self._regular:
            each.end()

    def _begin_sending(self) -> None:
        if self._worker is None:
            return
        worker, before = self._worker, signal.getsignal(signal.SIGTERM)

        def end(number: int, frame: FrameType | None) -> None:
            # At once, not after the last request was answered: a mail may take as long as the requests.
            worker.stop()
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGTERM, end)
        self._thread = threading.Thread(target=worker.run, name="worker", daemon=True)
        self._thread.start()

    def _end_sending(self) -> None:
        if self._worker is not None and self._thread is not None:
            _finish(self._worker, self._thread)


def _forget(server: Any, process: Any) -> None:
    """Removes the present values (gauges) of a process that has ended from the metrics; the counts it added stay."""
    if metrics.SHARED:
        multiprocess.mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
