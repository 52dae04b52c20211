"""What the commands take from this installation: its settings, its database, its clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from capture.base.db import Database
from capture.settings import Settings


def settings(site_folder: Path | None = None) -> Settings:
    """The settings of the environment and the instance folder, also of one in or beside a site folder.

    Raises SecretError.
    """
    return Settings.from_environ(os.environ, site_folder)


def open_database(given: Settings | None = None) -> Database:
    """The database as commands beside the service use it; closed when the command ends. Raises SecretError."""
    database = Database((given or settings()).database_url, checkpoints=False)
    click.get_current_context().call_on_close(database.engine.dispose)
    return database


def existing_database(given: Settings | None = None) -> Database:
    """The same, where it is there and up to date. Raises DatabaseError with a hint."""
    database = open_database(given)
    database.require()
    return database


def now() -> datetime:
    """The current moment in UTC."""
    return datetime.now(UTC)
