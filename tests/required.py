"""What continuous integration must have and another machine may lack: a missing program skips a test, or fails it."""

from __future__ import annotations

import os

import pytest

BROWSER, SERVERS, MAIL_SERVER = "ESPALIER_REQUIRE_BROWSER", "ESPALIER_REQUIRE_SERVERS", "ESPALIER_REQUIRE_MAIL_SERVER"
"""Set to 1 by .ci/run: then what needs a Chromium, or the web servers and pgbouncer, fails where they are missing."""


def skip_or_fail(variable: str, reason: str) -> None:
    """Ends a test: skipped with the reason, or failed with it where the variable demands that it runs."""
    if os.environ.get(variable) == "1":
        pytest.fail(f"{reason}, and {variable}=1 demands it")
    pytest.skip(reason)
