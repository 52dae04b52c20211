"""Constant-time responses for pages that must not reveal who is known.

Storing a known address takes the database a little less time than a new one, and an attacker who times many responses
could tell them apart. So a response leaves at a multiple of a fixed step after its request: a difference of a tenth
of a millisecond shows only where a step boundary happens to fall into it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response

from capture.web import service

P = ParamSpec("P")


def constant_time(view: Callable[P, Response]) -> Callable[P, Response]:
    """Delays a view's response, or its exception, to the next multiple of the settings' ``even_seconds``."""

    @wraps(view)
    def waiting(*args: P.args, **kwargs: P.kwargs) -> Response:
        step = service.current().settings.even_seconds
        begun = time.monotonic()
        try:
            return view(*args, **kwargs)
        finally:
            if step:
                time.sleep(step - (time.monotonic() - begun) % step)

    return waiting
