"""Applications of which each test gets one with a service of its own, while what all have alike is made once.

Addresses, templates and statements are the same in every application of a process, and take longer to compile than
most tests run.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from flask import Flask
from sqlalchemy import Dialect, Engine

from capture.app import create_app, make_service
from capture.settings import Settings
from capture.web.service import EXTENSION
from tests.capture.cast import KEY


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Now, in UTC."""


def application(settings: Settings, clock: Clock) -> Flask:
    """What ``create_app`` makes, for tests that change nothing about its wiring."""
    assert not settings.trusted_proxies, "this is wired otherwise: use create_app"
    app = copy(_wired(settings.demo))
    app.view_functions = dict(app.view_functions)
    app.config = copy(app.config)
    app.config["TESTING"] = False  # faults must be answered, as they are in production
    app.secret_key = settings.secret_key
    service = make_service(settings, clock)
    _share_statements(service.database.engine)
    app.extensions = {EXTENSION: service}
    return app


@cache
def _wired(demo: bool) -> Flask:
    nowhere = Settings(token_keys=(KEY,), secret_key=KEY, database_url="sqlite:///never-opened.sqlite", demo=demo)
    app = create_app(nowhere)
    assert app.jinja_env, "made now, so that all copies share it"
    return app


_DIALECTS: dict[str, Dialect] = {}
"""For each kind of database what the first engine of this process has learnt about it."""

_STATEMENTS: dict[Any, Any] = {}
"""Statements compiled for these dialects."""


def _share_statements(engine: Engine) -> None:
    """Lets an engine use what others have compiled; SQLAlchemy tells by the dialect whether it may."""
    if engine.name not in _DIALECTS:
        engine.connect().close()  # with which the dialect asks the server what it can do
        engine.dispose()
        _DIALECTS[engine.name] = engine.dialect
    engine.dialect = _DIALECTS[engine.name]
    engine.update_execution_options(compiled_cache=_STATEMENTS)
