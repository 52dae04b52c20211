"""Allows one demo at a time on an instance folder: two would build into the same folder and use the same database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from capture.base.db import Database
from capture.base.sole_process import sole_process, sole_service
from capture.settings import Settings
from sitegen.errors import Fault

LOCK = "demo.lock"
"""The file below the instance folder that a running demo locks."""


@contextmanager
def sole_demo(instance: Path) -> Iterator[None]:
    """Locks an instance folder, in which the secrets exist already, as long as the ``with`` block lasts.

    Raises SoleProcessError if another demo runs on the folder, or a capture service on the folder's database.
    """

    def refusal(holder: str) -> Fault:
        hint = "stop it first, or name another folder by ESPALIER_INSTANCE"
        return Fault(f"a demo already runs on this instance: {holder}", where=instance, hint=hint)

    with sole_process(instance / LOCK, refusal):
        _refuse_beside_a_service(instance)
        yield


def _refuse_beside_a_service(instance: Path) -> None:
    settings = Settings.from_environ({**os.environ, "ESPALIER_INSTANCE": str(instance)})
    database = Database(settings.database_url, checkpoints=False)
    with sole_service(database):  # released at once: the demo's own service takes it
        database.engine.dispose()
