"""What the service writes about itself: one JSON object a line, and never an address in clear.

Nothing logs an address on purpose. What others say (a mail server's answer, a driver's error) may quote one, so
every line is searched for addresses before it is written.
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
"""What a line may hold beside its message."""


def hide(text: str) -> str:
    """A text with every e-mail address taken out."""
    return _ADDRESS.sub(HIDDEN, text)


class JsonLines(logging.Formatter):
    """Time (UTC, ISO 8601), level, name and message; a traceback in ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
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
    """The same for a person's eyes, in the demo."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, or several with a traceback."""
        return hide(super().format(record))


def begin(*, plain: bool = False, stream: TextIO | None = None) -> None:
    """Sends all logs to standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainLines("%(asctime)s %(levelname)s %(name)s: %(message)s") if plain else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def adopt(*names: str) -> None:
    """Makes loggers that have handlers of their own write as all others do."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
