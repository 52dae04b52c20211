"""Makes the Flask application of the capture service, in ``create_app``; importing the module does nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files

from flask import Flask, Response, abort, make_response, redirect, request
from jinja2 import PackageLoader, PrefixLoader, StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from capture import features
from capture.base.db import Database
from capture.base.feature import parts_of
from capture.base.tokens import Links
from capture.base.unavailable import Unavailable
from capture.company.generator import TokenSigner
from capture.health import pages as health
from capture.mailing.letters import Letters
from capture.settings import Settings
from capture.web import answers, headers
from capture.web.service import EXTENSION, LARGEST_BODY, Service

log = logging.getLogger("capture")

MOST_PARTS = 64
"""The most fields that a form may have."""


class RowNumber(IntegerConverter):
    """Lets routes contain the number of a database row, as ``<row:number>``: 1 to 18 digits, the first not 0.

    An address with another number is answered with 404, since a larger one does not fit every database.
    """

    regex = "[1-9][0-9]{0,17}"


def create_app(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """Returns the capture service as a WSGI application. ``clock`` replaces the real clock in tests.

    Does not connect to the database: the first request does.
    """
    app = Flask("capture", static_folder="web/static", static_url_path="/static", template_folder=None)
    app.jinja_loader = _templates()
    # Both would make redirects of their own, to the host that the request names and without the service's prefix.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.before_request(_exact_path)
    app.url_map.converters["row"] = RowNumber
    app.secret_key = settings.secret_key
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_PARTS,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(root=answers.root, here=answers.here)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    service = make_service(settings, clock)
    app.extensions[EXTENSION] = service
    if settings.trusted_proxies:
        # Only the client's address is taken from the header: host and scheme never come from a request.
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, 0, 0, 0, 0)  # type: ignore[method-assign]
    headers.install(app)
    health.install(app)
    for feature in service.features:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, answers.http_error)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(Exception, _failed)
    return app


def _exact_path() -> Response | None:
    """Lets a page answer only at its own address, since relative links from another would miss: a slash too many is
    answered with 404, a missing one by a relative redirect, which needs neither host nor prefix."""
    rule, path = request.url_rule, request.path
    if rule is None or rule.rule.endswith("/") == path.endswith("/"):
        return None
    if path.endswith("/") or request.method not in ("GET", "HEAD"):
        abort(404)
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return make_response(redirect(f"{path.rpartition('/')[2]}/{query}", 301))


def make_service(settings: Settings, clock: Callable[[], datetime] | None = None) -> Service:
    """Returns the objects that the pages' code gets from ``service.current()``: settings, database, keys, clock and so
    on. ``clock`` replaces the real clock in tests."""
    links = Links(settings.secret_keys)
    database = Database(settings.database_url, busy_seconds=settings.busy_seconds)
    rooms = features.DEMO if settings.demo else features.ALL
    return Service(
        settings=settings,
        database=database,
        signer=TokenSigner(settings.token_keys),
        letters=Letters(links),
        links=links,
        clock=clock or (lambda: datetime.now(UTC)),
        features=rooms,
        parts=parts_of(rooms, database),
    )


def _templates() -> PrefixLoader:
    """Returns a loader that finds each feature's templates: ``leads/today.html`` is in
    ``capture/leads/templates/today.html``."""
    rooms = (each.name for each in files("capture").iterdir() if each.joinpath("templates").is_dir())
    return PrefixLoader({name: PackageLoader(f"capture.{name}", "templates") for name in rooms})


def _unavailable(error: Exception) -> Response:
    log.error("a request failed because the database is not available: %s", error)
    return answers.try_again()


def _failed(error: Exception) -> Response:
    # The traceback shows lines of code, never values: the database's exceptions hide their parameters.
    log.error("a bug made a request fail", exc_info=error)
    return answers.notice(500)
