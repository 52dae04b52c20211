"""Answers that take the same time whatever was found out.

Somebody known costs the database a little less than somebody new. Whoever measures many answers could tell them
apart, so answers leave at even steps after the request came in: a difference of a tenth of a millisecond is seen only
where a step happens to fall into it.
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
    """Lets a view's answer, or what it raises, wait for the next of the settings' ``even_seconds``."""

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
