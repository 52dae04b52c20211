"""The service's logs: one JSON object per line, and never an e-mail address.

No code logs an address on purpose. But a mail server's answer or a driver's error may quote one, so addresses are
removed from every line before it is written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]+@[^\s<>()\[\]\"',;:=]+")
HIDDEN = "[address]"

EXTRA = ("route", "method", "status", "milliseconds")
"""Attributes of a log record that are written into its line, beside the message."""


def hide(text: str) -> str:
    """Returns the text with every e-mail address replaced by "[address]"."""
    return _ADDRESS.sub(HIDDEN, text)


class JsonLines(logging.Formatter):
    """Formats a log record as JSON: time (UTC, ISO 8601), level, logger and message; a traceback in ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the log record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide(record.getMessage()),
        }
        line |= {name: value for name in EXTRA if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["error"] = hide(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """Formats a log record as text for people, in the demo."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the log record as one line, or as several with a traceback."""
        return hide(super().format(record))


def begin(*, plain: bool = False, stream: TextIO | None = None) -> None:
    """Sends all logs to standard error, or to ``stream``. ``plain``: as text for people instead of JSON."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainLines("%(asctime)s %(levelname)s %(name)s: %(message)s") if plain else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def adopt(*names: str) -> None:
    """Removes the own handlers of these loggers, so that their lines are written in the same form as all others."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
