"""Shows operators whether the service is alive and ready, and its metrics.

``/healthz`` answers 200 while the process runs; ``/readyz`` if, in addition, the database can be used, has the right
version, was filled by ``capture sync``, and stores what is written to it. ``/metrics`` is for requests from this
machine, or with the token.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import REGISTRY, Collector

from capture.base import metrics
from capture.base.network import is_this_machine
from capture.base.unavailable import Unavailable
from capture.health.readiness import StoringProbe
from capture.mailing import outbox, trouble
from capture.models import Company
from capture.web import service
from capture.web.access import Audience, open_to

blueprint = Blueprint("health", __name__)

SIGNUP = "signup.signup"
"""The Flask endpoint of the sign-up form, whose responses are counted by outcome."""

UNKNOWN = "none"
"""The route under which requests for unknown addresses are counted. Their paths must not become labels, since clients
can invent any number of paths."""


@blueprint.get("/healthz")
@open_to(Audience.EVERYONE)
def healthz() -> Response:
    """Answers 200 while the service's process runs."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@open_to(Audience.EVERYONE)
def readyz() -> Response:
    """Answers 200 if sign-ups can be stored; 503 with the reason otherwise.

    If no mail can be sent, the answer stays 200, since sign-ups are stored and mails wait; ``mail`` says why and since
    when.
    """
    current = service.current()
    database = current.database
    try:
        if database.revision() != database.head:
            return _not_ready("the database has another version than this program")
        with database.read() as session:
            if session.get(Company, 1) is None:
                return _not_ready("nothing was synced yet")
            found = trouble.current(session)
    except Unavailable:
        return _not_ready("the database cannot be used")
    if fault := current.part(StoringProbe).fault(current.clock()):
        return _not_ready(fault)
    if found is None:
        return jsonify({"status": "ok"})
    return jsonify({"status": "ok", "mail": {"reason": found.reason, "since": found.since.isoformat()}})


@blueprint.get("/metrics")
@open_to(Audience.PROGRAM)
def prometheus() -> Response:
    """Returns the metrics in Prometheus's text format; 404 to clients that may not read them."""
    if not _may_read_metrics():
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Outbox())
    text = generate_latest(registry) + generate_latest(_counted())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def install(app: Flask) -> None:
    """Makes the app measure the time of every response and count the outcomes of sign-ups. Times are kept by the
    route's pattern, never by the path, since paths contain tokens."""

    @app.before_request
    def begin() -> None:
        g.espalier_begun = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        begun = g.get("espalier_begun")
        if begun is not None:
            route = request.url_rule.rule if request.url_rule else UNKNOWN
            kind = f"{response.status_code // 100}xx"
            metrics.SECONDS.labels(route, kind).observe(time.perf_counter() - begun)
            if request.endpoint == SIGNUP and request.method == "POST":
                metrics.SIGNUPS.labels(_outcome(response.status_code)).inc()
        return response


def _outcome(status: int) -> str:
    """Returns the outcome of a sign-up (thanked, refused, unavailable or failed) from the status of its response."""
    if status < 400:
        return "thanked"
    if status < 500:
        return "refused"
    return "unavailable" if status == 503 else "failed"


def _not_ready(reason: str) -> Response:
    response = jsonify({"status": "not ready", "reason": reason})
    response.status_code = 503
    response.headers["Retry-After"] = "5"
    return response


def _may_read_metrics() -> bool:
    token = service.current().settings.delivery.metrics_token
    sent = request.authorization.token if request.authorization and request.authorization.type == "bearer" else None
    if token and sent and hmac.compare_digest(token.encode(), sent.encode()):
        return True
    # A proxy on this machine makes every client look local: a forwarded request needs the token.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and is_this_machine(request.remote_addr)


def _counted() -> CollectorRegistry:
    """Returns the metrics that this process counted; if there are several processes, those that all counted."""
    if not metrics.SHARED:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class _Outbox(Collector):
    """The metrics of the outbox, where mails and webhooks wait to be sent. They are read from the database, so every
    process reports the same numbers."""

    def collect(self) -> Iterator[Metric]:
        """Yields the number of the outbox's mails and webhooks by state, and for how long the oldest mail that is due
        has been due. Yields nothing while the database cannot be read: a gap says more than a zero."""
        current = service.current()
        try:
            with current.database.read() as session:
                depth = outbox.outbox_depth(session, current.clock())
                found = trouble.current(session)
        except Unavailable:
            return
        rows = GaugeMetricFamily("espalier_outbox_rows", "Mails and webhooks by state", labels=["state"])
        for state, number in depth.rows.items():
            rows.add_metric([state], number)
        yield rows
        yield GaugeMetricFamily(
            "espalier_outbox_oldest_seconds", "How long the oldest mail that is due has been due", value=depth.oldest
        )
        stopped = (current.clock() - found.since).total_seconds() if found else 0.0
        yield GaugeMetricFamily(
            "espalier_mail_stopped_seconds",
            "For how long no mail could be sent at all; 0 if mails are sent",
            value=stopped,
        )
